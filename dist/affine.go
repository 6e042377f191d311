package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// An affine is μ + L·z with spherical z, its rows put in another order, first some, then
// others, and L made lower triangular again.
type affine struct {
	first, others []int
	loc           []float64
	l             [][]float64 // rows of the factor in that order
}

// newAffine reorders the rows of the d×d factor l and makes them triangular again, by Householder
// reflections from the right, which leave L·Lᵀ as it is.
func newAffine(loc, l []float64, first []int) *affine {
	d := len(loc)
	a := &affine{first: first, others: rest(d, first), loc: loc}
	for _, j := range append(append([]int(nil), a.first...), a.others...) {
		row := make([]float64, d)
		copy(row, l[j*d:j*d+j+1])
		a.l = append(a.l, row)
	}
	for i := range d {
		reflect(a.l, i)
	}
	return a
}

// reflect makes the elements of row i right of its diagonal zeros, and the diagonal positive.
func reflect(l [][]float64, i int) {
	v, d := l[i][i:], len(l)
	norm := length(v)
	if norm == 0 {
		return
	}
	u := append([]float64(nil), v...)
	if u[0] > 0 {
		u[0] += norm
	} else {
		u[0] -= norm
	}
	uu := 0.0
	for _, x := range u {
		uu = kernel.FMA(x/norm, x/norm, uu)
	}
	for r := i; r < d; r++ {
		sum := 0.0
		for k, x := range u {
			sum = kernel.FMA(x/norm, l[r][i+k], sum)
		}
		for k, x := range u {
			l[r][i+k] = kernel.FMA(-2*sum/uu, x/norm, l[r][i+k])
		}
	}
	clear(v[1:])
	if v[0] < 0 {
		for r := i; r < d; r++ {
			l[r][i] = -l[r][i]
		}
	}
}

// length returns the length of v, also where squares would overflow.
func length(v []float64) float64 {
	most, sum := 0.0, 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	if most == 0 || math.IsInf(most, 1) {
		return most
	}
	for _, x := range v {
		sum = kernel.FMA(x/most, x/most, sum)
	}
	return most * math.Sqrt(sum)
}

// factor returns rows and columns from lo to hi of the factor, frozen, times s.
func (a *affine) factor(lo, hi int, s float64) *autodiff.Param {
	n := hi - lo
	x := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			x[i*n+j] = s * a.l[lo+i][lo+j]
		}
	}
	p := autodiff.NewParam(n, n, x)
	p.Freeze(true)
	return p
}

// pickElements returns the elements with some indices.
func pickElements(x []float64, index []int) []float64 {
	y := make([]float64, len(index))
	for i, j := range index {
		y[i] = x[j]
	}
	return y
}

// standardise returns z with L₁·z = e for the first columns, and its squared length.
func (a *affine) standardise(e []float64) (z []float64, square float64) {
	z = make([]float64, len(e))
	for i := range e {
		sum := e[i]
		for j := range i {
			sum = kernel.FMA(-a.l[i][j], z[j], sum)
		}
		z[i] = sum / a.l[i][i]
		square = kernel.FMA(z[i], z[i], square)
	}
	return z, square
}

// shifted returns locations of the others moved by L₂₁·z.
func (a *affine) shifted(loc, z []float64) []float64 {
	y := make([]float64, len(a.others))
	for i := range y {
		y[i] = loc[i]
		for j, v := range z {
			y[i] = kernel.FMA(a.l[len(a.first)+i][j], v, y[i])
		}
	}
	return y
}

// given returns the locations of the others given values of the first columns, and the squared
// distance of these.
func (a *affine) given(values []float64) (loc []float64, square float64) {
	e := make([]float64, len(values))
	for i, v := range values {
		e[i] = v - a.loc[a.first[i]]
	}
	z, square := a.standardise(e)
	return a.shifted(pickElements(a.loc, a.others), z), square
}
