// Package bijectortest checks that a bijector obeys the laws of bijectors. It
// is meant for bijectors of any origin:
//
//	func TestMine(t *testing.T) {
//		bijectortest.Run(t, bijectortest.Case{B: NewMine(3), X: bijectortest.Normal(20, 3)})
//	}
//
// # Laws
//
//   - round trip: Inverse(Forward(x)) = x, and Forward of that is y again, as exactly as the
//     condition of the Jacobian allows;
//   - log-determinant: ILDJ(y) = −log|det ∂f/∂x| of a Jacobian by differences, and that of
//     [bijector.ForwardFLDJ] is −ILDJ(Forward(x));
//   - one walk: [bijector.InverseILDJ] gives the bits of Inverse and ILDJ, and
//     [bijector.ForwardFLDJ] those of Forward;
//   - gradients of all four with respect to rows, context and every parameter, against
//     differences;
//   - rows are independent: a row alone gives the same bits as in a batch, and
//     a row with NaN spoils itself only;
//   - purity: arguments and parameters stay as they are, a second call gives the same bits and
//     no new node on the tape;
//   - concurrency: four goroutines get the same bits (run the tests with -race);
//   - context: a conditional bijector without context panics, with a wrong width panics,
//     and one context row for all equals that row repeated;
//   - extremes: ±0, tiny and huge values of the domain give no NaN, neither in
//     values nor in gradients.
package bijectortest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// A Case is a bijector and the points at which to check it.
type Case struct {
	Name string
	B    bijector.Bijector
	// X has rows inside the domain of Forward, each at least 0.002 away from
	// where f or its derivative is not smooth.
	X *mat.Dense
	// Context has a row for each of X if B is conditional.
	Context *mat.Dense

	// In and Out are the columns of x and y that are free, where not all are:
	// the log-determinant is that of the Jacobian between them.
	In, Out []int
	// Embedded says that the log-determinant is ½·log det(JᵀJ), the volume of
	// the surface on which y lies.
	Embedded bool

	// Tol bounds the errors of a round trip, relative to 1 + what the
	// condition of the Jacobian explains; 0 is 1e-11.
	Tol float64
	// Single says that B has networks in float32: gradients are compared with
	// differences as [gradtest.Single] says, so X must be 1/16 away from what is not
	// smooth. No other tolerance is loosened.
	Single bool
	// Lo and Hi bound the elements of x in the check of extremes; both 0 is no
	// bound. NoExtremes is for domains that are not a box.
	Lo, Hi     float64
	NoExtremes bool
}

// Normal returns n×d samples of a standard normal, always the same.
func Normal(n, d int) *mat.Dense {
	return fill(n, d, func(r *rand.Rand) float64 { return r.NormFloat64() })
}

// Uniform returns n×d values evenly spread between lo and hi, always the same.
func Uniform(n, d int, lo, hi float64) *mat.Dense {
	return fill(n, d, func(r *rand.Rand) float64 { return lo + float64((hi-lo)*r.Float64()) })
}

func fill(n, d int, f func(*rand.Rand) float64) *mat.Dense {
	r := rand.New(rand.NewPCG(uint64(n), uint64(d)))
	m := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			m.Set(i, j, f(r))
		}
	}
	return m
}

// Run checks all laws, each in a subtest, if the shapes are right.
func Run(t *testing.T, c Case) {
	t.Helper()
	if c.Tol == 0 {
		c.Tol = 1e-11
	}
	if c.Lo == 0 && c.Hi == 0 {
		c.Lo, c.Hi = math.Inf(-1), math.Inf(1)
	}
	if err := c.shapes(); err != nil {
		t.Fatal(err)
	}
	t.Run("RoundTrip", c.roundTrip)
	t.Run("LogDeterminant", c.logDeterminant)
	t.Run("OneWalk", c.oneWalk)
	t.Run("Gradients", c.gradients)
	t.Run("Rows", c.rows)
	t.Run("NaN", c.nan)
	t.Run("Purity", c.purity)
	t.Run("Concurrency", c.concurrency)
	if c.Context != nil {
		t.Run("Context", c.context)
	}
	if !c.NoExtremes {
		t.Run("Extremes", c.extremes)
	}
}

// bind returns the bijector on a tape, given the context rows if it takes any.
func (c *Case) bind(t *autodiff.Tape, ctx *mat.Dense) bijector.Bijector {
	if ctx == nil {
		return c.B
	}
	return bijector.Given(c.B, t.Matrix(ctx))
}

// result holds everything that a bijector computes at some rows.
type result struct{ y, x, ildj, fldj *mat.Dense }

// evaluate returns y = f(x), f⁻¹(y) and both log-determinants, n×1, as a sampler computes them:
// without gradients.
func (c *Case) evaluate(x, ctx *mat.Dense) result {
	tape := autodiff.NewTape()
	tape.NoGrad(true)
	b := c.bind(tape, ctx)
	xv := tape.Matrix(x)
	y := b.Forward(xv)
	n := xv.Rows()
	_, fldj := bijector.ForwardFLDJ(b, xv)
	return result{y.Dense(), b.Inverse(y).Dense(), b.ILDJ(y).Expand(n, 1).Dense(), fldj.Expand(n, 1).Dense()}
}

// row returns row i of m as a matrix, or nil of nil.
func row(m *mat.Dense, i int) *mat.Dense {
	if m == nil {
		return nil
	}
	_, d := m.Dims()
	return mat.NewDense(1, d, append([]float64(nil), m.RawRowView(i)...))
}

// sameBits reports whether two rows hold the same values, NaN equal to NaN.
func sameBits(a, b []float64) bool {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return len(a) == len(b)
}
