//go:build chromium

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/normflow/normflow/examples/web/train"
	"github.com/normflow/normflow/flow"
)

var shots = flag.String("shots", "", "folder for screenshots; empty is a temporary one")

// A tab is the page in headless Chromium.
type tab struct {
	*testing.T
	ctx    context.Context
	shots  string
	files  string // folder of downloads
	saved  chan string
	mu     sync.Mutex
	faults []string // what the console has of errors
}

func open(t *testing.T) *tab {
	site, err := build(".")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{T: t, ctx: ctx, shots: *shots, files: t.TempDir(), saved: make(chan string, 1)}
	if b.shots == "" {
		b.shots = t.TempDir()
	}
	chromedp.ListenTarget(ctx, b.hear)
	b.do(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllowAndName).WithDownloadPath(b.files).WithEventsEnabled(true),
		chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL), chromedp.Poll(`document.querySelector("#status").textContent.startsWith("Ready")`, nil,
			chromedp.WithPollingTimeout(0)))
	return b
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		b.faults = append(b.faults, fmt.Sprint(e.Type, e.Args))
	case *log.EventEntryAdded:
		b.faults = append(b.faults, e.Entry.Text)
	case *browser.EventDownloadProgress:
		if e.State == browser.DownloadProgressStateCompleted {
			b.saved <- filepath.Join(b.files, e.GUID)
		}
	}
}

func (b *tab) do(actions ...chromedp.Action) {
	b.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// eval returns the value of an expression of the page.
func eval[T any](b *tab, expression string) (v T) {
	b.Helper()
	b.do(chromedp.Evaluate(expression, &v))
	return v
}

func (b *tab) wait(condition string) {
	b.Helper()
	b.do(chromedp.Poll(condition, nil, chromedp.WithPollingTimeout(0)))
}

func (b *tab) shot(name string) {
	var png []byte
	b.do(chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(b.shots, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}

// paint draws a banana by mouse, and returns the density that this sprays.
func (b *tab) paint() {
	r := eval[[]float64](b, `(() => { const r = plane.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`)
	scale := math.Min(r[2], r[3]) / 8
	at := func(x, y float64) (float64, float64) { return r[0] + r[2]/2 + x*scale, r[1] + r[3]/2 - y*scale }
	for range 3 {
		for i := range 121 {
			x := 2.4 * (float64(i)/60 - 1)
			px, py := at(x, 0.75*x*x-2)
			kind := input.MouseMoved
			if i == 0 {
				kind = input.MousePressed
			}
			b.do(input.DispatchMouseEvent(kind, px, py).WithButton(input.Left).WithButtons(1).WithClickCount(1))
		}
		px, py := at(2.4, 2.4)
		b.do(input.DispatchMouseEvent(input.MouseReleased, px, py).WithButton(input.Left).WithClickCount(1))
	}
}

// spray is the density of what was painted.
func (b *tab) spray() (s train.Spray) {
	dabs := eval[[]float64](b, `state.strokes.flatMap((s) => s.dabs)`)
	for i := 0; i < len(dabs); i += 3 {
		s = append(s, train.Dab{X: dabs[i], Y: dabs[i+1], SD: dabs[i+2]})
	}
	return s
}

// A banana painted by hand is learned in 1,000 steps; the file that the page saves is read by the library and by the page.
func TestPage(t *testing.T) {
	b := open(t)
	b.shot("empty")
	b.paint()
	b.do(chromedp.Click("#train"), chromedp.Poll(`state.history.length > 2`, nil, chromedp.WithPollingTimeout(0)))
	// While the worker trains the page answers.
	moved := eval[bool](b, `(() => { const l = $("layer"); l.value = 1; l.dispatchEvent(new Event("input")); return state.training && $("layerText").textContent === "1 of 4"; })()`)
	if !moved {
		t.Error("the slider does not move while the flow is trained")
	}
	b.do(chromedp.Evaluate(`$("layer").value = 4; $("layer").dispatchEvent(new Event("input"))`, nil))
	b.shot("training")
	b.wait(`!state.training`)
	b.shot("desktop")
	first, last := eval[train.Progress](b, `state.history[0]`), eval[train.Progress](b, `state.history.at(-1)`)
	b.Logf("%s", eval[string](b, `$("status").textContent`))
	b.Logf("NLL %.3f at first, %.3f after %d steps; the truth has %.3f, the best normal distribution %.3f", first.NLL, last.NLL, last.Step, last.Truth, last.Normal)
	if last.Step != 1000 || last.NLL > first.NLL || last.NLL-last.Truth > 0.1 {
		t.Errorf("got %+v, want 1000 steps and an NLL within 0.1 of the truth", last)
	}

	b.do(chromedp.Click("#save"))
	file := <-b.saved
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := flow.Load(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	spray := b.spray()
	x := train.Points(spray, 20000, rand.NewPCG(5, 5))
	nll := 0.0
	for _, l := range m.LogProbs(nil, x) {
		nll -= l / 20000
	}
	gap := nll - train.NLL(spray, x)
	b.Logf("by the saved file: %.4f nats from the truth on 20,000 fresh points; %d bytes", gap, len(text))
	if !(gap > 0 && gap < 0.1) {
		t.Errorf("the saved model is %.4f nats from the truth, want 0 to 0.1", gap)
	}
	b.do(chromedp.SetUploadFiles("#file", []string{file}))
	b.wait(`$("status").textContent.startsWith("Loaded")`)
	b.sizes()
	b.done()
}

// sizes looks at the page as on a tablet and a phone, with grid and samples half-way.
func (b *tab) sizes() {
	b.do(chromedp.Evaluate(`for (const id of ["showGrid", "showSamples"]) $(id).click(); $("layer").value = 2; $("layer").dispatchEvent(new Event("input"))`, nil))
	for _, s := range []struct {
		name          string
		width, height int64
	}{{"tablet", 768, 1024}, {"phone", 390, 844}} {
		b.do(emulation.SetDeviceMetricsOverride(s.width, s.height, 2, s.name == "phone"))
		b.do(chromedp.Evaluate(`new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))`, nil,
			func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
		if wide := eval[int64](b, `document.documentElement.scrollWidth`); wide > s.width {
			b.Errorf("%s: the page is %d pixels wide, want %d", s.name, wide, s.width)
		}
		b.shot(s.name)
	}
}

func (b *tab) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.faults) > 0 {
		b.Errorf("the console has: %s", strings.Join(b.faults, "\n"))
	}
}

// By keyboard alone: a shape is chosen, points are painted, training begins, is paused.
func TestKeyboard(t *testing.T) {
	b := open(t)
	b.do(chromedp.Focus("#target"), chromedp.KeyEvent("r"))
	b.wait(`state.points.length === 4000 && state.frame`)
	b.do(chromedp.Focus("#plane"), chromedp.KeyEvent(strings.Repeat("\ue014 ", 10)+strings.Repeat("\ue013 ", 10)))
	if n := eval[int](b, `state.points.length / 2`); n != 20*6 {
		t.Errorf("got %d points by keyboard, want %d", n, 20*6)
	}
	b.do(chromedp.Focus("#train"), chromedp.KeyEvent("\r"))
	b.wait(`state.history.length > 1`)
	b.do(chromedp.KeyEvent("\r"))
	b.wait(`!state.training`)
	if text := eval[string](b, `$("status").textContent`); text != "Paused." {
		t.Errorf("got status %q, want that training is paused", text)
	}
	if unnamed := eval[int](b, `[...document.querySelectorAll("input, select, button, canvas")].filter((e) => !(e.labels?.length || e.textContent.trim() || e.ariaLabel)).length`); unnamed != 0 {
		t.Errorf("%d controls have no name", unnamed)
	}
	b.done()
}
