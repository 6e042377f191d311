package flow

import (
	"fmt"
	"hash/crc64"
	"math"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/strictjson"
)

// An identity tells trainings apart, to see whether a checkpoint belongs to one.
type identity struct {
	model    string // the architecture, as JSON
	training string // what else must be the same, one thing a line
}

// identify returns the identity of the training. Settings that change nothing but when to
// write or report are left out.
func (f *fit) identify() identity {
	model, names := outline(f.model)
	var b strings.Builder
	line := func(what, format string, args ...any) { fmt.Fprintf(&b, what+": "+format+"\n", args...) }
	for i, p := range append(append([]*autodiff.Param(nil), f.trainer.vec.Params...), f.state...) {
		rows, cols := p.Dims()
		what := "learned"
		if p.Frozen() {
			what = "frozen"
		}
		line(nameOf(p, i, names), "%d×%d, %s", rows, cols, what)
	}
	line("data", "%d rows of %d and %d columns, digest %016x", f.data.len(), f.data.dim, f.data.cond, f.data.digest())
	line("held", "%d rows", f.held.len())
	s := f.Settings
	line("Settings.Steps", "%d", s.Steps)
	line("Settings.Batch", "%d", s.Batch)
	line("Settings.Accumulate", "%d", s.Accumulate)
	line("Settings.Schedule", "rates %v", rates(s.Schedule, s.Steps))
	line("Settings.Optimizer", "%T", s.Optimizer)
	line("Settings.Clip", "%v", s.Clip)
	line("Settings.ClipValue", "%v", s.ClipValue)
	line("Settings.Average", "%v", s.Average)
	line("Settings.Shuffle", "%d", s.Shuffle)
	line("Settings.Patience", "%d", s.Patience)
	line("Settings.Every", "%d", s.Every)
	line("Settings.Seed", "%d", s.Seed)
	line("Settings.MaxSkipped", "%d", s.MaxSkipped)
	return identity{model, b.String()}
}

// rates are a schedule's at the beginning, three places between, and the end.
func rates(s optim.Schedule, steps int) (r [5]float64) {
	for i := range r {
		r[i] = s.Rate((steps-1)*i/4, steps)
	}
	return r
}

// difference says where a checkpoint's metadata first differ, or "".
func (id identity) difference(metadata map[string]string) string {
	if diff := plain.Difference(metadata["model"], id.model); diff != "" {
		return diff
	}
	got, want := strings.Split(metadata["training"], "\n"), strings.Split(id.training, "\n")
	for i, w := range want {
		g := "nothing"
		if i < len(got) {
			g = got[i]
		}
		if g == w {
			continue
		}
		what, is, _ := strings.Cut(w, ": ")
		if was, same := strings.CutPrefix(g, what+": "); same {
			return fmt.Sprintf("%s: got %s, want %s", what, was, is)
		}
		return fmt.Sprintf("got %s, want %s", g, w)
	}
	return ""
}

// outline returns the architecture as JSON and the paths of its parameters; of a
// model with types that nobody has registered, the types of its maps.
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

// nameOf returns the path of parameter i, or its number if it has none.
func nameOf(p *autodiff.Param, i int, names map[*autodiff.Param]string) string {
	if name := names[p]; name != "" {
		return name
	}
	return fmt.Sprintf("parameter %d", i)
}

// digest is a checksum of up to 4096 rows in memory.
func (d *Data) digest() uint64 {
	h := crc64.New(crc64.MakeTable(crc64.ECMA))
	var b [8]byte
	for i := range min(d.len(), 4096) {
		for _, v := range d.rows.RawRowView(i) {
			for k, u := 0, math.Float64bits(v); k < 8; k, u = k+1, u>>8 {
				b[k] = byte(u)
			}
			h.Write(b[:])
		}
	}
	return h.Sum64()
}
