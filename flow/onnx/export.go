package onnx

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
)

// Export writes m as an ONNX file, whose graph computes the log-density of rows:
//
//	x [batch, d], context [batch, c] → log_prob [batch]
//
// all in float64, batches being of any size. A model without a context has no such input. The log-density is −∞ outside of the
// model's support, and NaN of a row that holds a NaN, as [flow.Transformed.LogProb] has it; it agrees with that to rounding, or, of a
// model with networks in float32 ([flow.Arch].Precision), which are computed in float64 here, to that of float32.
//
// It costs what the model's own log-density does, but where a direction of an autoregressive map needs one column after the other,
// as densities of [flow.IAF] do: there the graph has a pass of the network for each column.
//
// It returns an error that names the first part of the model that has no translation, see the package's README for those that
// have, or that is bound to a context by Given; or the writer's.
func Export(w io.Writer, m *flow.Transformed) error {
	need.One("onnx: Export", "writer", w)
	need.One("onnx: Export", "model", m)
	return export(w, "log_prob", m, func(g *graph) {
		x, c := g.input("x", m.Dim()), g.context(m)
		lp := g.logProb(m, x, c)
		g.output("log_prob", g.op("Squeeze", 1, []value{lp, g.integers(1)}))
	})
}

// ExportSample writes the way from standard normal numbers to rows of m as an ONNX file:
//
//	z [batch, k], context [batch, c] → x [batch, d]
//
// If all of z are independent standard normal, x are rows drawn from m, in float64, batches being of any size. For presets z is
// what [flow.Transformed.Decode] takes.
//
// It costs what a sample of the model does, but where a direction of an autoregressive map needs one column after the other, as
// samples of [flow.MAF] do: there the graph has a pass of the network for each column.
//
// It returns errors as [Export] does, also for a base that is not made of normal numbers one for one, such as the mixtures of
// [flow.Learn].
func ExportSample(w io.Writer, m *flow.Transformed) error {
	need.One("onnx: ExportSample", "writer", w)
	need.One("onnx: ExportSample", "model", m)
	return export(w, "sample", m, func(g *graph) {
		x := g.sample(m, g.input("z", noise(m)), g.context(m))
		g.output("x", x, int64(m.Dim()))
	})
}

// untranslated is what a part of a model that cannot be translated panics with.
type untranslated struct{ where, why string }

// refuse panics with the part of the model, and why it cannot be translated.
func (g *graph) refuse(format string, args ...any) {
	panic(untranslated{strings.Join(g.where, "."), fmt.Sprintf(format, args...)})
}

// within calls translate for a part of the part of the model that is being translated.
func (g *graph) within(part string, translate func() (value, value)) (v, l value) {
	g.where = append(g.where, part)
	v, l = translate()
	g.where = g.where[:len(g.where)-1]
	return v, l
}

// export builds a graph and writes it.
func export(w io.Writer, name string, m *flow.Transformed, build func(g *graph)) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case untranslated:
			err = fmt.Errorf("onnx: %s: %s", p.where, p.why)
		default:
			panic(p)
		}
	}()
	g := newGraph()
	g.where = []string{"model"}
	build(g)
	file := g.model(name, fmt.Sprintf("a normalizing flow of %d columns, context of %d columns", m.Dim(), m.CondDim()))
	if len(file) > math.MaxInt32 {
		return fmt.Errorf("onnx: got a model of %d bytes, want at most 2³¹−1, which is the most that the format allows", len(file))
	}
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return nil
}

// context returns the input for the context, none for a model without.
func (g *graph) context(m *flow.Transformed) value {
	if m.CondDim() == 0 {
		return none
	}
	return g.input("context", m.CondDim())
}
