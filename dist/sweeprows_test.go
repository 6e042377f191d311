package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// rowSizes calls visit with distributions of rows whose parameters have the sizes a and b.
func rowSizes(sizes []float64, visit func(name string, a, b float64, d dist.Distribution)) {
	for _, a := range sizes {
		for _, b := range sizes {
			v := func(name string, d dist.Distribution) { visit(name, a, b, d) }
			l := func() *autodiff.Param { return autodiff.NewParam(2, 2, []float64{a, 0, 0.5 * min(a, b), b}) }
			v("MultivariateNormal", dist.NewMultivariateNormal(f(1, -1), l()))
			v("MultivariateStudentT", dist.NewMultivariateStudentT(f(a), f(1, -1), autodiff.NewParam(2, 2, []float64{1, 0, 0.5, b})))
			if b/a < 1e140 {
				v("LowRankNormal", dist.NewLowRankNormal(f(0), f(a), autodiff.NewParam(2, 1, []float64{b, -b})))
			}
			v("Dirichlet", dist.NewDirichlet(3, f(a, b, 1)))
			v("RelaxedCategorical", dist.NewRelaxedCategorical(f(a), dist.FixedWeights(b, 1, 1)))
			v("LKJCholesky", dist.NewLKJCholesky(3, f(a)))
			v("WishartCholesky", dist.NewWishartCholesky(f(2+a), autodiff.NewParam(2, 2, []float64{b, 0, 0, 1})))
			v("VonMisesFisher", dist.NewVonMisesFisher(f(1, 2, -1), f(a)))
			v("Mixture", dist.NewMixture(dist.FixedWeights(1, 2), dist.NewNormal(2, f(0), f(a)), dist.NewNormal(2, f(1), f(b))))
			v("MultivariateNormal mixture", dist.NewMixture(dist.FixedWeights(1, 2), dist.NewMultivariateNormal(f(0), l()), dist.NewMultivariateNormal(f(1), l())))
			v("Joint", dist.NewJoint(dist.NewGamma(1, f(a), f(b)), dist.NewBeta(1, f(a), f(b))))
		}
	}
}

// Distributions of rows draw with a bounded number of random numbers, and neither log-densities of draws and of other rows
// nor, where they are finite, gradients are NaN: for parameters from 1e-300 to 1e300, those in parameters to 1e±100.
func TestRowsAtAllSizes(t *testing.T) {
	sizes := []float64{1e-300, 1e-160, 1e-18, 1e-6, 0.3, 1, 1e3, 1e8, 1e18, 1e160, 1e300}
	if testing.Short() {
		sizes = []float64{1e-300, 1e-18, 0.3, 1e8, 1e300}
	}
	src, tape := &counter{src: rand.NewPCG(1, 2)}, autodiff.NewTape()
	rowSizes(sizes, func(name string, a, b float64, d dist.Distribution) {
		src.left = 20000
		rows := mat.NewDense(3, d.Dim(), nil)
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s(%v, %v): drawing panics: %v", name, a, b, r)
				}
			}()
			d.Draw(rows, src)
		}()
		tests := [][]float64{rows.RawRowView(0), rows.RawRowView(1)}
		for _, x := range []float64{0, 1, -1e18, 1e-300, 1e300} {
			row := make([]float64, d.Dim())
			for j := range row {
				row[j] = x * (1 - 0.25*float64(j))
			}
			tests = append(tests, row)
		}
		moderate := max(a, b) < 1e101 && min(a, b) > 1e-101
		for _, x := range tests {
			checkRow(t, tape, name, a, b, d, x, moderate)
		}
	})
}

func checkRow(t *testing.T, tape *autodiff.Tape, name string, a, b float64, d dist.Distribution, x []float64, moderate bool) {
	for _, v := range x {
		if math.IsInf(v, 0) {
			return
		}
		if math.IsNaN(v) {
			t.Errorf("%s(%v, %v): draws %v", name, a, b, x)
			return
		}
	}
	tape.Reset()
	row := tape.Variable(mat.NewDense(1, len(x), x))
	d.LogDensity(row)
	for _, p := range tape.Params() {
		p.Freeze(false)
	}
	tape.Reset()
	row = tape.Variable(mat.NewDense(1, len(x), x))
	lp := d.LogDensity(row)
	tape.Backward(lp)
	switch y := lp.Value(); {
	case math.IsNaN(y):
		t.Errorf("%s(%v, %v): log density at %v is NaN", name, a, b, x)
		return
	case math.IsInf(y, 0):
		return
	}
	for _, g := range row.Grad() {
		if math.IsNaN(g) {
			t.Errorf("%s(%v, %v): gradient at %v is %v", name, a, b, x, row.Grad())
			break
		}
	}
	for k, p := range tape.Params() {
		for _, g := range tape.Grad(p) {
			if moderate && math.IsNaN(g) {
				t.Errorf("%s(%v, %v): gradient in parameter %d at %v is %v", name, a, b, k, x, tape.Grad(p))
				break
			}
		}
	}
}
