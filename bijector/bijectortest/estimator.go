package bijectortest

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// RunEstimator checks that what b estimates is unbiased: the mean of n estimates of the log-determinant at the first row of x, and of
// its derivatives with respect to the row's elements and the first element of each parameter, is the exact one within 4.5 of its
// standard errors. Estimates differ since each is of a row moved by some 1e-10, which makes other random numbers and is no difference
// otherwise. The estimates' deviations are logged. The map itself stays as it is.
func RunEstimator(t *testing.T, b bijector.Estimator, x *mat.Dense, n int) {
	t.Helper()
	estimated := b.Estimated()
	exact := determinant(b, x, 0)
	all := mat.NewDense(n, len(exact), nil)
	for i := range n {
		all.SetRow(i, determinant(estimated, x, 1e-10*float64(i+1)))
	}
	for j, want := range exact {
		mean, sd := stat.MeanStdDev(mat.Col(nil, j, all), nil)
		t.Logf("number %d: exact %.4g, mean %.4g, deviation of an estimate %.2g", j, want, mean, sd)
		if se := sd / math.Sqrt(float64(n)); !(math.Abs(mean-want) <= 4.5*se+1e-8) {
			t.Errorf("number %d: got a mean of %v with a standard error of %v, want %v", j, mean, se, want)
		}
	}
	tape := autodiff.NewTape()
	v := tape.Matrix(top(x, 1))
	if y := b.Forward(v); !sameBits(y.Data(), estimated.Forward(v).Data()) || !sameBits(b.Inverse(y).Data(), estimated.Inverse(y).Data()) {
		t.Error("Forward or Inverse changes with the estimate")
	}
}

// determinant returns the log-determinant at the first row of x, moved, and derivatives of it.
func determinant(b bijector.Bijector, x *mat.Dense, move float64) []float64 {
	x = top(x, 1)
	x.Set(0, 0, x.At(0, 0)+move)
	tape := autodiff.NewTape()
	v := tape.Variable(x)
	_, l := bijector.ForwardFLDJ(b, v)
	tape.Backward(l)
	out := append([]float64{l.Value()}, v.Grad()...)
	for _, p := range tape.Params() {
		if g := tape.Grad(p); g != nil {
			out = append(out, g[0])
		}
	}
	return out
}
