package onnx

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
)

// A table is functions of one number as polynomials on pieces of an interval, for functions that a graph cannot compute by
// themselves. A row of it is a piece: its middle, the inverse of half its length, and the polynomials' coefficients in (u − middle)/half,
// which have terms each.
type table struct {
	from []float64 // where the pieces begin, ascending
	rows [][]float64
}

const (
	terms      = 16
	mostPieces = 3000
)

// tabulate returns the functions that f evaluates at many places, each a list, from lo to hi. Pieces are halved until every function is met to
// the tolerances that f gives with them, and there is none if that takes too many.
func tabulate(f func(u []float64) (y, tolerance [][]float64), lo, hi float64) (t table, ok bool) {
	todo := [][2]float64{{lo, hi}}
	for len(todo) > 0 && len(t.from)+len(todo) <= mostPieces {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		row, fits := polynomial(f, last[0], last[1])
		if !fits {
			mid := 0.5*last[0] + 0.5*last[1]
			todo = append(todo, [2]float64{mid, last[1]}, [2]float64{last[0], mid})
			continue
		}
		t.from, t.rows = append(t.from, last[0]), append(t.rows, row)
	}
	return t, len(todo) == 0
}

// polynomial returns a row of a table, by Chebyshev's points, and whether it meets f at others.
func polynomial(f func(u []float64) (y, tolerance [][]float64), lo, hi float64) (row []float64, fits bool) {
	const tests = 37
	middle, half := 0.5*lo+0.5*hi, 0.5*hi-0.5*lo
	at := make([]float64, 0, terms+tests)
	for i := range terms {
		at = append(at, math.Cos(math.Pi*(float64(i)+0.5)/terms))
	}
	for i := range tests {
		at = append(at, -1+2*float64(i)/(tests-1))
	}
	u := make([]float64, len(at))
	for i, q := range at {
		u[i] = kernel.FMA(half, q, middle)
	}
	all, tolerance := f(u)
	row, fits = []float64{middle, 1 / half}, true
	for k, y := range all {
		p := powers(chebyshev(y[:terms]))
		row = append(row, p...)
		for i := terms; i < len(at); i++ {
			fits = fits && math.Abs(evaluate(p, at[i])-y[i]) <= tolerance[k][i]
		}
	}
	return row, fits
}

// chebyshev returns the coefficients of Chebyshev's polynomials of a function by its values at their common roots.
func chebyshev(y []float64) []float64 {
	n := len(y)
	c := make([]float64, n)
	for k := range c {
		for i, v := range y {
			c[k] += 2 / float64(n) * v * math.Cos(math.Pi*float64((2*i+1)*k%(4*n))/float64(2*n))
		}
	}
	c[0] /= 2
	return c
}

// powers returns the coefficients of the powers of q in Σ c[k]·Tₖ(q).
func powers(c []float64) []float64 {
	n := len(c)
	p, before, now := make([]float64, n), make([]float64, n), make([]float64, n)
	now[0] = 1
	for k, v := range c {
		next := make([]float64, n) // 2q·Tₖ − Tₖ₋₁, but T₁ = q
		for i := range n {
			p[i] += v * now[i]
			if i > 0 {
				next[i] = 2 * now[i-1]
				if k == 0 {
					next[i] = now[i-1]
				}
			}
			next[i] -= before[i]
		}
		before, now = now, next
	}
	return p
}

func evaluate(p []float64, q float64) float64 {
	y := 0.0
	for _, c := range slices.Backward(p) {
		y = kernel.FMA(y, q, c)
	}
	return y
}

// lookup returns the functions of a table at the numbers u, one column: beyond the ends the outermost polynomials go on.
func (g *graph) lookup(t table, u value) (y []value) {
	index := g.constant(1, 0).like(u)
	if len(t.from) > 1 {
		before := u.less(g.constant(len(t.from)-1, t.from[1:]...)).truth().rowSum() // pieces that begin beyond
		index = before.neg().plus(float64(len(t.from) - 1))
	}
	list := g.op("Squeeze", 1, []value{index.whole(), g.integers(1)})
	row := g.op("Gather", len(t.rows[0]), []value{g.constant(len(t.rows[0]), slices.Concat(t.rows...)...), list}, axis(0)).of(u)
	q := u.sub(row.slice(0, 1)).mul(row.slice(1, 2))
	power := []value{g.constant(1, 1).like(u), q}
	for len(power) < terms {
		power = append(power, power[len(power)/2].mul(power[(len(power)+1)/2]))
	}
	all := concat(power...)
	for at := 2; at < row.cols; at += terms {
		y = append(y, row.slice(at, at+terms).mul(all).rowSum())
	}
	return y
}
