package pytorch

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/bijector"
)

// torchTransformOf returns the class of the transform of PyTorch that a part is, empty for none.
func torchTransformOf(p part) string {
	switch b := p.b.(type) {
	case *bijector.Sigmoid:
		if b.Low.IsZero() && b.High.IsZero() {
			return "SigmoidTransform"
		}
		p.fail("zuko has no Sigmoid of other bounds than 0 and 1")
	case *bijector.Exp:
		return "ExpTransform"
	case *bijector.Tanh:
		return "TanhTransform"
	}
	return ""
}

// zukoPermutation writes a permutation, from data to base.
func (e *exporter) zukoPermutation(path string, perm []int) any {
	e.ints(path+"_0", perm)
	return e.unconditional(path, "zuko.transforms.PermutationTransform", nil, tensorOf(perm))
}

// zukoRotation writes a rotation x ↦ exp(A − Aᵀ)·x, and its inverse by −A.
func (e *exporter) zukoRotation(path string, p part, b *bijector.Rotation, d int) any {
	a := make([]float64, d*d)
	for i := range d {
		for j := range i {
			a[i*d+j] = b.A.Data()[i*d+j]
			if !p.inverted {
				a[i*d+j] = -a[i*d+j]
			}
		}
	}
	e.add(path+"_0", a, d, d)
	return e.unconditional(path, "zuko.transforms.RotationTransform", nil, tensorOf(rowsOf(a, d)))
}

// zukoLinear writes y = W·x + b: by an LU and, where they are needed, a permutation behind it and a shift.
func (e *exporter) zukoLinear(path string, p part, w, bias []float64, d int) any {
	lu, perm, ok := decomposed(w, d)
	if !ok {
		p.fail("its matrix is singular")
	}
	permuted, shifted := false, false
	for j := range d {
		permuted, shifted = permuted || perm[j] != j, shifted || bias[j] != 0
	}
	list := []any{}
	next := func() string { return fmt.Sprintf("%stransforms.%d.", path, len(list)) }
	if !permuted && !shifted {
		next = func() string { return path }
	} else {
		e.say(trim(path), "LazyComposedTransform", nil)
	}
	at := next()
	e.add(at+"_0", lu, d, d)
	list = append(list, e.unconditional(at, "zuko.transforms.LULinearTransform", nil, tensorOf(rowsOf(lu, d))))
	if permuted {
		list = append(list, e.zukoPermutation(next(), invert(perm)))
	}
	if shifted {
		at, scale := next(), slices.Repeat([]float64{1}, d)
		e.add(at+"loc", bias, d)
		e.add(at+"scale", scale, d)
		list = append(list, e.unconditional(at, "torch.distributions.AffineTransform", map[string]any{"loc": tensorOf(bias), "scale": tensorOf(scale)}))
	}
	if len(list) == 1 {
		return list[0]
	}
	return call("zuko.lazy.LazyComposedTransform", nil, list...)
}

// decomposed returns the factors of a matrix whose row perm[i] is row i of L·U, U with ones as its diagonal; rows change places only
// where a pivot would be small.
func decomposed(w []float64, d int) (lu []float64, perm []int, ok bool) {
	lu, perm = append([]float64(nil), w...), orAll(nil, d)
	for k := range d {
		best := k
		for i := k + 1; i < d; i++ {
			if math.Abs(lu[i*d+k]) > math.Abs(lu[best*d+k]) {
				best = i
			}
		}
		if math.Abs(lu[k*d+k]) < 1e-3*math.Abs(lu[best*d+k]) {
			for j := range d {
				lu[k*d+j], lu[best*d+j] = lu[best*d+j], lu[k*d+j]
			}
			perm[k], perm[best] = perm[best], perm[k]
		}
		pivot := lu[k*d+k]
		if pivot == 0 {
			return nil, nil, false
		}
		for j := k + 1; j < d; j++ {
			lu[k*d+j] /= pivot
			for i := k + 1; i < d; i++ {
				lu[i*d+j] -= float64(lu[i*d+k] * lu[k*d+j])
			}
		}
	}
	return lu, perm, true
}

// rowsOf returns the rows of a matrix of d columns.
func rowsOf(m []float64, d int) (rows [][]float64) {
	for i := 0; i < len(m); i += d {
		rows = append(rows, m[i:i+d])
	}
	return rows
}
