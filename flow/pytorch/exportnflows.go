package pytorch

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// ExportNflows is [ExportZuko] for the Python library nflows: it writes the model as an nflows.flows.Flow.
func ExportNflows(w io.Writer, m *flow.Transformed, context mat.Matrix) error {
	need.One("pytorch: ExportNflows", "writer", w)
	need.One("pytorch: ExportNflows", "model", m)
	if err := export(w, m, context, (*exporter).nflows); err != nil {
		return fmt.Errorf("pytorch: ExportNflows: %w", err)
	}
	return nil
}

// nflows writes the model as a flow of nflows, whose transforms go from data to base.
func (e *exporter) nflows(m *flow.Transformed) any {
	parts := unconditionals(units(e.parts(m)))
	for i := range parts {
		parts[i].seesByItself()
	}
	nets := e.oneContext(parts)
	base, encoder := m.Base, part{}
	if n := len(parts); n > 0 && isEncoder(parts[n-1], base) {
		parts, encoder = parts[:n-1], parts[n-1]
	}
	if columns, ok := base.(*dist.Columns); ok {
		if of, ok := columns.Of.(*dist.Normal); ok { // nflows' DiagonalNormal cannot sample
			base = dist.NewStdNormal(columns.D)
			parts = append(parts, part{b: bijector.NewDiagonal(autodiff.Fixed(numbersOf(of.Scale, columns.D, 1)...), autodiff.Fixed(numbersOf(of.Loc, columns.D, 0)...))})
		}
	}
	transforms := []any{}
	for i, p := range parts {
		transforms = append(transforms, e.nflowsPart(fmt.Sprintf("_transform._transforms.%d.", i), p, m.Dim()))
	}
	e.say("", "Flow", nil)
	e.say("_transform", "CompositeTransform", nil)
	arguments := map[string]any{"transform": call("nflows.transforms.CompositeTransform", map[string]any{"transforms": transforms})}
	if encoder.b != nil {
		arguments["distribution"] = e.conditionalNormal(encoder, base.Dim())
	} else {
		arguments["distribution"] = e.nflowsBase(base)
	}
	if len(nets) > 0 {
		arguments["embedding_net"] = e.embedding("_embedding_net.", nets)
	}
	return call("nflows.flows.Flow", arguments)
}

// seesByItself takes the network that made of a context (c, act(C·c + b)) away from a masked network of nflows.
func (p *part) seesByItself() {
	a, ok := p.b.(*bijector.Autoregressive)
	if !ok || len(p.nets) == 0 {
		return
	}
	net, ok := p.nets[len(p.nets)-1].(*nn.ResMLP)
	if !ok || len(net.Blocks) != 1 || net.Blocks[0].A.Out() != a.Net.Spec.Cond-(net.In()) {
		return
	}
	inner := net.Blocks[0].A
	cond, width := net.In(), inner.Out()
	first := nn.NewLayer(cond, width, inner.Act, nil)
	copy(first.W.Data(), inner.W.Data()[:cond*width])
	copy(first.B.Data(), inner.B.Data())
	made := beforeContext(first).(*nn.ResMLP)
	for i, l := range []nn.Layer{made.First, made.Blocks[0].A, made.Blocks[0].B, made.Last} {
		other := []nn.Layer{net.First, inner, net.Blocks[0].B, net.Last}[i]
		if l.Act != other.Act || !slices.Equal(l.W.Data(), other.W.Data()) || !slices.Equal(l.B.Data(), other.B.Data()) {
			return
		}
	}
	p.first, p.nets = &first, p.nets[:len(p.nets)-1]
}

// nflowsPart writes one transform, from data to base.
func (e *exporter) nflowsPart(path string, p part, d int) any {
	inverse := func(turned bool, transform func(path string) any) any {
		return e.inverseTransform(path, turned, transform)
	}
	switch b := p.b.(type) {
	case *bijector.Autoregressive:
		return inverse(p.inverted, func(path string) any { return e.nflowsAutoregressive(path, p, b) })
	case *bijector.Coupling:
		if raw, d, ok := constants(b); ok {
			m := nflowsMapOf(p, b.Map, aloneForm)
			return inverse(p.inverted != m.turned, func(path string) any { return e.nflowsCDF(path, m, raw, d) })
		}
		m := nflowsMapOf(p, b.Map, coupledForm)
		return inverse(p.inverted != m.turned, func(path string) any { return e.nflowsCoupling(path, p, b, m) })
	case *bijector.Elementwise:
		m := nflowsMapOf(p, b.Map, aloneForm)
		return inverse(p.inverted != m.turned, func(path string) any { return e.nflowsCDF(path, m, b.Raw.Data(), d) })
	case *bijector.Permute:
		perm := b.Perm
		if !p.inverted {
			perm = invert(perm)
		}
		e.ints(path+"_permutation", perm)
		e.say(trim(path), "Permutation", nil)
		return call("nflows.transforms.Permutation", map[string]any{"permutation": tensorOf(perm)})
	case *bijector.LU:
		return inverse(!p.inverted, func(path string) any { return e.luLinear(path, b, d) })
	case *bijector.Linear:
		return inverse(!p.inverted, func(path string) any {
			return e.naiveLinear(path, b.W.Data(), numbersOf(b.Shift, d, 0), d)
		})
	case *bijector.ActNorm:
		return inverse(!p.inverted, func(path string) any {
			e.add(path+"log_scale", b.LogScale.Data(), d)
			e.add(path+"shift", b.Shift.Data(), d)
			e.truth(path+"initialized", true)
			e.say(trim(path), "ActNorm", nil)
			return call("nflows.transforms.ActNorm", map[string]any{"features": d})
		})
	}
	if transform := e.nflowsSilent(path, p); transform != nil {
		return transform
	}
	if scale, shift, ok := affineOf(p, d); ok {
		e.add(path+"_shift", shift, d)
		e.add(path+"_scale", scale, d)
		e.say(trim(path), "PointwiseAffineTransform", nil)
		return call("nflows.transforms.PointwiseAffineTransform", map[string]any{"shift": tensorOf(shift), "scale": tensorOf(scale)})
	}
	p.fail("nflows has no counterpart of it")
	return nil
}

// inverseTransform writes a transform, or its inverse.
func (e *exporter) inverseTransform(path string, inverse bool, transform func(path string) any) any {
	if !inverse {
		return transform(path)
	}
	e.say(trim(path), "InverseTransform", nil)
	return call("nflows.transforms.InverseTransform", map[string]any{"transform": transform(path + "_transform.")})
}

// nflowsSilent writes a transform of no or one number, nil for none.
func (e *exporter) nflowsSilent(path string, p part) any {
	class, arguments := "", map[string]any{}
	switch b := p.b.(type) {
	case *bijector.Tanh:
		class = "Tanh"
	case *bijector.Exp:
		class = "Exp"
	case *bijector.LogTanh:
		cut := b.Cut.Numbers()
		if len(cut) != 1 || b.Alpha.IsZero() || !slices.Equal(b.Alpha.Numbers(), []float64{(1 - math.Tanh(math.Tanh(cut[0]))) / cut[0]}) {
			p.fail("nflows has another slope beyond the cut")
		}
		class, arguments["cut_point"] = "LogTanh", cut[0]
	case *bijector.LeakyReLU:
		slope := b.Slope.Numbers()
		if len(slope) != 1 || math.Exp(float64(float32(math.Log(slope[0])))) != slope[0] {
			p.fail("nflows rounds the logarithm of its slope to float32, want one slope such as math.Exp(float64(float32(math.Log(0.01))))")
		}
		class, arguments["negative_slope"] = "LeakyReLU", slope[0]
	case *bijector.Sigmoid:
		if !b.Low.IsZero() || !b.High.IsZero() {
			p.fail("nflows has no Sigmoid of other bounds than 0 and 1")
		}
		return e.inverseTransform(path, !p.inverted, func(path string) any {
			e.add(path+"temperature", []float64{1}, 1)
			e.say(trim(path), "Sigmoid", map[string]any{"eps": 1e-6})
			return call("nflows.transforms.Sigmoid", nil)
		})
	default:
		return nil
	}
	return e.inverseTransform(path, !p.inverted, func(path string) any {
		e.say(trim(path), class, arguments)
		return call("nflows.transforms."+class, arguments)
	})
}

// nflowsBase writes the base distribution.
func (e *exporter) nflowsBase(b dist.Distribution) any {
	d := b.Dim()
	switch b := b.(type) {
	case *dist.StdNormal:
		e.say("_distribution", "StandardNormal", nil)
		return call("standard_normal", map[string]any{"shape": []int{d}})
	case *dist.Columns:
		of, ok := b.Of.(*dist.Uniform)
		if !ok {
			fail("the base distribution, columns of %s: nflows has no counterpart of it, want a normal or uniform one", kindOf(b.Of))
		}
		low, high := numbersOf(of.Low, d, 0), numbersOf(of.High, d, 1)
		e.add("_distribution.low", low, d)
		e.add("_distribution.high", high, d)
		e.say("_distribution", "Box", nil)
		return call("box", map[string]any{"low": tensorOf(low), "high": tensorOf(high)})
	}
	fail("the base distribution, %s: nflows has no counterpart of it, want a normal or uniform one", kindOf(b))
	return nil
}
