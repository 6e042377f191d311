package disttest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// bare is a Laplace distribution that knows nothing else of itself, with too much density.
type bare struct{ too float64 }

func (bare) Dim() int { return 1 }

func (b bare) LogDensity(x autodiff.Var) autodiff.Var {
	return x.Abs().Neg().AddConst(b.too - math.Ln2)
}

func (bare) Draw(batch *mat.Dense, src rand.Source) {
	r := rand.New(src)
	for i := range batch.RawMatrix().Rows {
		batch.Set(i, 0, r.ExpFloat64()*float64(1-2*r.IntN(2)))
	}
}

func TestBare(t *testing.T) {
	for _, too := range []float64{0, 0.1} {
		r := &recorder{TB: t}
		c := Case{Dist: bare{too}, Draws: 20000, Corners: []float64{0}}
		if c.normalisation(r); r.failed != (too > 0) {
			t.Errorf("with exp(%v) times the density normalisation fails: %v", too, r.failed)
		}
	}
}

// rising is such a distribution that knows its distribution function.
type rising struct{ bare }

func (rising) CDF(dst, x []float64) []float64 {
	return each(dst, x, func(v float64) float64 { return v })
}

func (rising) Survival(dst, x []float64) []float64 {
	return each(dst, x, func(v float64) float64 { return -v })
}

// each returns P(X ≤ f(x)) after dst, which is nil.
func each(dst, x []float64, f func(v float64) float64) []float64 {
	for _, v := range x {
		p := 0.5 * math.Exp(-math.Abs(v))
		if f(v) > 0 {
			p = 1 - p
		}
		dst = append(dst, p)
	}
	return dst
}

// A few draws find a small excess by the distribution function, which they would not by themselves.
func TestRising(t *testing.T) {
	for _, too := range []float64{0, 1e-5} {
		r := &recorder{TB: t}
		c := Case{Dist: rising{bare{too}}, Draws: 500, Corners: []float64{0}}
		if c.normalisation(r); r.failed != (too > 0) {
			t.Errorf("with exp(%v) times the density normalisation fails: %v", too, r.failed)
		}
	}
}
