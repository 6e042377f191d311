package pytorch

import (
	"fmt"
	"maps"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// zuko writes the model as a flow of zuko, whose transforms go from data to base.
func (e *exporter) zuko(m *flow.Transformed) any {
	parts := residuals(e.parts(m), m.Dim())
	nets := e.oneContext(parts)
	transforms := []any{}
	for i, p := range parts {
		transforms = append(transforms, e.zukoPart(fmt.Sprintf("transform.transforms.%d.", i), p, m.Dim()))
	}
	if mixture, ok := m.Base.(*dist.Mixture); ok && len(parts) == 0 {
		return e.zukoMixture("", mixture)
	}
	e.say("", "Flow", nil)
	flow := call("zuko.flows.Flow", map[string]any{"transform": transforms, "base": e.zukoBase(m.Base)})
	if len(nets) == 0 {
		return flow
	}
	return call("embedded", map[string]any{"flow": flow, "net": e.embedding("_embedding_net.", nets)})
}

// zukoPart writes one transform, from data to base.
func (e *exporter) zukoPart(path string, p part, d int) any {
	if p.columns != nil {
		return e.zukoResidual(path, p, d)
	}
	switch b := p.b.(type) {
	case *bijector.Autoregressive:
		return e.turned(path, p.inverted, func(path string) any { return e.zukoAutoregressive(path, p, b) })
	case *bijector.Coupling:
		m, turned := e.zukoMapOf(p, b.Map).straight()
		return e.turned(path, p.inverted != turned, func(path string) any { return e.zukoCoupling(path, p, b, m) })
	case *bijector.Elementwise:
		m, turned := e.zukoMapOf(p, b.Map).straight()
		var raw []float64
		if b.Raw != nil {
			raw = b.Raw.Data()
		}
		return e.turned(path, p.inverted != turned, func(path string) any { return e.zukoElementwise(path, p, m, raw, d) })
	case *bijector.Permute:
		perm := b.Perm
		if !p.inverted {
			perm = invert(perm)
		}
		return e.zukoPermutation(path, perm)
	case *bijector.Rotation:
		if b.Cayley {
			p.fail("zuko has no rotations by Cayley's map, want one by the exponential")
		}
		return e.zukoRotation(path, p, b, d)
	case *bijector.Linear:
		return e.turned(path, !p.inverted, func(path string) any { return e.zukoLinear(path, p, b.W.Data(), numbersOf(b.Shift, d, 0), d) })
	case *bijector.LU:
		return e.turned(path, !p.inverted, func(path string) any {
			return e.zukoLinear(path, p, luMatrix(b.Factors.Data(), numbersOf(b.Diag, d, 1), b.Perm, d), numbersOf(b.Shift, d, 0), d)
		})
	case bijector.Chain: // made by softclips
		bound := b[2].(*bijector.Scale).By.Numbers()[0]
		return e.turned(path, !p.inverted, func(path string) any {
			return e.unconditional(path, "zuko.transforms.SoftclipTransform", map[string]any{"bound": bound})
		})
	}
	if scale, shift, ok := affineOf(p, d); ok {
		e.add(path+"loc", shift, d)
		e.add(path+"scale", scale, d)
		return e.unconditional(path, "torch.distributions.AffineTransform", map[string]any{"loc": tensorOf(shift), "scale": tensorOf(scale)})
	}
	if class := torchTransformOf(p); class != "" {
		return e.turned(path, !p.inverted, func(path string) any {
			return e.unconditional(path, "torch.distributions."+class, nil)
		})
	}
	p.fail("zuko has no counterpart of it")
	return nil
}

// turned writes a transform, or its inverse.
func (e *exporter) turned(path string, inverse bool, transform func(path string) any) any {
	if !inverse {
		return transform(path)
	}
	e.say(trim(path), "LazyInverse", nil)
	return call("zuko.lazy.LazyInverse", map[string]any{"transform": transform(path + "transform.")})
}

func trim(path string) string { return path[:max(len(path)-1, 0)] }

// unconditional is a transform without networks.
func (e *exporter) unconditional(path, function string, arguments map[string]any, list ...any) any {
	said := map[string]any{"f": lastName(function)}
	for k, v := range arguments {
		if x, ok := v.(float64); ok {
			said[k] = x
		}
	}
	e.say(trim(path), "UnconditionalTransform", said)
	all := map[string]any{"buffer": true}
	maps.Copy(all, arguments)
	return call("zuko.lazy.UnconditionalTransform", all, append([]any{reference(function)}, list...)...)
}

// zukoAutoregressive writes a masked autoregressive transform, from data to base.
func (e *exporter) zukoAutoregressive(path string, p part, b *bijector.Autoregressive) any {
	spec := b.Net.Spec
	if spec.Residual || spec.Direct {
		p.fail("its masked network has residual blocks or direct connections as zuko's have not, want a plain one")
	}
	e.single = e.single || b.Net.Single
	m := e.zukoMapOf(p, b.Map)
	layers := carried(b.Net)
	layers[0] = layers[0].blind(e.cond - spec.Cond)
	if spec.Dim == 1 {
		return e.alone(path, p, m, layers, spec.Act)
	}
	position := invert(orAll(spec.Order, spec.Dim))
	e.ints(path+"order", position)
	arguments := map[string]any{"features": spec.Dim, "context": e.cond, "order": tensorOf(position),
		"univariate": m.function(), "shapes": m.shapes, "activation": reference("torch.nn." + torchActivations[spec.Act])}
	arguments["hidden_features"] = e.sequential(path+"hyper.", perceptron{layers: layers, act: spec.Act})
	said := map[string]any{"univariate": m.said(), "shapes": m.shapes}
	return e.clipped(path, "MaskedAutoregressiveTransform", arguments, said, b.Clip, spec.Dim)
}

// alone writes an autoregressive transform of one column, whose parameters depend on the context alone, or on nothing.
func (e *exporter) alone(path string, p part, m zukoMap, layers []dense, act nn.Activation) any {
	first := layers[0]
	if first.in == 1 {
		return e.zukoElementwise(path, p, m, constantOf(layers, act), 1)
	}
	rest := newDense(first.in-1, first.out)
	for u := range first.out {
		copy(rest.weight[u*rest.in:(u+1)*rest.in], first.weight[u*first.in+1:(u+1)*first.in])
	}
	rest.bias = first.bias
	layers[0] = rest
	for i := range layers {
		layers[i].mask = nil
	}
	return e.zukoConditional(path, m, perceptron{layers: layers, act: act}, rest.in, 1)
}

// zukoCoupling writes a coupling, whose map of columns goes as m does.
func (e *exporter) zukoCoupling(path string, p part, b *bijector.Coupling, m zukoMap) any {
	d := len(b.Keep) + len(b.Change)
	if raw, d, ok := constants(b); ok {
		return e.zukoElementwise(path, p, m, raw, d)
	}
	net, ok := perceptronOf(b.Net, sortedPlaces(b.Keep, b.Cond, 1), sortedPlaces(b.Change, 0, b.Map.Params()))
	if !ok {
		p.fail("its network is no perceptron of one activation and a linear last layer, which zuko's are: it is %s", kindOf(b.Net))
	}
	e.single = e.single || single(b.Net)
	if len(b.Keep) == 0 {
		return e.zukoConditional(path, m, net, b.Cond, d)
	}
	net.layers[0] = net.layers[0].blind(e.cond - b.Cond)
	mask := make([]bool, d)
	for _, j := range b.Keep {
		mask[j] = true
	}
	e.bools(path+"mask", mask)
	arguments := map[string]any{"features": d, "context": e.cond, "mask": tensorOf(mask), "univariate": m.function(), "shapes": m.shapes,
		"activation": reference("torch.nn." + torchActivations[net.act]), "normalize": net.normalized}
	arguments["hidden_features"] = e.sequential(path+"hyper.", net)
	return e.clipped(path, "GeneralCouplingTransform", arguments, map[string]any{"univariate": m.said(), "shapes": m.shapes}, b.Clip, len(b.Keep))
}

// sortedPlaces returns where each of k values of columns stands if the columns are sorted, and behind them those of a context.
func sortedPlaces(columns []int, cond, k int) (places []int) {
	sorted := slices.Sorted(slices.Values(columns))
	for _, j := range columns {
		at, _ := slices.BinarySearch(sorted, j)
		places = append(places, span(at*k, (at+1)*k)...)
	}
	return append(places, span(len(columns)*k, len(columns)*k+cond)...)
}

// clipped is a transform whose network sees the first columns clipped, if bound is positive.
func (e *exporter) clipped(path, class string, arguments, said map[string]any, bound float64, columns int) any {
	transform := call("zuko.flows."+zukoModules[class]+"."+class, arguments)
	if bound > 0 {
		said["clip"] = bound
		transform = call("clipped", map[string]any{"transform": transform, "net": "hyper", "clip": bound, "columns": columns})
	}
	e.say(trim(path), class, said)
	return transform
}

// zukoModules are where zuko keeps its transforms.
var zukoModules = map[string]string{"MaskedAutoregressiveTransform": "autoregressive", "GeneralCouplingTransform": "coupling", "ElementWiseTransform": "gaussianization"}

// zukoConditional writes a transform of columns by parameters that depend on the context alone.
func (e *exporter) zukoConditional(path string, m zukoMap, net perceptron, cond, d int) any {
	arguments := map[string]any{"features": d, "context": cond, "univariate": m.function(), "shapes": m.shapes, "normalize": net.normalized,
		"activation": reference("torch.nn." + torchActivations[net.act])}
	arguments["hidden_features"] = e.sequential(path+"hyper.", net)
	return e.clipped(path, "ElementWiseTransform", arguments, map[string]any{"univariate": m.said(), "shapes": m.shapes}, 0, 0)
}

// zukoElementwise writes a transform of d columns by numbers.
func (e *exporter) zukoElementwise(path string, p part, m zukoMap, raw []float64, d int) any {
	total := len(raw) / d
	if total == 0 {
		p.fail("a map without parameters has no counterpart in zuko")
	}
	if e.cond > 0 { // zuko's then has a network of the context
		constant := newDense(e.cond, len(raw))
		copy(constant.bias, raw)
		return e.zukoConditional(path, m, perceptron{layers: []dense{constant}, act: nn.ReLU}, e.cond, d)
	}
	at := 0
	for i, shape := range m.shapes {
		width := 1
		for _, n := range shape {
			width *= n
		}
		x := make([]float64, 0, d*width)
		for j := range d {
			x = append(x, raw[j*total+at:j*total+at+width]...)
		}
		e.add(fmt.Sprintf("%sphi.%d", path, i), x, append([]int{d}, shape...)...)
		at += width
	}
	arguments := map[string]any{"features": d, "univariate": m.function(), "shapes": m.shapes}
	return e.clipped(path, "ElementWiseTransform", arguments, map[string]any{"univariate": m.said(), "shapes": m.shapes}, 0, 0)
}
