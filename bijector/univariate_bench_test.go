package bijector_test

import (
	"fmt"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
)

// BenchmarkUnivariates measures univariates of 512×8 numbers, each with raw parameters of its own, by what an element takes: the
// values alone (eval), and with the gradients by numbers and parameters (grad).
func BenchmarkUnivariates(b *testing.B) {
	for _, m := range []bijector.Univariate{
		bijector.Affine{}, bijector.Spline{}, bijector.LinearSpline{}, bijector.QuadraticSpline{}, bijector.CubicSpline{}, bijector.LinearRationalSpline{}, bijector.SoftSpline{},
		bijector.Bernstein{}, bijector.SOSPolynomial{}, bijector.MixtureCDF{}, bijector.MixtureCDF{Logistic: true}, bijector.Moebius{},
	} {
		const n, d = 512, 8
		x, raw := bijectortest.Normal(n, d), bijectortest.Normal(n, d*m.Params())
		for way, apply := range map[string]func(x, raw autodiff.Var) (v, l autodiff.Var){"Forward": m.Forward, "Inverse": m.Inverse} {
			for _, grad := range []bool{false, true} {
				kind := map[bool]string{false: "eval", true: "grad"}[grad]
				b.Run(fmt.Sprintf("%T%v/%s/%s", m, m, way, kind)[len("bijector."):], func(b *testing.B) {
					t := autodiff.NewTape()
					t.NoGrad(!grad)
					for b.Loop() {
						t.Reset()
						v, l := apply(t.Variable(x), t.Variable(raw))
						if grad {
							t.Backward(v.Sum().Add(l.Sum()))
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(n*d), "ns/element")
				})
			}
		}
	}
}
