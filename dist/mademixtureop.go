package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// mixtureHeadOp has the inputs x, n×d, and raw, n×(d·3k), as MixtureHead.LogDensities has them, and Args.I = k,
// Args.A the least scale. It goes through blocks of numbers that stay in the cache.
var mixtureHeadOp = &autodiff.Op{
	Name: "dist.MixtureHead",
	Forward: func(c *autodiff.Call) {
		h, x, out := newMixtureRows(c), c.In(0), c.Out(0)
		if c.Needs() {
			h.saved = c.Save(len(x) * (3*h.k + 2))
		}
		for from := 0; from < len(x); from += h.most {
			h.block(from, min(from+h.most, len(x)))
			h.logDensities(out[from:h.to], x[from:h.to])
		}
	},
	Backward: func(c *autodiff.Call) {
		h, x, dz := newMixtureRows(c), c.In(0), c.OutGrad(0)
		h.saved = c.Saved()
		dx := c.InGrad(0)
		draw, add := c.InGradAdd(1)
		for from := 0; from < len(x); from += h.most {
			h.block(from, min(from+h.most, len(x)))
			h.gradients(dz[from:h.to])
			if dx != nil {
				kernel.RowSum(h.top, h.q, h.to-from, h.k)
				kernel.Accumulate(dx[from:h.to], h.top)
			}
			if draw != nil {
				h.spread(draw, add)
			}
		}
	},
}

// mixtureRows holds, for the numbers from one to another, k values for each: raw parameters a, m, b; scales s,
// v = (m − x)/s, terms e = a − v²/2 − log s; and the logarithms of the sums of exp(e) and of exp(a).
type mixtureRows struct {
	k, most, from, to int
	least             float64
	raw, saved        []float64

	a, m, b, s, v, e, p, q, w []float64
	sumE, sumA, top           []float64
	room                      [12][]float64
}

func newMixtureRows(c *autodiff.Call) mixtureRows {
	h := mixtureRows{k: c.Args().I, least: c.Args().A, raw: c.In(1)}
	h.most = max(1, 512/h.k)
	for i := range h.room {
		n := h.most
		if i < 9 {
			n *= h.k
		}
		h.room[i] = c.Temp(n)
	}
	return h
}

// block goes to the numbers from one to another, with their raw parameters.
func (h *mixtureRows) block(from, to int) {
	h.from, h.to = from, to
	rows := to - from
	for i, p := range [...]*[]float64{&h.a, &h.m, &h.b, &h.p, &h.q, &h.w, &h.s, &h.v, &h.e, &h.sumE, &h.sumA, &h.top} {
		n := rows
		if i < 9 {
			n *= h.k
		}
		*p = h.room[i][:n]
	}
	if h.saved != nil {
		at, all := 0, len(h.saved)/(3*h.k+2)
		for i, p := range [...]*[]float64{&h.s, &h.v, &h.e, &h.sumE, &h.sumA} {
			width := 1
			if i < 3 {
				width = h.k
			}
			*p = h.saved[at+from*width : at+to*width]
			at += all * width
		}
	}
	k := h.k
	for i := range rows {
		r := h.raw[(from+i)*3*k : (from+i+1)*3*k]
		copy(h.a[i*k:(i+1)*k], r)
		copy(h.m[i*k:(i+1)*k], r[k:])
		copy(h.b[i*k:(i+1)*k], r[2*k:])
	}
}

func (h *mixtureRows) logDensities(out, x []float64) {
	kernel.Softplus(h.s, h.b)
	kernel.AddConst(h.s, h.s, h.least)
	kernel.SubCol(h.v, h.m, x, len(x), h.k)
	kernel.Div(h.v, h.v, h.s)
	kernel.Mul(h.e, h.v, h.v)
	kernel.Scale(h.e, h.e, 0.5)
	kernel.Sub(h.e, h.a, h.e)
	kernel.Log(h.p, h.s)
	kernel.Sub(h.e, h.e, h.p)
	h.logSumExp(h.sumE, h.e)
	h.logSumExp(h.sumA, h.a)
	kernel.Sub(out, h.sumE, h.sumA)
	kernel.AddConst(out, out, -0.5*special.Log(2*math.Pi))
}

// logSumExp sets dst to the logarithms of the sums of exponentials of x.
func (h *mixtureRows) logSumExp(dst, x []float64) {
	rows, k := len(dst), h.k
	kernel.RowMax(h.top, x, rows, k)
	kernel.SubCol(h.p, x, h.top, rows, k)
	kernel.Exp(h.p, h.p)
	kernel.RowSum(dst, h.p, rows, k)
	kernel.Log(dst, dst)
	kernel.Add(dst, h.top, dst)
	for i, t := range h.top {
		if math.IsInf(t, 0) { // a number too far away for any component
			dst[i] = t
			for _, v := range x[i*k : (i+1)*k] {
				if math.IsNaN(v) {
					dst[i] = v
				}
			}
		}
	}
}

// gradients sets a, m and b to the gradients of the raw parameters, and q to minus those of m, given those of the
// log-densities.
func (h *mixtureRows) gradients(dz []float64) {
	rows, k := len(dz), h.k
	kernel.SubCol(h.p, h.e, h.sumE, rows, k)
	kernel.Exp(h.p, h.p)
	for i, l := range h.sumE {
		if math.IsInf(l, -1) {
			clear(h.p[i*k : (i+1)*k])
		}
	}
	kernel.MulCol(h.p, h.p, dz, rows, k) // of e
	kernel.SubCol(h.a, h.a, h.sumA, rows, k)
	kernel.Exp(h.a, h.a)
	kernel.MulCol(h.a, h.a, dz, rows, k)
	kernel.Sub(h.a, h.p, h.a)
	kernel.Mul(h.m, h.v, h.p)
	kernel.Div(h.q, h.m, h.s)
	kernel.Div(h.p, h.p, h.s)
	kernel.Div(h.w, h.v, h.s)
	kernel.Mul(h.w, h.m, h.w)
	kernel.Sub(h.w, h.w, h.p) // of s
	kernel.Sigmoid(h.b, h.b)
	kernel.Mul(h.b, h.w, h.b)
	kernel.Scale(h.m, h.q, -1)
}

// spread sets the gradients of the raw parameters, or adds to them.
func (h *mixtureRows) spread(draw []float64, add bool) {
	k := h.k
	for i := range h.to - h.from {
		to := draw[(h.from+i)*3*k : (h.from+i+1)*3*k]
		for j, g := range [...][]float64{h.a, h.m, h.b} {
			part, g := to[j*k:(j+1)*k], g[i*k:(i+1)*k]
			if add {
				for l, v := range g {
					part[l] += v
				}
			} else {
				copy(part, g)
			}
		}
	}
}
