package bijector_test

import (
	"hash/fnv"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Both directions of all bijectors, their log-determinants and all gradients are the same bits on every machine: .ci/run compares what is
// logged here on several. Distributions of gonum are not among them: their functions are compiled to fused products on some.
func TestSameBits(t *testing.T) {
	for _, c := range table() {
		b := c.B
		if inverse, ok := b.(*bijector.Invert); ok {
			b = inverse.B
		}
		if _, ok := b.(*bijector.CDF); ok {
			continue
		}
		h := fnv.New64a()
		for _, v := range numbersOf(c.B, c.X, c.Context) {
			b := math.Float64bits(v)
			if v != v {
				b = 1 // NaNs are one
			}
			for s := range 8 {
				h.Write([]byte{byte(b >> (8 * s))})
			}
		}
		t.Logf("same bits: %s %016x", c.Name, h.Sum64())
	}
}

func numbersOf(b bijector.Bijector, x, ctx *mat.Dense) []float64 {
	tape := autodiff.NewTape()
	from := []autodiff.Var{tape.Variable(x)}
	if ctx != nil {
		from = append(from, tape.Variable(ctx))
		b = bijector.Given(b, from[1])
	}
	y, fldj := bijector.ForwardFLDJ(b, from[0])
	from = append(from, tape.Variable(y.Dense()))
	back, ildj := bijector.InverseILDJ(b, from[len(from)-1])
	tape.Backward(y.Sum().Add(fldj.Sum()).Add(back.Square().Sum()).Add(ildj.Sum()))
	var all []float64
	for _, v := range []autodiff.Var{y, fldj, back, ildj} {
		all = append(all, v.Data()...)
	}
	for _, v := range from {
		all = append(all, v.Grad()...)
	}
	for _, p := range tape.Params() {
		all = append(all, tape.Grad(p)...)
	}
	return all
}
