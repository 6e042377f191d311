package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"gonum.org/v1/gonum/mat"
)

// The exponential of a plane's generator is a rotation by its angle.
func TestRotationByAnAngle(t *testing.T) {
	for _, angle := range []float64{0, 1e-9, 0.3, 1, math.Pi, -2, 20} {
		a := autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{0, 0, angle, 0}))
		got := forward(bijector.NewRotation(a), unit(2)).T()
		sin, cos := math.Sincos(angle)
		want := mat.NewDense(2, 2, []float64{cos, -sin, sin, cos})
		if !mat.EqualApprox(got, want, 1e-15*(1+math.Abs(angle))) {
			t.Errorf("angle %v: got %v, want %v", angle, mat.Formatted(got), mat.Formatted(want))
		}
	}
}

// exp of a nilpotent matrix is a polynomial, of a diagonal one the exponentials.
func TestMatrixExpExact(t *testing.T) {
	for _, c := range []struct{ m, want []float64 }{
		{[]float64{0, 0, 0, 2, 0, 0, 3, 4, 0}, []float64{1, 0, 0, 2, 1, 0, 7, 4, 1}},
		{[]float64{1, 0, 0, 0, -3, 0, 0, 0, 10}, []float64{math.E, 0, 0, 0, math.Exp(-3), 0, 0, 0, math.Exp(10)}},
	} {
		got := forward(bijector.NewMatrixExp(autodiff.FixedMatrix(mat.NewDense(3, 3, c.m)), none), unit(3)).T()
		if want := mat.NewDense(3, 3, c.want); !sameDigits(got, want, 2e-14) {
			t.Errorf("got %v, want %v", mat.Formatted(got), mat.Formatted(want))
		}
	}
}

// Orthogonal maps keep lengths, to a few roundings.
func TestOrthogonal(t *testing.T) {
	for name, b := range map[string]bijector.Bijector{
		"rotation": bijector.NewRotation(autodiff.FixedMatrix(bijectortest.Normal(6, 6))),
		"Cayley":   bijector.NewCayley(autodiff.FixedMatrix(bijectortest.Normal(6, 6))),
		"reflect":  bijector.NewHouseholder(autodiff.FixedMatrix(bijectortest.Normal(5, 6))),
		"DCT":      bijector.NewDCT(6, 2),
		"Haar":     bijector.Haar{},
	} {
		var g mat.Dense
		q := forward(b, unit(6))
		g.Mul(q, q.T())
		if !mat.EqualApprox(&g, unit(6), 1e-14) {
			t.Errorf("%s: got Q·Qᵀ = %v, want I", name, mat.Formatted(&g))
		}
	}
}

// A smooth signal has its energy in the first coefficients.
func TestHaarAndDCTOrder(t *testing.T) {
	x := mat.NewDense(1, 8, []float64{3, 3, 3, 3, 3, 3, 3, 3})
	for name, b := range map[string]bijector.Bijector{"Haar": bijector.Haar{}, "DCT": bijector.NewDCT(8, 2)} {
		want := mat.NewDense(1, 8, []float64{3 * math.Sqrt(8), 0, 0, 0, 0, 0, 0, 0})
		if got := forward(b, x); !mat.EqualApprox(got, want, 1e-14) {
			t.Errorf("%s: got %v, want %v", name, got.RawRowView(0), want.RawRowView(0))
		}
	}
}

// sameDigits reports whether the numbers agree relative to their size.
func sameDigits(got, want mat.Matrix, tol float64) bool {
	r, c := want.Dims()
	for i := range r {
		for j := range c {
			if w := want.At(i, j); !(math.Abs(got.At(i, j)-w) <= tol*math.Abs(w)) {
				return false
			}
		}
	}
	return true
}
