package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Rows outside of a map's range, at its ends and beyond what squares hold leave the bits of the others as they are.
func TestEdgesAmongOthers(t *testing.T) {
	y := []float64{0.3, -1, 0.5, 0, 1, 2, math.Inf(1), math.Inf(-1), math.NaN(), 0.9, 1e160, -1e200, 5e-324, 1 - 0x1p-53, 1e-300, 0x1p505}
	for name, b := range map[string]bijector.InverseILDJer{
		"Exp": bijector.Exp{}, "Sinh": bijector.Sinh{}, "Softplus": bijector.NewSoftplus(none, none),
		"Sigmoid": bijector.NewSigmoid(none, none), "NormalCDF": bijector.NewNormalCDF(none, none),
	} {
		at := func(y []float64) (x, l []float64) {
			v, ildj := b.InverseILDJ(autodiff.NewTape().Matrix(mat.NewDense(len(y), 1, y)))
			return v.Data(), ildj.Data()
		}
		x, l := at(y)
		for i, v := range y {
			ownX, ownL := at([]float64{v})
			if !same(ownX[0], x[i]) || !same(ownL[0], l[i]) {
				t.Errorf("%s: y = %v: got x %v and ILDJ %v among others, %v and %v alone", name, v, x[i], l[i], ownX[0], ownL[0])
			}
			if v > 0 && v < 1 && math.IsInf(l[i], 0) {
				t.Errorf("%s: y = %v: got ILDJ %v, want a number", name, v, l[i])
			}
			if v <= 0 && name != "Sinh" && !math.IsInf(l[i], -1) {
				t.Errorf("%s: y = %v: got ILDJ %v, want that of no density", name, v, l[i])
			}
		}
	}
}

func same(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b }
