package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// affine returns the kernels' factor with some columns first.
func (k *KernelDensity) affine(columns []int) *affine {
	d := k.Dim()
	l := make([]float64, d*d)
	for i := range d {
		l[i*d+i] = 1
		if k.L != nil {
			copy(l[i*d:i*d+i+1], k.L.Data()[i*d:])
		}
		for j := range i + 1 {
			l[i*d+j] *= of(k.Bandwidth.Numbers(), i)
		}
	}
	return newAffine(make([]float64, d), l, columns)
}

// picked returns some columns of the points.
func (k *KernelDensity) picked(columns []int) []float64 {
	m, d := k.Points.Dims()
	x := make([]float64, 0, m*len(columns))
	for i := range m {
		x = append(x, pickElements(k.Points.Data()[i*d:(i+1)*d], columns)...)
	}
	return x
}

// kernelsAt returns the density of kernels around points with a factor.
func kernelsAt(points []float64, l *autodiff.Param, logits autodiff.Value) (*KernelDensity, error) {
	d, _ := l.Dims()
	k := &KernelDensity{Points: autodiff.NewParam(len(points)/d, d, points), Bandwidth: autodiff.Fixed(1), L: l, Logits: logits}
	k.Points.Freeze(true)
	return k, k.Restore()
}

// Marginal returns the kernel density of some columns.
func (k *KernelDensity) Marginal(columns ...int) (Distribution, error) {
	logits := k.Logits
	if !logits.IsZero() {
		logits = autodiff.Fixed(logits.Numbers()...)
	}
	return kernelsAt(k.picked(columns), k.affine(columns).factor(0, len(columns), 1), logits)
}

// Condition returns the kernel density of the other columns given some: each point has a
// weight proportional to its kernel there, and is moved as its kernel's slope says.
func (k *KernelDensity) Condition(columns []int, values []float64) (Distribution, error) {
	a := k.affine(columns)
	m, d := k.Points.Dims()
	given, others := k.picked(columns), k.picked(a.others)
	n, rest := len(columns), d-len(columns)
	logits, top := make([]float64, m), math.Inf(-1)
	e := make([]float64, n)
	var points []float64
	for i := range m {
		for j := range e {
			e[j] = values[j] - given[i*n+j]
		}
		z, square := a.standardise(e)
		logits[i] = -0.5 * square
		if !k.Logits.IsZero() {
			logits[i] += k.Logits.Numbers()[i]
		}
		top = max(top, logits[i])
		points = append(points, a.shifted(others[i*rest:(i+1)*rest], z)...)
	}
	if math.IsInf(top, -1) {
		return nil, fmt.Errorf("dist: Condition: got %v for columns %v, too far from all points", values, columns)
	}
	var kept, weights []float64
	for i, l := range logits {
		if l -= top; l > -700 {
			kept, weights = append(kept, points[i*rest:(i+1)*rest]...), append(weights, l)
		}
	}
	return kernelsAt(kept, a.factor(n, d, 1), autodiff.Fixed(weights...))
}
