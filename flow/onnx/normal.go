package onnx

import (
	"math"
	"sync"

	"github.com/normflow/normflow/internal/special"
)

// The normal distribution function and its inverse stand in tables, by logarithms, so that tails of any length keep their digits.

const halfLog2π = 0.5 * log2π

// millsTable has log(e^(a²/2)·Φ(−a)) by asinh a.
var millsTable = sync.OnceValue(func() table {
	return tableOf(func(u float64) float64 {
		if a := math.Sinh(u); a < 1e8 {
			return special.Log(special.NdtrTail(a))
		}
		return math.Ln2 - u - halfLog2π // 1/(a·√2π)
	}, 0, math.Asinh(1e150))
})

// quantileTable has −Φ⁻¹(e⁻ʷ)/√2w by log w, from w = log 2 on.
var quantileTable = sync.OnceValue(func() table {
	return tableOf(func(u float64) float64 {
		w := math.Exp(u)
		return -special.LogNdtrInv(-w, special.Log1mExp(-w)) / math.Sqrt(2*w)
	}, math.Log(math.Ln2), 650)
})

// tableOf returns the table of one function that is known to have one.
func tableOf(f func(u float64) float64, lo, hi float64) table {
	t, ok := tabulate(func(u []float64) (y, tolerance [][]float64) {
		y, tolerance = [][]float64{make([]float64, len(u))}, [][]float64{make([]float64, len(u))}
		for i, v := range u {
			y[0][i] = f(v)
			tolerance[0][i] = 1e-14 * (1 + math.Abs(y[0][i]))
		}
		return y, tolerance
	}, lo, hi)
	if !ok {
		panic("onnx: a function is met by no table")
	}
	return t
}

// logNdtr returns log Φ(v), and the logarithm of its derivative, of every number.
func (v value) logNdtr() (l, logHazard value) {
	x := v.reshape(1)
	a := x.abs()
	r := v.g.lookup(millsTable(), a.asinh())[0]
	half := a.square().times(0.5)
	inside := r.sub(half).exp().neg().log1p()
	below := x.less(x.c(0))
	l = r.sub(half).where(below, inside)
	logHazard = r.neg().where(below, half.add(inside).neg()).plus(-halfLog2π)
	return l.reshape(v.cols), logHazard.reshape(v.cols)
}

// logNdtrInv returns Φ⁻¹(eᵛ) of every number.
func (v value) logNdtrInv() value {
	l := v.reshape(1)
	upper := l.c(-math.Ln2).less(l)
	w := l.neg().log1mExp().where(upper, l).neg()
	z := v.g.lookup(quantileTable(), w.log())[0].mul(w.times(2).sqrt())
	return z.where(upper, z.neg()).reshape(v.cols)
}

// normalCDF is Φ(v), or Φ⁻¹(v).
func (v value) normalCDF(dir direction) (w, l value) {
	if dir == forward {
		l, _ = v.logNdtr()
		return l.exp(), v.square().times(-0.5).plus(-halfLog2π)
	}
	above := v.c(0.5).less(v)
	z := v.neg().log1p().where(above, v.log()).logNdtrInv()
	z = z.neg().where(above, z)
	return z, z.square().times(0.5).plus(halfLog2π)
}
