package pytorch

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// transformMade returns the description of the transform of PyTorch that a function without name, or a module of
// sbi, makes at the path.
func (w *weights) transformMade(p string) (made map[string]any, ok bool) {
	for _, path := range []string{p, p + "f"} {
		m, _ := w.module(path)
		if made, ok = m.Attributes["f"].(map[string]any); ok && made["transform"] != nil {
			return made, true
		}
	}
	return nil, false
}

// torchTransform returns a transform of torch.distributions, of d columns, in its own direction.
func (w *weights) torchTransform(path string, v map[string]any, d int) bijector.Bijector {
	b := w.torchForward(path, v, d, 0)
	if v["inverse"] == true {
		return bijector.NewInvert(b)
	}
	return b
}

func (w *weights) torchForward(path string, v map[string]any, d, depth int) bijector.Bijector {
	inner := func(part any) bijector.Bijector {
		m, ok := part.(map[string]any)
		if !ok || depth > 8 {
			fail("module %q: got a transform %v, want the description of one", path, part)
		}
		b := w.torchForward(path, m, d, depth+1)
		if m["inverse"] == true {
			return bijector.NewInvert(b)
		}
		return b
	}
	none := autodiff.Value{}
	switch v["transform"] {
	case "SigmoidTransform":
		return bijector.NewSigmoid(none, none)
	case "ExpTransform":
		return &bijector.Exp{}
	case "TanhTransform":
		return &bijector.Tanh{}
	case "AffineTransform":
		return restored(&bijector.Diagonal{Scale: w.numbersOrOne(path, "scale", v["scale"], d), Shift: w.numbersOrOne(path, "loc", v["loc"], d)})
	case "IndependentTransform":
		return inner(v["base_transform"])
	case "ComposeTransform":
		parts, _ := v["parts"].([]any)
		chain := bijector.Chain{}
		for _, part := range parts {
			chain = append(chain, inner(part))
		}
		return chain
	}
	fail("module %q: the transform %v of PyTorch is not supported", path, v["transform"])
	return nil
}

// numbersOrOne returns an attribute that is a number, or one for each of d columns.
func (w *weights) numbersOrOne(path, key string, value any, d int) autodiff.Value {
	list, ok := value.([]any)
	if !ok {
		return autodiff.Fixed(w.toFloat(path, key, value))
	}
	if len(list) != d && len(list) != 1 {
		fail("module %q: got %v as %s, want %d numbers", path, value, key, d)
	}
	x := make([]float64, len(list))
	for i, v := range list {
		x[i] = w.toFloat(path, key, v)
	}
	return autodiff.Fixed(x...)
}
