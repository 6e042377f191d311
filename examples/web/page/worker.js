// Starts the Go program. Messages that come before it listens are kept for it.
"use strict";
importScripts("wasm_exec.js");
const early = [];
onmessage = (e) => early.push(e);

(async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch("flow.wasm"), go.importObject);
  const ended = go.run(instance); // returns when Go waits for the first message
  early.forEach((e) => onmessage(e));
  await ended;
  throw new Error("the program has ended");
})().catch((e) => postMessage({ kind: "error", text: String(e), fatal: true }));
