package bijector_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A scalarBench is an elementwise map with one learned number for each of its
// parameters, and a batch of its domain.
type scalarBench struct {
	name string
	b    bijector.Bijector
	x    *mat.Dense
}

func scalarBenches() []scalarBench {
	l, none := autodiff.Learned, autodiff.Value{}
	normal, positive := bijectortest.Normal(64, 64), bijectortest.Uniform(64, 64, 0.1, 2)
	interval := bijectortest.Uniform(64, 64, 0.1, 0.9)
	return []scalarBench{
		{"Exp", bijector.Exp{}, normal},
		{"Log", bijector.Log{}, positive},
		{"Expm1", bijector.Expm1{}, normal},
		{"Log1p", bijector.Log1p{}, positive},
		{"Reciprocal", bijector.Reciprocal{}, positive},
		{"Softplus", bijector.NewSoftplus(l(0.5), l(1)), normal},
		{"Sigmoid", bijector.NewSigmoid(l(-1), l(2)), normal},
		{"Tanh", bijector.Tanh{}, normal},
		{"Softsign", bijector.Softsign{}, normal},
		{"SoftClip", bijector.NewSoftClip(l(-1), l(2), l(0.5)), normal},
		{"Softfloor", bijector.NewSoftfloor(l(0.5)), normal},
		{"Sinh", bijector.Sinh{}, normal},
		{"SinhArcsinh", bijector.NewSinhArcsinh(l(0.5), l(1.5)), normal},
		{"JohnsonSU", bijector.NewJohnsonSU(l(0.5), l(1.5), l(1), l(2)), normal},
		{"Power", bijector.NewPower(1.5), positive},
		{"PowerTransform", bijector.NewPowerTransform(l(0.5)), positive},
		{"YeoJohnson", bijector.NewYeoJohnson(l(0.5)), normal},
		{"Square", bijector.Square{}, positive},
		{"SignedPower", bijector.NewSignedPower(l(1.5)), normal},
		{"LeakyReLU", bijector.NewLeakyReLU(l(0.3)), normal},
		{"ELU", bijector.ELU{}, normal},
		{"LeakyTanh", bijector.NewLeakyTanh(l(2)), normal},
		{"LambertWTail", bijector.NewLambertWTail(l(0), l(1), l(0.2)), normal},
		{"TukeyGH", bijector.NewTukeyGH(l(0.3), l(0.1)), normal},
		{"NormalCDF", bijector.NewNormalCDF(l(0), l(1)), normal},
		{"LogisticCDF", bijector.NewLogisticCDF(l(0), l(1)), normal},
		{"CauchyCDF", bijector.NewCauchyCDF(l(0), l(1)), normal},
		{"LaplaceCDF", bijector.NewLaplaceCDF(l(0), l(1)), normal},
		{"StudentTCDF", bijector.NewStudentTCDF(l(5), l(0), l(1)), normal},
		{"StudentTCDF-fixed", bijector.NewStudentTCDF(autodiff.Fixed(5), none, none), normal},
		{"GumbelCDF", bijector.NewGumbelCDF(l(0), l(1)), normal},
		{"WeibullCDF", bijector.NewWeibullCDF(l(1.5), l(1)), positive},
		{"RayleighCDF", bijector.NewRayleighCDF(l(1)), positive},
		{"FrechetCDF", bijector.NewFrechetCDF(l(0), l(1), l(1.5)), positive},
		{"GeneralizedExtremeValueCDF", bijector.NewGeneralizedExtremeValueCDF(l(0), l(1), l(0.1)), normal},
		{"GompertzCDF", bijector.NewGompertzCDF(l(0.5), l(1)), positive},
		{"ShiftedGompertzCDF", bijector.NewShiftedGompertzCDF(l(0.5), l(1)), positive},
		{"KumaraswamyCDF", bijector.NewKumaraswamyCDF(l(0.5), l(1)), interval},
		{"MoyalCDF", bijector.NewMoyalCDF(l(0), l(1)), normal},
		{"GeneralizedPareto", bijector.NewGeneralizedPareto(l(0), l(1), l(0.5)), normal},
		{"BetaCDF", bijector.NewBetaCDF(l(2), l(3)), interval},
		{"CDF-distuv.Normal", bijector.NewCDF(distuv.Normal{Mu: 0, Sigma: 1}), normal},
	}
}

// step evaluates Forward and ILDJ of a batch, each at its own numbers, and returns
// their sum.
func (s scalarBench) step(t *autodiff.Tape, y *mat.Dense) autodiff.Var {
	t.Reset()
	return s.b.Forward(t.Variable(s.x)).Sum().Add(s.b.ILDJ(t.Variable(y)).Sum())
}

func (s scalarBench) y() *mat.Dense {
	return s.b.Forward(autodiff.NewTape().Matrix(s.x)).Dense()
}

// BenchmarkElementwise measures Forward and ILDJ of 64×64 numbers: the values
// alone (eval), and with the gradients by the numbers and all parameters (grad).
//
// Slower than ten times Exp are: StudentTCDF, polynomials of 24 and 32 terms; BetaCDF, continued fractions,
// several per element for the quantile and, where they are learned, for the
// gradients by their parameters; TukeyGH, whose inverse takes four steps; the values
// alone of CDF-distuv.Normal, which gonum computes number by number.
func BenchmarkElementwise(b *testing.B) {
	for _, s := range scalarBenches() {
		y := s.y()
		run := func(name string, grad bool) {
			b.Run(s.name+"/"+name, func(b *testing.B) {
				t := autodiff.NewTape()
				t.NoGrad(!grad)
				b.ReportAllocs()
				for b.Loop() {
					if l := s.step(t, y); grad {
						t.Backward(l)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(64*64), "ns/element")
			})
		}
		run("eval", false)
		run("grad", true)
	}
}

func TestElementwiseDoesNotAllocate(t *testing.T) {
	for _, s := range scalarBenches() {
		y, tape := s.y(), autodiff.NewTape()
		step := func() { tape.Backward(s.step(tape, y)) }
		step()
		step()
		if n := testing.AllocsPerRun(3, step); n != 0 {
			t.Errorf("%s: got %v allocations in a step, want none", s.name, n)
		}
	}
}
