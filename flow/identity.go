package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/strictjson"
	"github.com/normflow/normflow/internal/train"
)

// identify returns the identity of the training. Settings that change nothing but when to
// write or report are left out.
func (f *fit) identify() train.Identity {
	model, names := outline(f.model)
	var b strings.Builder
	line := func(what, format string, args ...any) { fmt.Fprintf(&b, what+": "+format+"\n", args...) }
	g := f.batches.Gradient
	for i, p := range append(append([]*autodiff.Param(nil), g.Params.Params...), g.Frozen...) {
		rows, cols := p.Dims()
		what := "learned"
		if p.Frozen() {
			what = "frozen"
		}
		line(nameOf(p, i, names), "%d×%d, %s", rows, cols, what)
	}
	s := f.Settings
	line("Settings.Batch", "%d", s.Batch)
	line("Settings.Accumulate", "%d", s.Accumulate)
	line("Settings.Optimizer", "%T", s.Optimizer)
	line("Settings.Clip", "%v", s.Clip)
	line("Settings.ClipValue", "%v", s.ClipValue)
	line("Settings.Average", "%v", s.Average)
	line("Settings.Shuffle", "%d", s.Shuffle)
	line("Settings.Patience", "%d", s.Patience)
	line("Settings.Seed", "%d", s.Seed)
	line("Settings.MaxSkipped", "%d", s.MaxSkipped)
	dim, cond := f.data.source.Dims()
	var digest uint64
	if m, ok := f.data.source.(*train.Memory); ok {
		digest = m.Digest()
	}
	line("data", "%d rows of %d and %d columns, digest %016x", f.data.source.Len(), dim, cond, digest)
	if slices.ContainsFunc(f.data.noise, func(w float64) bool { return w != 1 }) {
		line("Data.Dequantized", "%v", f.data.noise)
	}
	if f.added != nil {
		line("loss", "%v", f.added)
	}
	held := 0
	if f.held != nil {
		held = f.held.Len()
	}
	line("held", "%d rows", held)
	if s.Decay > 0 {
		line("Settings.Decay", "%v", s.Decay)
	}
	plan := fmt.Sprintf("Settings.Steps: %d\nSettings.Schedule: rates %v\nSettings.Every: %d\n", s.Steps, rates(s.Schedule, s.Steps), s.Every)
	return train.Identity{Model: model, Training: b.String(), Plan: plan}
}

// rates are a schedule's at the beginning, three places between, and the end.
func rates(s optim.Schedule, steps int) (r [5]float64) {
	for i := range r {
		r[i] = s.Rate((steps-1)*i/4, steps)
	}
	return r
}

// outline returns the architecture as JSON and the paths of its parameters; of a
// model with types that are not registered, the types of its maps.
func outline(m *Transformed) (text string, names map[*autodiff.Param]string) {
	names = map[*autodiff.Param]string{}
	json, params, err := kinds.Encode((*saved)(m))
	for _, p := range params {
		names[p.Param] = p.Name
	}
	if err == nil {
		return string(json), names
	}
	json = []byte{'['}
	for i, b := range m.Map {
		if i > 0 {
			json = append(json, ',')
		}
		json = strictjson.AppendString(json, fmt.Sprintf("%T", b))
	}
	return string(append(json, ']')), names
}

// nameOf returns the path of parameter i, or its index if it has none.
func nameOf(p *autodiff.Param, i int, names map[*autodiff.Param]string) string {
	if name := names[p]; name != "" {
		return name
	}
	return fmt.Sprintf("parameter %d", i)
}
