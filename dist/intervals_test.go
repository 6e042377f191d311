package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Likelihoods of censored numbers are those of intervals, with the gradients of differences in the bounds and
// in every parameter.
func TestLogCensored(t *testing.T) {
	inf := math.Inf(1)
	low := mat.NewDense(4, 1, []float64{1, 2, 0.5, 0.25})
	high := mat.NewDense(4, 1, []float64{1.5, 2, 7, 3})
	for name, c := range map[string]*dist.Columns{
		"Normal":   dist.NewNormal(1, l(0.5), l(2)),
		"Gamma":    dist.NewGamma(1, l(1.5), l(2)),
		"StudentT": dist.NewStudentT(1, l(3), l(-1), l(2)),
		"Weibull":  dist.NewWeibull(1, l(1.5), l(2)),
		"Beta":     dist.NewSigmoidBeta(1, l(1.5), l(2)),
	} {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, func(x ...V) V {
				t := x[0].Tape()
				tail := c.LogCensored(t.View(1, 1, []float64{1}).Add(x[0].Slice(0, 1).ColSum().MulConst(0)), t.View(1, 1, []float64{inf}))
				return c.LogCensored(x[0], x[1]).Sum().Add(tail)
			}, mat.NewDense(3, 1, []float64{1, 0.5, 0.25}), mat.NewDense(3, 1, []float64{1.5, 7, 3}))
			tape := autodiff.NewTape()
			got := c.LogCensored(tape.Matrix(low), tape.Matrix(high)).Data()
			for i := range got {
				a, b := low.At(i, 0), high.At(i, 0)
				want := c.LogProb([]float64{a})
				if a < b {
					want = c.LogInterval(nil, []float64{a}, []float64{b})[0]
				}
				if got[i] != want {
					t.Errorf("between %v and %v: got %v, want %v", a, b, got[i], want)
				}
			}
		})
	}
}

// Zeros are added to a density too: an atom at 0.
func TestZeroInflatedDensity(t *testing.T) {
	z := dist.NewZeroInflated(dist.NewLogistic(1, l(1), l(0.5)), l(0.25))
	if got := z.LogProb([]float64{0}); math.Abs(got-math.Log(0.25)) > 1e-15 {
		t.Errorf("log P(0): got %v, want log ¼", got)
	}
	for _, p := range []float64{0.05, 0.2, 0.7, 0.99} {
		x := z.Quantile(nil, []float64{p})
		if got := z.CDF(nil, x)[0]; x[0] != 0 && math.Abs(got-p) > 1e-13 || got < p-1e-13 {
			t.Errorf("CDF of the quantile %v of %v: got %v", x, p, got)
		}
	}
	zeros, n := 0.0, 20000
	for _, v := range sample(z, n).RawMatrix().Data {
		if v == 0 {
			zeros++
		}
	}
	if math.Abs(zeros/float64(n)-0.25) > 0.015 {
		t.Errorf("zeros among draws: got %v, want ¼", zeros/float64(n))
	}
	gradtest.Check(t, func(x ...V) V { return z.LogDensity(x[0]) }, mat.NewDense(3, 1, []float64{-1, 0.5, 2}))
}
