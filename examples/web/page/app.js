// The page: takes strokes and buttons, sends them to the worker, draws what it answers.
"use strict";

const $ = (id) => document.getElementById(id);
const plane = $("plane"), lossPlot = $("loss");
const home = { x: 0, y: 0, half: 4 };
const perDab = 6, mostDabs = 1500;

const state = {
  view: home, strokes: [], points: [], // points: x, y in turn
  fresh: false,                        // the worker has not got the strokes yet
  training: false, frame: null, heat: null, history: [], brush: { x: 0, y: 0, shown: false },
};

const worker = new Worker("worker.js");
const send = (kind, fields = {}, transfer = []) => worker.postMessage({ kind, ...fields }, transfer);

// Random numbers of a fixed seed, so that the same strokes leave the same points.
let seed = 1;
function uniform() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

// ---- drawing ----

let asked = false;
function redraw() {
  if (!asked) requestAnimationFrame(() => { asked = false; drawPlane(); drawLoss(); });
  asked = true;
}

function context(canvas) {
  const scale = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(h * scale)) {
    canvas.width = Math.round(w * scale);
    canvas.height = Math.round(h * scale);
  }
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  g.clearRect(0, 0, w, h);
  return [g, w, h];
}

// toPixel and toPlane go between the view's square, in the middle of the canvas, and its pixels.
function scaleOf(w, h) { return Math.min(w, h) / (2 * state.view.half); }
function toPixel(x, y, w, h) {
  const s = scaleOf(w, h);
  return [w / 2 + (x - state.view.x) * s, h / 2 - (y - state.view.y) * s];
}
function toPlane(px, py, w, h) {
  const s = scaleOf(w, h);
  return [state.view.x + (px - w / 2) / s, state.view.y - (py - h / 2) / s];
}

function drawPlane() {
  const [g, w, h] = context(plane), f = state.frame, last = +$("layer").max, at = +$("layer").value;
  if (f && state.heat && $("showDensity").checked) {
    const [x0, y0] = toPixel(f.x - f.half, f.y + f.half, w, h), size = 2 * f.half * scaleOf(w, h);
    g.globalAlpha = Math.max(0, 1 - (last - at));
    g.imageSmoothingEnabled = true;
    g.drawImage(state.heat, x0, y0, size, size);
    g.globalAlpha = 1;
  }
  if (f && $("showGrid").checked) drawGrid(g, w, h, at);
  if ($("showPoints").checked) dots(g, state.points, 1.6, "rgba(28, 36, 48, 0.5)", w, h);
  if (f && $("showSamples").checked) {
    const from = 2 * f.lines * f.vertices, xy = [];
    for (let i = from; i < f.points; i++) xy.push(...position(i, at));
    dots(g, xy, 2, "rgba(217, 104, 13, 0.75)", w, h);
  }
  if (!f && !state.points.length) {
    g.fillStyle = "#8a94a1";
    g.font = "18px system-ui, sans-serif";
    g.textAlign = "center";
    g.fillText("paint here", w / 2, h / 2);
  }
  if (state.brush.shown) {
    const [px, py] = toPixel(state.brush.x, state.brush.y, w, h);
    g.strokeStyle = "#f0a24a";
    g.lineWidth = 2;
    g.beginPath();
    g.arc(px, py, 2 * +$("brush").value * scaleOf(w, h), 0, 2 * Math.PI);
    g.moveTo(px - 6, py); g.lineTo(px + 6, py); g.moveTo(px, py - 6); g.lineTo(px, py + 6);
    g.stroke();
  }
}

// position is where point i stands after so many layers, between two in a straight line.
function position(i, at) {
  const f = state.frame, k = Math.min(Math.floor(at), f.count - 1), m = Math.min(k + 1, f.count - 1), t = at - k;
  const a = 2 * (k * f.points + i), b = 2 * (m * f.points + i), s = f.stages;
  return [s[a] + t * (s[b] - s[a]), s[a + 1] + t * (s[b + 1] - s[a + 1])];
}

function drawGrid(g, w, h, at) {
  const f = state.frame;
  g.strokeStyle = "rgba(44, 138, 110, 0.8)";
  g.lineWidth = 1;
  g.beginPath();
  for (let line = 0; line < 2 * f.lines; line++) {
    for (let v = 0; v < f.vertices; v++) {
      const [px, py] = toPixel(...position(line * f.vertices + v, at), w, h);
      v ? g.lineTo(px, py) : g.moveTo(px, py);
    }
  }
  g.stroke();
}

function dots(g, xy, radius, color, w, h) {
  g.fillStyle = color;
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const [px, py] = toPixel(xy[i], xy[i + 1], w, h);
    g.fillRect(px - radius, py - radius, 2 * radius, 2 * radius);
  }
}

// heat turns log-densities into a picture, white to blue; the root shows tails.
function heat(f) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = f.res;
  const g = canvas.getContext("2d"), image = g.createImageData(f.res, f.res);
  let most = -Infinity;
  for (const l of f.density) if (l > most) most = l;
  f.density.forEach((l, i) => {
    const t = Math.exp((l - most) / 2), p = image.data;
    p[4 * i] = 255 - 224 * t;
    p[4 * i + 1] = 255 - 160 * t;
    p[4 * i + 2] = 255 - 87 * t;
    p[4 * i + 3] = 255;
  });
  g.putImageData(image, 0, 0);
  return canvas;
}

function drawLoss() {
  const [g, w, h] = context(lossPlot), past = state.history;
  if (!past.length) return;
  const { truth, normal, steps } = past[past.length - 1];
  let low = truth, high = normal;
  for (const p of past) low = Math.min(low, p.nll);
  high += 0.35 * (high - low) + 0.02;
  low -= 0.08 * (high - low);
  const left = 34, x = (s) => left + (s / steps) * (w - left - 4), y = (v) => 4 + ((high - Math.min(v, high)) / (high - low)) * (h - 20);
  g.font = "11px system-ui, sans-serif";
  g.fillStyle = "#5b6675";
  g.textAlign = "right";
  const level = (v, color, name) => {
    g.strokeStyle = color;
    g.setLineDash([4, 3]);
    g.beginPath(); g.moveTo(left, y(v)); g.lineTo(w - 4, y(v)); g.stroke();
    g.setLineDash([]);
    g.fillText(v.toFixed(2), left - 4, y(v) + 4);
    g.fillText(name, w - 6, y(v) - 4);
  };
  level(truth, "#2c8a6e", "truth");
  level(normal, "#8a94a1", "best normal");
  g.fillText("0", left + 3, h - 2);
  g.fillText(String(steps), w - 4, h - 2);
  const line = (key, color, width) => {
    g.strokeStyle = color;
    g.lineWidth = width;
    g.beginPath();
    past.filter((p) => Number.isFinite(p[key])).forEach((p, i) => (i ? g.lineTo(x(p.step), y(p[key])) : g.moveTo(x(p.step), y(p[key]))));
    g.stroke();
    g.lineWidth = 1;
  };
  line("train", "#b9cbe0", 1);
  line("nll", "#1f5fa8", 2);
}

// ---- messages ----

const handlers = {
  ready() {
    for (const id of ["load", "anew", "train"]) $(id).disabled = false;
    say("Ready. Paint some points, or choose a shape.");
    buttons();
  },
  data(m) { state.points = Array.from(m.points); count(); redraw(); },
  frame(m) {
    m.count = m.stages.length / (2 * m.points);
    const layer = $("layer"), end = layer.value === layer.max;
    layer.max = m.count - 1;
    if (end) layer.value = layer.max;
    layer.disabled = $("play").disabled = $("save").disabled = false;
    state.view = { x: m.x, y: m.y, half: m.half };
    state.frame = m;
    state.heat = heat(m);
    layerText();
    redraw();
  },
  progress(m) {
    state.history.push(m);
    $("progress").max = m.steps;
    $("progress").value = m.step;
    $("nll").textContent = m.nll.toFixed(3);
    $("truth").textContent = m.truth.toFixed(3);
    $("normal").textContent = m.normal.toFixed(3);
    $("seconds").textContent = m.seconds.toFixed(1);
    redraw();
  },
  done(m) {
    state.training = false;
    const p = state.history[state.history.length - 1];
    $("seconds").textContent = m.seconds.toFixed(1);
    if (!p) say("Stopped.");
    else say(m.stopped ? "Paused." : `Done: ${p.steps} steps in ${m.seconds.toFixed(1)} seconds, ${(p.nll - p.truth).toFixed(3)} nats from the truth.`);
    buttons();
  },
  loaded() { forget(); redraw(); say("Loaded. Slide through its layers, or train it on."); },
  file(m) {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([m.bytes], { type: "application/octet-stream" }));
    a.download = "drawn.flow";
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10000);
    say(`Saved ${m.bytes.length.toLocaleString("en")} bytes: flow.Load reads them in Go.`);
  },
  error(m) {
    state.training = false;
    say(m.text, true);
    if (m.fatal) for (const b of document.querySelectorAll("button")) b.disabled = true;
    else buttons();
  },
};
worker.onmessage = (e) => handlers[e.data.kind](e.data);
worker.onerror = (e) => handlers.error({ text: e.message, fatal: true });

function say(text, bad = false) {
  $("status").textContent = text;
  $("status").className = bad ? "bad" : "";
}

function buttons() {
  $("train").textContent = state.training ? "Pause" : "Train";
  $("undo").disabled = $("clear").disabled = !state.strokes.length;
}

function count() {
  const n = state.points.length / 2;
  $("count").textContent = n ? `${n.toLocaleString("en")} points` : "no points";
}

function layerText() {
  const text = `${Math.round(+$("layer").value * 10) / 10} of ${$("layer").max}`;
  $("layerText").textContent = text;
  $("layer").setAttribute("aria-valuetext", `after ${text} layers`);
  $("showDensity").parentElement.classList.toggle("off", $("layer").value !== $("layer").max); // it is the last layer's
}

// ---- strokes ----

function beginStroke(x, y) {
  if (state.training) send("stop");
  if (!state.strokes.length) { // the points of a shape, or none
    $("target").value = "";
    state.points = [];
    state.view = home;
    state.frame = null;
    seed = 1;
  }
  state.strokes.push({ dabs: [], points: [] });
  dab(x, y);
}

function dab(x, y) {
  const sd = +$("brush").value, s = state.strokes[state.strokes.length - 1];
  if (state.strokes.reduce((n, t) => n + t.dabs.length / 3, 0) >= mostDabs) return say("That is all the paint there is.");
  s.dabs.push(x, y, sd);
  for (let i = 0; i < perDab; i++) {
    const p = [x + sd * normal(), y + sd * normal()];
    s.points.push(...p);
    state.points.push(...p);
  }
  state.fresh = true;
  count();
  buttons();
  redraw();
}

function pointer(e) {
  const r = plane.getBoundingClientRect();
  return toPlane(e.clientX - r.left, e.clientY - r.top, r.width, r.height);
}

let held = null; // where the last dab of the pointer is, in pixels
plane.addEventListener("pointerdown", (e) => {
  plane.setPointerCapture(e.pointerId);
  held = [e.clientX, e.clientY];
  state.brush.shown = false;
  beginStroke(...pointer(e));
});
plane.addEventListener("pointermove", (e) => {
  if (!held) return;
  for (const c of e.getCoalescedEvents?.().length ? e.getCoalescedEvents() : [e]) {
    if (Math.hypot(c.clientX - held[0], c.clientY - held[1]) < 4) continue;
    held = [c.clientX, c.clientY];
    dab(...pointer(c));
  }
});
for (const kind of ["pointerup", "pointercancel"]) plane.addEventListener(kind, () => { held = null; });

plane.addEventListener("keydown", (e) => {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key], b = state.brush, v = state.view;
  if (by) {
    const step = v.half * (e.shiftKey ? 0.1 : 0.025);
    b.x = Math.max(v.x - v.half, Math.min(v.x + v.half, b.x + by[0] * step));
    b.y = Math.max(v.y - v.half, Math.min(v.y + v.half, b.y + by[1] * step));
  } else if (e.key === " " || e.key === "Enter") {
    beginStroke(b.x, b.y);
  } else return;
  e.preventDefault();
  b.shown = true;
  redraw();
});
plane.addEventListener("focus", () => { if (plane.matches(":focus-visible")) state.brush.shown = true; redraw(); });
plane.addEventListener("blur", () => { state.brush.shown = false; redraw(); });

// forget takes away the figures of a training, which are another model's.
function forget() {
  state.history = [];
  for (const id of ["nll", "truth", "normal", "seconds"]) $(id).textContent = "–";
  $("progress").value = 0;
}

function restroke() {
  state.points = state.strokes.flatMap((s) => s.points);
  state.frame = state.heat = null;
  state.fresh = true;
  forget();
  count();
  buttons();
  redraw();
}

// ---- controls ----

$("undo").onclick = () => { state.strokes.pop(); restroke(); };
$("clear").onclick = () => { state.strokes = []; restroke(); say("Paint some points, or choose a shape."); };
$("target").onchange = (e) => {
  state.strokes = [];
  restroke();
  state.fresh = false;
  if (e.target.value) send("target", { name: e.target.value });
};

function anew() {
  forget();
  send("model", { flow: $("flow").value, layers: +$("depth").value, width: +$("width").value, seed: 1 });
  redraw();
}
for (const id of ["flow", "depth", "width"]) $(id).onchange = anew;
$("anew").onclick = anew;

$("train").onclick = () => {
  if (state.training) return send("stop");
  if (!state.points.length) return say("There are no points to learn: paint some, or choose a shape.", true);
  if (state.fresh) {
    const all = (key) => new Float64Array(state.strokes.flatMap((s) => s[key]));
    send("draw", { dabs: all("dabs"), points: all("points") });
    state.fresh = false;
  }
  forget();
  state.training = true;
  send("train", { steps: +$("steps").value });
  say("Training…");
  buttons();
};

$("save").onclick = () => send("save");
$("load").onclick = () => $("file").click();
$("file").onchange = async (e) => {
  const file = e.target.files[0];
  e.target.value = "";
  if (file) send("load", { bytes: await file.arrayBuffer() });
};

$("layer").oninput = () => { layerText(); redraw(); };
$("play").onclick = () => {
  const layer = $("layer"), start = performance.now(), length = 900 * +layer.max;
  $("showGrid").checked = $("showSamples").checked = true;
  const step = (now) => {
    layer.value = Math.min(1, (now - start) / length) * layer.max;
    layerText();
    redraw();
    if (now - start < length) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
};
for (const id of ["showDensity", "showPoints", "showSamples", "showGrid", "brush"]) $(id).oninput = redraw;
new ResizeObserver(redraw).observe(plane);
