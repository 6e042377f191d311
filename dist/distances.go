package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/em"
	"github.com/normflow/normflow/internal/kernel"
)

// mostSloped is how many columns there may be for gradients by the slopes of [whiteningOp]: for more, sums of these for some rows
// do not stay in the cache.
const mostSloped = 64

// distancesOf returns ‖Lₖ⁻¹(xᵢ−μₖ)‖², n×K, for x (n×d) and, for each part, its location (1×1 or 1×d) and L.
func distancesOf(x autodiff.Var, parts []autodiff.Var) autodiff.Var {
	n, d := x.Dims()
	t, k, out := x.Tape(), len(parts)/2, autodiff.Shape{Rows: n, Cols: len(parts) / 2}
	fixed := d <= mostSloped
	for _, p := range parts {
		fixed = fixed && p.Constant()
	}
	if !fixed {
		var buf [2*128 + 2]autodiff.Var
		in := append(append(buf[:0], x), parts...)
		w := whiteningOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: whitened(k, d)}, parts...)
		return distancesOp.Apply(t, autodiff.Args{}, out, append(in, w)...)
	}
	args, size := autodiff.Args{}, whitened(k, d)
	if !x.Constant() {
		args.I = 1
		size += k * d * (d + 3) / 2
	}
	w := whiteningOp.Apply(t, args, autodiff.Shape{Rows: 1, Cols: size}, parts...)
	return fixedDistancesOp.Apply(t, autodiff.Args{}, out, x, w)
}

// whitened returns how many numbers the maps and the centre of [whiteningOp] are.
func whitened(k, d int) int { return (k*d + 1) * (d + 1) }

// whiteningOp has for each part the inputs of its location and L. Its result begins with the maps x−c ↦
// Lₖ⁻¹(x−μₖ) one below the other, K·d×(d+1), the last column being −Lₖ⁻¹(μₖ−c), and the centre c amid the parts, d+1 numbers of
// which the last is not used. If Args.I is 1, K rows of d(d+3)/2 follow, by which the gradient of a distance is a function of x−c: with P = (L·Lᵀ)⁻¹, 2P on
// and above the diagonal, row by row, and −2P(μ−c). It is a constant, that tapes share.
var whiteningOp = &autodiff.Op{
	Name: "Whitening",
	Forward: func(c *autodiff.Call) {
		d, k, out := c.InShape(1).Cols, c.Len()/2, c.Out(0)
		centre := out[k*d*(d+1) : whitened(k, d)]
		clear(centre)
		for k := range c.Len() / 2 {
			for j := range d {
				centre[j] += of(c.In(2*k), j) / float64(c.Len()/2)
			}
		}
		w := c.Temp(d * d)
		slopes := out[whitened(k, d):]
		for k := range k {
			em.InvertLower(w, c.In(2*k+1), d)
			rows := out[k*d*(d+1) : (k+1)*d*(d+1)]
			for i := range d {
				row, offset := rows[i*(d+1):(i+1)*(d+1)], 0.0
				copy(row, w[i*d:(i+1)*d])
				for j := range i + 1 {
					offset = kernel.FMA(row[j], centre[j]-of(c.In(2*k), j), offset)
				}
				row[d] = offset
			}
			if c.Args().I == 1 {
				slopes = slopesOf(slopes, rows, d)
			}
		}
	},
}

// slopesOf sets the first of dst to a part's row of slopes, by its map, and returns the rest.
func slopesOf(dst, w []float64, d int) (rest []float64) {
	for i := range d {
		for j := i; j <= d; j++ {
			sum := 0.0
			for r := i; r < d; r++ {
				sum = kernel.FMA(w[r*(d+1)+i], w[r*(d+1)+j], sum)
			}
			dst[j-i] = max(min(2*sum, math.MaxFloat64), -math.MaxFloat64) // finite: a part without weight adds nothing
		}
		dst = dst[d+1-i:]
	}
	return dst
}

// fixedDistancesOp has the inputs x (n×d) and the result of [whiteningOp], of constants alone, and the result of [distancesOp].
var fixedDistancesOp = &autodiff.Op{
	Name:    "FixedDistances",
	Forward: distancesForward,
	Backward: func(c *autodiff.Call) { // Σₖ dqₖ·2Pₖ(x−μₖ)
		p := newDistances(c)
		d, f, dx := p.d, p.d*(p.d+3)/2, c.InGrad(0)
		slopes, s, t := p.w[whitened(p.k, d):], c.Temp(f*p.block), c.Temp(d*p.block)
		for at := 0; at < p.n; at += p.block {
			m := p.centre(at)
			kernel.Gemm(true, true, f, m, p.k, slopes, f, c.OutGrad(0)[at*p.k:], p.k, false, s, m)
			t := t[:d*m]
			clear(t)
			row := s
			for i := range d {
				for j := i; j <= d; j++ {
					kernel.MulAdd(t[i*m:(i+1)*m], row[:m], p.x[j*m:(j+1)*m])
					if i < j && j < d {
						kernel.MulAdd(t[j*m:(j+1)*m], row[:m], p.x[i*m:(i+1)*m])
					}
					row = row[m:]
				}
			}
			addTransposed(dx[at*d:], t, m, d)
		}
	},
}

// distancesOp has the inputs x, those of [whiteningOp], and its result: ‖Lₖ⁻¹(xᵢ−μₖ)‖², n×K.
var distancesOp = &autodiff.Op{
	Name:    "Distances",
	Forward: distancesForward,
	Backward: func(c *autodiff.Call) {
		p := newDistances(c)
		dx := c.InGrad(0)
		t := c.Temp(p.d * p.block)
		v := c.Temp(p.k * p.d * p.block)
		s := c.Temp(p.d * p.d)
		for at := 0; at < p.n; at += p.block {
			m := p.standardise(at)
			for k := range p.k {
				dq := c.OutGrad(0)[at*p.k+k:]
				for i := range p.q[:m] {
					p.q[i] = 2 * dq[i*p.k]
				}
				for j := range p.d {
					from, to := (k*p.d+j)*m, (k*p.d+j+1)*m
					kernel.Mul(v[from:to], p.z[from:to], p.q[:m])
				}
			}
			if dx != nil { // Σₖ Wₖᵀ·v, d×m
				kernel.Gemm(true, false, p.d, m, p.k*p.d, p.w, p.d+1, v, m, false, t, m)
				addTransposed(dx[at*p.d:], t, m, p.d)
			}
			p.addParameters(v, m, s)
		}
	},
}

// addTransposed adds t, d×m, to dx, m×d.
func addTransposed(dx, t []float64, m, d int) {
	for i := range m {
		for j := range d {
			dx[i*d+j] += t[j*m+i]
		}
	}
}

// distances holds what both directions need.
type distances struct {
	c              *autodiff.Call
	n, d, k, block int
	w              []float64 // of whiteningOp
	x, z, q        []float64 // of a block: x−c and a row of ones, (d+1)×m, and Wₖ(x−μₖ), K·d×m
}

func newDistances(c *autodiff.Call) distances {
	in := c.InShape(0)
	p := distances{c: c, n: in.Rows, d: in.Cols, k: c.OutShape(0).Cols, w: c.In(c.Len() - 1)}
	kd := p.k * p.d
	p.block = max(min(65536/kd, 128, p.n), 1)
	p.x, p.z, p.q = c.Temp((p.d+1)*p.block), c.Temp(kd*p.block), c.Temp(p.block)
	return p
}

// distancesForward sets the output.
func distancesForward(c *autodiff.Call) {
	p := newDistances(c)
	for at := 0; at < p.n; at += p.block {
		m := p.standardise(at)
		q := p.q[:m]
		for k := range p.k {
			row := p.z[k*p.d*m:]
			kernel.Mul(q, row[:m], row[:m])
			for j := 1; j < p.d; j++ {
				row = row[m:]
				kernel.MulAdd(q, row[:m], row[:m])
			}
			out := p.c.Out(0)[at*p.k+k:]
			for i, v := range q {
				out[i*p.k] = v
			}
		}
	}
}

// centre sets x for the block that begins with row at and returns how many rows it has.
func (p *distances) centre(at int) int {
	d, m := p.d, min(p.block, p.n-at)
	centre := p.w[p.k*d*(d+1):]
	for i, row := 0, p.c.In(0)[at*d:]; i < m; i, row = i+1, row[d:] {
		for j, v := range row[:d] {
			p.x[j*m+i] = v - centre[j]
		}
		p.x[d*m+i] = 1
	}
	return m
}

// standardise sets z, and x, for the block that begins with row at and returns how many rows it has.
func (p *distances) standardise(at int) int {
	m, kd := p.centre(at), p.k*p.d
	kernel.Gemm(false, false, kd, m, p.d+1, p.w, p.d+1, p.x, m, false, p.z, m)
	return m
}

// addParameters adds the gradients by locations and factors of a block: with v = 2·dq·z,
// dμ = −Wᵀ·Σv and dL = −Wᵀ·Σ v·zᵀ below the diagonal.
func (p *distances) addParameters(all []float64, m int, s []float64) {
	for k := range p.k {
		dμ, dl := p.c.InGrad(1+2*k), p.c.InGrad(2+2*k)
		if dμ == nil && dl == nil {
			continue
		}
		d := p.d
		w := p.w[k*d*(d+1):]
		v, z := all[k*d*m:(k+1)*d*m], p.z[k*d*m:(k+1)*d*m]
		kernel.Gemm(false, true, d, d, m, v, m, z, m, false, s, d)
		for i := range d {
			sum := 0.0
			for r := i; r < d; r++ {
				sum = kernel.FMA(w[r*(d+1)+i], kernel.Sum(v[r*m:(r+1)*m]), sum)
			}
			if dμ != nil {
				dμ[i%len(dμ)] -= sum
			}
			for j := 0; dl != nil && j <= i; j++ {
				sum := 0.0
				for r := i; r < d; r++ {
					sum = kernel.FMA(w[r*(d+1)+i], s[r*d+j], sum)
				}
				dl[i*d+j] -= sum
			}
		}
	}
}
