package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// sweep calls visit with one in every (and a short run: in 10·every) of the distributions with parameters of the sizes
// given, and numbers of every size with two draws.
func sweep(sizes map[byte][]float64, every int, visit func(name string, v []float64, d *dist.Columns, x []float64)) {
	src, n := rand.NewPCG(1, 2), 0
	combinations(sizes, func(name string, v []float64, d *dist.Columns) {
		if n++; n%every != 0 || testing.Short() && n%(10*every) != 0 {
			return
		}
		draws := mat.NewDense(2, 1, nil)
		d.Draw(draws, src)
		x := []float64{0, 1, -1, 5e-324, 1e-300, -1e-300, 1e300, -1e300, 1e18, -1e18}
		for _, v := range draws.RawMatrix().Data {
			if !math.IsInf(v, 0) {
				x = append(x, v)
			}
		}
		visit(name, v, d, x)
	})
}

// Distribution functions are probabilities, which sum to 1, and so are their logarithms; and quantiles are numbers: for
// parameters from 1e-300 to 1e300. (The least number is left to densities and draws.)
func TestTailsAtAllSizes(t *testing.T) {
	sizes := map[byte][]float64{'r': magnitudes['r'], 'p': magnitudes['p'][1:], 's': magnitudes['s'], 'n': magnitudes['n']}
	n := 0
	sweep(sizes, 23, func(name string, v []float64, d *dist.Columns, xs []float64) {
		n++
		switch name {
		case "NormalInverseGaussian":
			if v[1] > 0.9 {
				return // α − |β| is lost
			}
		}
		if slowTails[name] && n%9 != 0 {
			return
		}
		for _, x := range xs {
			row := []float64{x}
			l, u := d.CDF(nil, row)[0], d.Survival(nil, row)[0]
			if !(l >= 0 && l <= 1 && u >= 0 && u <= 1 && math.Abs(l+u-1) < 1e-9) {
				t.Errorf("%s%v: CDF and survival at %v: got %v and %v", name, v, x, l, u)
			}
			ll, lu := dist.LogCDF(d, nil, row)[0], dist.LogSurvival(d, nil, row)[0]
			if !(ll <= 0 && lu <= 0 && math.Abs(math.Exp(ll)-l) < 1e-9 && math.Abs(math.Exp(lu)-u) < 1e-9) {
				t.Errorf("%s%v: logarithms of CDF and survival at %v: got %v and %v, want those of %v and %v", name, v, x, ll, lu, l, u)
			}
		}
		for _, p := range []float64{1e-300, 1e-6, 0.5, 0.999} {
			if x := d.Quantile(nil, []float64{p})[0]; math.IsNaN(x) {
				t.Errorf("%s%v: the quantile of %v is NaN", name, v, p)
			}
		}
	})
}

// slowTails are families whose tails far out are by quadrature.
var slowTails = map[string]bool{
	"BetaBinomial": true, "ExponentiallyModifiedGaussian": true, "F": true, "JohnsonSU": true, "Kumaraswamy": true, "LambertWNormal": true, "NoncentralChiSquared": true,
	"NoncentralT": true, "NormalInverseGaussian": true, "OrderStatistic": true, "SigmoidBeta": true, "SinhArcsinh": true, "TwoPieceNormal": true,
}

// Gradients in parameters are no NaN where the density is finite. (Beyond 1e±100 derivatives overflow, and sums of them
// mean nothing.)
func TestParameterGradientsAtAllSizes(t *testing.T) {
	sizes := map[byte][]float64{
		'r': {0, -1, 1e-100, 1e18, -1e100}, 'p': {1e-100, 1e-18, 1e-6, 0.3, 1, 7, 1e3, 1e8, 1e18, 1e100}, 's': magnitudes['s'][1:], 'n': {1, 10, 1e6, 1e18, 1e100},
	}
	tape := autodiff.NewTape()
	sweep(sizes, 2, func(name string, v []float64, d *dist.Columns, xs []float64) {
		xs = append([]float64{0, 1, -1, 1e-100, -1e-100, 1e100, -1e100, 1e18, -1e18}, xs[10:]...)
		tape.Reset()
		d.LogDensity(tape.Variable(mat.NewDense(1, 1, []float64{0})))
		params := tape.Params()
		for _, p := range params {
			p.Freeze(false)
		}
		for _, x := range xs {
			tape.Reset()
			lp := d.LogDensity(tape.Variable(mat.NewDense(1, 1, []float64{x})))
			tape.Backward(lp)
			for k, p := range params {
				if g := tape.Grad(p); !math.IsInf(lp.Value(), 0) && math.IsNaN(g[0]) {
					t.Errorf("%s%v: gradient in parameter %d at %v, where log p = %v, is NaN", name, v, k, x, lp.Value())
				}
			}
		}
	})
}
