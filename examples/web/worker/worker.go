//go:build js && wasm

// Worker is the program of the page's Web Worker: it takes messages, and answers with numbers for the page to draw.
//
// In: target {name}, draw {points, dabs}, model {kind, layers, width, seed}, train {steps}, stop, save, load {bytes}.
// Out: ready, data {points}, frame, progress, done, file {bytes}, error {text}.
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"syscall/js"
	"time"

	"github.com/normflow/normflow/examples/web/train"
	"gonum.org/v1/gonum/mat"
)

// worker handles one message after the other; while it trains it looks for new ones at every report.
type worker struct {
	*train.Session
	in   chan js.Value
	next []js.Value // taken from in, not handled yet
}

func main() {
	w := &worker{Session: train.NewSession(), in: make(chan js.Value, 256)}
	js.Global().Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		w.in <- args[0].Get("data")
		return nil
	}))
	post("ready", nil)
	for {
		var m js.Value
		if len(w.next) > 0 {
			m, w.next = w.next[0], w.next[1:]
		} else {
			m = <-w.in
		}
		if err := w.handle(m); err != nil {
			post("error", map[string]any{"text": err.Error()})
		}
	}
}

func (w *worker) handle(m js.Value) error {
	switch kind := m.Get("kind").String(); kind {
	case "target":
		t, ok := train.Targets[m.Get("name").String()]
		if !ok {
			return fmt.Errorf("there is no shape %q", m.Get("name").String())
		}
		return w.learn(train.Points(t, 2000, rand.NewPCG(3, 3)), t)
	case "draw":
		dabs, points := numbers(m.Get("dabs")), numbers(m.Get("points"))
		spray := train.Spray{}
		for i := 0; i+2 < len(dabs); i += 3 {
			spray = append(spray, train.Dab{X: dabs[i], Y: dabs[i+1], SD: dabs[i+2]})
		}
		if len(points) < 2 {
			return fmt.Errorf("there are no points to learn: draw some, or choose a shape")
		}
		return w.learn(mat.NewDense(len(points)/2, 2, points), spray)
	case "model":
		err := w.Start(train.Arch{Kind: m.Get("flow").String(), Layers: m.Get("layers").Int(), Width: m.Get("width").Int(), Seed: uint64(m.Get("seed").Int())})
		if err == nil {
			w.frame(fine)
		}
		return err
	case "train":
		return w.train(m.Get("steps").Int())
	case "stop": // came when nothing was under way
		return nil
	case "save":
		return w.save()
	case "load":
		if err := w.Load(bytesOf(m.Get("bytes"))); err != nil {
			return err
		}
		w.frame(fine)
		post("loaded", nil)
		return nil
	default:
		return fmt.Errorf("got a message %q, which nobody knows", kind)
	}
}

func (w *worker) learn(points *mat.Dense, t train.Truth) error {
	if err := w.Learn(points, t); err != nil {
		return err
	}
	n, _ := points.Dims()
	xy := make([]float32, 0, 2*n)
	for i := range n {
		xy = append(xy, float32(points.At(i, 0)), float32(points.At(i, 1)))
	}
	post("data", map[string]any{"points": array(xy)})
	w.frame(fine)
	return nil
}

// train fits, and draws whenever the last picture is three times as old as it took to compute.
func (w *worker) train(steps int) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	start, next := time.Now(), time.Now()
	err := w.Fit(ctx, steps, func(p train.Progress) {
		post("progress", map[string]any{"step": p.Step, "steps": p.Steps, "train": p.Train, "nll": p.NLL, "truth": p.Truth, "normal": p.Normal,
			"seconds": time.Since(start).Seconds()})
		if t := time.Now(); t.After(next) {
			w.frame(coarse)
			next = time.Now().Add(max(3*time.Since(t), 200*time.Millisecond))
		}
		time.Sleep(time.Millisecond) // the browser hands over messages only while Go waits
		for len(w.in) > 0 {
			m := <-w.in
			w.next = append(w.next, m)
			stop()
		}
	})
	stopped := ctx.Err() != nil
	if err != nil && !stopped {
		return err
	}
	w.frame(fine)
	post("done", map[string]any{"seconds": time.Since(start).Seconds(), "stopped": stopped})
	return nil
}

func (w *worker) save() error {
	file, err := w.Save()
	if err == nil {
		a := js.Global().Get("Uint8Array").New(len(file))
		js.CopyBytesToJS(a, file)
		post("file", map[string]any{"bytes": a})
	}
	return err
}

// A detail is how much of a picture is computed.
type detail struct{ res, samples int }

var coarse, fine = detail{40, 300}, detail{80, 600}

func (w *worker) frame(d detail) {
	f := w.Frame(d.res, d.samples)
	post("frame", map[string]any{"x": f.View.X, "y": f.View.Y, "half": f.View.Half, "res": f.Res, "density": array(f.Density),
		"points": f.Points, "lines": train.Lines, "vertices": train.Vertices, "stages": array(f.Stages)})
}

func post(kind string, m map[string]any) {
	if m == nil {
		m = map[string]any{}
	}
	m["kind"] = kind
	js.Global().Call("postMessage", m)
}

// array returns a Float32Array.
func array(x []float32) js.Value {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return js.Global().Get("Float32Array").New(a.Get("buffer"))
}

// bytesOf copies an ArrayBuffer.
func bytesOf(buffer js.Value) []byte {
	a := js.Global().Get("Uint8Array").New(buffer)
	b := make([]byte, a.Length())
	js.CopyBytesToGo(b, a)
	return b
}

// numbers copies a Float64Array.
func numbers(a js.Value) []float64 {
	b := bytesOf(a.Get("buffer"))
	x := make([]float64, len(b)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return x
}
