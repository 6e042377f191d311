package bijector

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
)

// PairedAxes returns k learned axes for reflections of d columns: random unit vectors, where
// the first two are equal, the next two, and so on. An even number of them
// reflects everything back, so that maps start as the identity, and training
// parts the pairs. nil src is the process-wide source.
func PairedAxes(k, d int, src rand.Source) *autodiff.Param {
	p, r := autodiff.NewParam(k, d, nil), rand.New(rng.Or(src))
	for i := range k {
		row := p.Data()[i*d : (i+1)*d]
		if i%2 == 1 {
			copy(row, p.Data()[(i-1)*d:])
			continue
		}
		for j := range row {
			row[j] = r.NormFloat64()
		}
		kernel.Scale(row, row, 1/math.Sqrt(kernel.Dot(row, row)))
	}
	return p
}

// checkAxes returns an error unless the axes are rows of d elements, none of
// them all 0.
func checkAxes(what string, axes *autodiff.Param, d int) error {
	if axes == nil {
		return fmt.Errorf("bijector: %s: got no axes, want at least one row", what)
	}
	k, _ := axes.Dims()
	if err := checkDims(what+": axes", axes, k, d); err != nil {
		return err
	}
	for i := range k {
		row := axes.Data()[i*d : (i+1)*d]
		if s := kernel.Dot(row, row); !(s > 0) || math.IsInf(s, 0) {
			return fmt.Errorf("bijector: %s: got axis %d = %v, want finite numbers, not all 0", what, i, row)
		}
	}
	return nil
}

// reflect returns the rows of x reflected at the planes through 0 that are orthogonal to
// each axis v, in order, or in reverse order. All in all that subtracts Σᵢ cᵢ·vᵢ with
//
//	½·vᵢᵀvᵢ·cᵢ + Σⱼ vᵢᵀvⱼ·cⱼ = vᵢᵀx,  j before i
//
// a triangular system, so that matrix products do the work. C. Puglisi,
// Modification of the Householder method based on the compact WY
// representation, 1992.
func reflect(x, axes autodiff.Var, reverse bool) autodiff.Var {
	half := axes.SquareRowSum().MulConst(0.5).Reshape(1, axes.Rows())
	system := lower(axes.MatMulT(axes), half)
	c := x.MatMulT(axes).TriSolve(system, autodiff.Tri{Trans: reverse})
	return x.Sub(c.MatMul(axes))
}
