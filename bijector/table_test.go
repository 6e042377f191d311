package bijector_test

import (
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
)

// table lists every bijector of the package: internal/archtest fails if an
// exported one is missing.
func table() []bijectortest.Case {
	return slices.Concat(coreCases(), splineCases(), linearCases(), elementwiseCases(), imageCases(), autoregressiveCases(), continuousCases(), curveCases(), planarCases(), sylvesterCases(), blockCases(), residualCases(), graphicalCases(), perChannelCases())
}

func TestLaws(t *testing.T) {
	for _, c := range table() {
		t.Run(c.Name, func(t *testing.T) { bijectortest.Run(t, c) })
	}
}

// mlp returns a maker of small networks with numbers of size 1.
func mlp(seed uint64) func(in, out int) nn.Network {
	return func(in, out int) nn.Network {
		return nn.NewMLP(in, []int{8}, out, nn.Tanh, rng.New(seed))
	}
}

// single returns a maker of networks in float32.
func single(seed uint64) func(in, out int) nn.Network {
	return func(in, out int) nn.Network {
		net := nn.NewMLP(in, []int{8, 8}, out, nn.Tanh, rng.New(seed))
		net.Single = true
		return net
	}
}

func coreCases() []bijectortest.Case {
	normal := bijectortest.Normal
	spline := bijector.Spline{}
	free, circle := bijector.Spline{Bins: 4, Bound: 1, Tails: bijector.FreeTails}, bijector.Spline{Bins: 4, Bound: 1, Tails: bijector.CircularTails}
	standardizer := bijector.NewStandardizer(3)
	bijector.Initialize(standardizer, autodiff.NewTape().Matrix(bijectortest.Uniform(20, 3, -1, 7)))
	whitener := bijector.NewWhitener(3)
	bijector.Initialize(whitener, autodiff.NewTape().Matrix(correlated(40)))
	return []bijectortest.Case{
		{Name: "Identity", B: bijector.Identity{}, X: normal(5, 3)},
		{Name: "Whitener", B: whitener, X: normal(5, 3)},
		{Name: "Whitener/twice", B: bijector.Chain{whitener, bijector.NewWhitener(3)}, X: normal(5, 3)},
		{Name: "Whitener/plain", B: bijector.NewWhitener(3), X: normal(5, 3)},
		{Name: "Standardizer", B: standardizer, X: normal(5, 3)},
		{Name: "Chain", B: bijector.Chain{elementwiseMap(bijector.Affine{}), elementwiseMap(spline)}, X: normal(5, 3)},
		{Name: "Chain/empty", B: bijector.Chain{}, X: normal(5, 3)},
		{Name: "Chain/conditional", B: bijector.Chain{someCoupling(3, []int{0}, bijector.Affine{}, 2), someCoupling(3, []int{1, 2}, spline, 2)},
			X: normal(5, 3), Context: normal(5, 2)},
		{Name: "Embedded", B: bijector.NewEmbedded(nn.NewMLP(3, []int{5}, 2, nn.Tanh, rng.New(4)), bijector.Chain{someCoupling(3, []int{0}, spline, 2)}),
			X: normal(5, 3), Context: normal(5, 3)},
		{Name: "Invert", B: bijector.NewInvert(elementwiseMap(spline)), X: normal(5, 3)},
		{Name: "Invert/conditional", B: bijector.NewInvert(someCoupling(3, []int{2, 0}, spline, 1)), X: normal(5, 3), Context: normal(5, 1)},
		{Name: "Elementwise/affine", B: elementwiseMap(bijector.Affine{}), X: normal(5, 3)},
		{Name: "Elementwise/affine-exp", B: elementwiseMap(bijector.Affine{Scale: bijector.Exponential}), X: normal(5, 3)},
		{Name: "Elementwise/affine-clip", B: elementwiseMap(bijector.Affine{Scale: bijector.Clip}), X: normal(5, 3)},
		{Name: "Elementwise/affine-sigmoid2", B: elementwiseMap(bijector.Affine{Scale: bijector.Sigmoid2}), X: normal(5, 3)},
		{Name: "Elementwise/affine-glow", B: elementwiseMap(bijector.Affine{Scale: bijector.GlowScale}), X: normal(5, 3)},
		{Name: "Elementwise/affine-softplus", B: elementwiseMap(bijector.Affine{Scale: bijector.SoftplusScale}), X: normal(5, 3)},
		{Name: "Elementwise/spline", B: elementwiseMap(spline), X: normal(6, 3)},
		{Name: "Elementwise/spline-free", B: elementwiseMap(free), X: normal(6, 3)},
		{Name: "Elementwise/spline-circular", B: elementwiseMap(circle), X: normal(6, 3)},
		{Name: "Coupling/spline-free", B: someCoupling(4, []int{0}, free, 0), X: normal(5, 4)},
		{Name: "Coupling/spline-circular", B: someCoupling(4, []int{0}, circle, 0), X: normal(5, 4)},
		{Name: "Coupling/spline-circular-conditional", B: someCoupling(3, []int{1}, circle, 2), X: normal(5, 3), Context: normal(5, 2)},
		{Name: "Coupling/gatedlinearunit", B: someCoupling(3, []int{1}, bijector.GatedLinearUnit{}, 0), X: normal(5, 3)},
		{Name: "Elementwise/gatedlinearunit", B: elementwiseMap(bijector.GatedLinearUnit{}), X: normal(6, 3)},
		{Name: "Coupling/additive", B: someCoupling(3, []int{1}, bijector.Additive{}, 0), X: normal(5, 3)},
		{Name: "Coupling/affine", B: someCoupling(4, []int{1, 3}, bijector.Affine{}, 0), X: normal(5, 4)},
		{Name: "Elementwise/softspline", B: elementwiseMap(bijector.SoftSpline{Bins: 5}), X: normal(6, 3)},
		{Name: "Coupling/softspline", B: someCoupling(4, []int{0}, bijector.SoftSpline{}, 0), X: normal(5, 4)},
		{Name: "Elementwise/affine-sigmoid", B: elementwiseMap(bijector.Affine{Scale: bijector.SigmoidScale}), X: normal(5, 3)},
		{Name: "Elementwise/affine-softplus3", B: elementwiseMap(bijector.Affine{Scale: bijector.SoftplusTo3}), X: normal(5, 3)},
		{Name: "Coupling/spline-least", B: someCoupling(4, []int{0}, bijector.Spline{Bins: 4, Bound: 3, MinSize: 0.05, MinSlope: 0.2}, 0), X: normal(5, 4)},
		{Name: "Elementwise/affine-tanh", B: elementwiseMap(bijector.Affine{Scale: bijector.TanhScale}), X: normal(5, 3)},
		{Name: "Coupling/spline", B: someCoupling(4, []int{0}, spline, 0), X: normal(5, 4)},
		{Name: "Coupling/spline-conditional", B: someCoupling(3, []int{1}, bijector.Spline{Bins: 4, Bound: 3}, 2), X: normal(5, 3), Context: normal(5, 2)},
		{Name: "Coupling/clip", B: clippedCoupling(), X: normal(5, 4)},
		{Name: "Coupling/single", B: bijector.NewCoupling(4, []int{1, 3}, bijector.Affine{}, 0, single(3)), X: normal(5, 4), Single: true},
		{Name: "Coupling/single-conditional", B: bijector.NewCoupling(3, []int{1}, bijector.Affine{}, 2, single(3)), X: normal(5, 3), Context: normal(5, 2), Single: true},
		{Name: "Coupling/one-column", B: someCoupling(1, nil, spline, 0), X: normal(5, 1)},
		{Name: "Coupling/one-column-conditional", B: someCoupling(1, nil, bijector.Affine{}, 2), X: normal(5, 1), Context: normal(5, 2)},
	}
}

// elementwiseMap returns a map of three columns with numbers of size 1 as parameters.
func elementwiseMap(m bijector.Univariate) *bijector.Elementwise {
	e := bijector.NewElementwise(3, m)
	e.Raw.Set(bijectortest.Normal(1, e.Raw.Len()).RawRowView(0))
	return e
}

// someCoupling returns a coupling with a small network, or numbers of size 1 as parameters.
func someCoupling(d int, keep []int, m bijector.Univariate, cond int) *bijector.Coupling {
	c := bijector.NewCoupling(d, keep, m, cond, mlp(3))
	if k, ok := c.Net.(*nn.Constant); ok {
		k.Row.Set(bijectortest.Normal(1, k.Row.Len()).RawRowView(0))
	}
	return c
}

// splineCases are the splines of other pieces than rational-quadratic ones.
func splineCases() []bijectortest.Case {
	normal := bijectortest.Normal
	return []bijectortest.Case{
		{Name: "Elementwise/linear-spline", B: elementwiseMap(bijector.LinearSpline{}), X: normal(6, 3)},
		{Name: "Coupling/linear-spline", B: someCoupling(4, []int{0}, bijector.LinearSpline{Bins: 5, Bound: 2}, 2), X: normal(5, 4), Context: normal(5, 2)},
		{Name: "Elementwise/quadratic-spline", B: elementwiseMap(bijector.QuadraticSpline{}), X: normal(7, 3)},
		{Name: "Elementwise/quadratic-spline-half", B: elementwiseMap(bijector.QuadraticSpline{Bins: 2, Half: true}), X: normal(6, 3)},
		{Name: "Coupling/quadratic-spline-free", B: someCoupling(4, []int{0}, bijector.QuadraticSpline{Bins: 4, Bound: 1, Tails: bijector.FreeTails}, 2), X: normal(5, 4), Context: normal(5, 2)},
		{Name: "Elementwise/cubic-spline", B: elementwiseMap(bijector.CubicSpline{}), X: normal(6, 3)},
		{Name: "Coupling/cubic-spline", B: someCoupling(4, []int{0}, bijector.CubicSpline{Bins: 3, Bound: 2}, 2), X: normal(5, 4), Context: normal(5, 2)},
		{Name: "Elementwise/cubic-spline-one", B: elementwiseMap(bijector.CubicSpline{Bins: 1}), X: normal(6, 3)},
		{Name: "CircularShift", B: bijector.NewCircularShift(autodiff.Learned(0.3, -9, 2), 1), X: bijectortest.Uniform(6, 3, -1, 1)},
		{Name: "Elementwise/opposite", B: elementwiseMap(bijector.Opposite{Map: bijector.Spline{Bins: 4, Bound: 2}, Bound: 2}), X: normal(6, 3)},
		{Name: "Elementwise/per-column", B: elementwiseMap(bijector.NewPerColumn(bijector.Affine{}, bijector.CubicSpline{}, bijector.Additive{})), X: normal(6, 3)},
		{Name: "Coupling/per-column", B: someCoupling(4, []int{1, 2}, bijector.NewPerColumn(bijector.Inverted{Map: bijector.Spline{}}, bijector.Affine{}), 2), X: normal(5, 4), Context: normal(5, 2)},
		{Name: "Elementwise/linear-rational-spline", B: elementwiseMap(bijector.LinearRationalSpline{}), X: normal(6, 3)},
		{Name: "Coupling/linear-rational-spline", B: someCoupling(4, []int{0}, bijector.LinearRationalSpline{Bins: 3, Bound: 2}, 2), X: normal(5, 4), Context: normal(5, 2)},
	}
}

// fldj returns the forward log-determinant.
func fldj(b bijector.Bijector, x autodiff.Var) autodiff.Var {
	_, l := bijector.ForwardFLDJ(b, x)
	return l
}

// A coupling's network runs once for Inverse and ILDJ together.
func TestCouplingRunsItsNetworkOnce(t *testing.T) {
	c := bijector.NewCoupling(4, []int{0, 1}, bijector.Spline{}, 0, mlp(1))
	tape := autodiff.NewTape()
	y := tape.Matrix(bijectortest.Normal(5, 4))
	c.Inverse(y)
	before := tape.Len()
	c.ILDJ(y)
	if added := tape.Len() - before; added > 1 {
		t.Errorf("ILDJ after Inverse added %d nodes, want 1 for the row sum", added)
	}
}

func clippedCoupling() bijector.Bijector {
	c := bijector.NewCoupling(4, []int{1, 3}, bijector.Affine{}, 0, mlp(3))
	c.Clip = 0.7
	return c
}
