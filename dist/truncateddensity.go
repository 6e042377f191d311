package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// faint is the mass of an interval below which nothing is computed as a difference of
// probabilities.
const faint = 1e-290

// faintOp has as inputs a truncated log-density log p₀(x) − log(mass), x, log(mass) and
// the parameters. Where the mass is faint or the interval far out, the first is a small
// difference of large values, whose gradient alone is meaningful: the result is that from
// the edge of the interval. Elsewhere it is the first.
var faintOp = &autodiff.Op{
	Name: "TruncatedFaint",
	Forward: func(c *autodiff.Call) {
		copy(c.Out(0), c.In(0))
		d := c.InShape(0).Cols
		for j := range d {
			faintColumn(c, j, d)
		}
	},
	Backward: func(c *autodiff.Call) {
		if g := c.InGrad(0); g != nil {
			for i, dy := range c.OutGrad(0) {
				g[i] += dy
			}
		}
	},
}

var logFaint = special.Log(faint)

// faintColumn sets column j of the result where the mass is faint or the interval far out.
func faintColumn(c *autodiff.Call, j, d int) {
	t := truncation{c.Args().Ref.(*family), c.Args().I, c.Args().J}
	var p nums
	for k := 3; k < c.Len(); k++ {
		p[k-3] = of(c.In(k), j)
	}
	lo, hi := t.bounds(p)
	e, isFar := t.farEdge(lo, hi, p)
	if !(lo <= hi) || of(c.In(2), j) > logFaint && !isFar {
		return
	}
	if !isFar {
		e = t.edgeIn(lo, hi, p)
	}
	x, y := c.In(1), []float64(nil)
	total := e.logBetween(0, e.width)
	if isFar {
		for i := j; i < len(x); i += d {
			c.Out(0)[i] = -e.dropAt(e.sign*(x[i]-e.end)) - total
		}
		return
	}
	for i := j; i < len(x); i += d {
		y = append(y, e.sign*(x[i]-e.end))
	}
	for i, drop := range e.drops(y) {
		if v := x[i*d+j]; !t.integer || v == math.Floor(v) {
			c.Out(0)[i*d+j] = -drop - total
		}
	}
}

// edgeIn returns the end of an interval from which the density falls into it.
func (f *family) edgeIn(lo, hi float64, p nums) edge {
	if f.integer {
		lo, hi = math.Ceil(lo), math.Floor(hi)
	}
	up, down := edge{f, p, lo, 1, hi - lo}, edge{f, p, hi, -1, hi - lo}
	switch {
	case math.IsInf(lo, -1):
		return down
	case math.IsInf(hi, 1):
		return up
	}
	switch lp := f.at([]float64{lo, hi}, p); {
	case lp[0] > lp[1]:
		return up
	case lp[0] < lp[1]:
		return down
	case f.sfOf(lo, p) < 0.5:
		return up
	}
	return down
}

// logMass returns log P(a ≤ X ≤ b), also where that underflows.
func (f *family) logMass(a, b float64, p nums) float64 {
	lo, hi := f.supportOf(p)
	if a, b = max(a, lo), min(b, hi); !(a <= b) {
		return math.Inf(-1)
	}
	if m := f.mass(a, b, p); m > faint {
		return special.Log(m)
	}
	if f.highTails != nil && (highMark(f.toStandard(a, p), a) != 0 || highMark(f.toStandard(b, p), b) != 0) {
		la, ua := f.logTailsOf(a, p)
		lb, ub := f.logTailsOf(b, p)
		return logBetween(a, b, la, ua, lb, ub)
	}
	e := f.edgeIn(a, b, p)
	return f.at([]float64{e.end}, p)[0] + e.logBetween(0, e.width)
}
