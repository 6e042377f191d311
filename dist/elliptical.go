package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/em"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// An elliptical distribution is a function of ‖L⁻¹(x−μ)‖². A mixture of such parts of
// one kind is evaluated as a few matrix products.
type elliptical struct {
	df, loc autodiff.Value // no df for a normal distribution
	l       *autodiff.Param
}

func ellipticalOf(d Distribution) (e elliptical, normal, ok bool) {
	switch d := d.(type) {
	case *MultivariateNormal:
		return elliptical{loc: d.Loc, l: d.L}, true, true
	case *MultivariateStudentT:
		return elliptical{d.DF, d.Loc, d.L}, false, true
	}
	return e, false, false
}

// ellipticals reports whether the parts are several of one elliptical kind, and which.
func (m *Mixture) ellipticals() (normal, ok bool) {
	_, normal, ok = ellipticalOf(m.Parts[0])
	for _, p := range m.Parts[1:] {
		_, other, good := ellipticalOf(p)
		ok = ok && good && other == normal
	}
	return normal, ok && len(m.Parts) > 1
}

// ellipticalParts returns log(wₖ·pₖ(x)), n×K, and −Inf for the rows that hold an infinity, 0 for others.
func (m *Mixture) ellipticalParts(x autodiff.Var, normal bool) (lp, penalty autodiff.Var) {
	var buf [2*128 + 1]autodiff.Var
	t, d, k := x.Tape(), m.Dim(), len(m.Parts)
	checkCols("Mixture: LogDensity", x.Cols(), d)
	in, penalty := finite(x)
	vars := append(buf[:0], in)
	for _, p := range m.Parts {
		e, _, _ := ellipticalOf(p)
		vars = append(vars, e.loc.On(t), t.Use(e.l))
	}
	w := logWeights(m.Logits, t)
	q := distancesOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: k}, vars...)
	vars = buf[:0]
	for _, p := range m.Parts {
		e, _, _ := ellipticalOf(p)
		vars = append(vars, t.Use(e.l))
	}
	w = w.Sub(logDiagonalsOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: k}, vars...))
	if normal {
		return q.MulConst(-0.5).Add(w.AddConst(-0.5 * float64(d) * log2π)), penalty
	}
	vars = buf[:0]
	for _, p := range m.Parts {
		vars = append(vars, p.(*MultivariateStudentT).DF.On(t))
	}
	ν := autodiff.Concat(vars...)
	a := ν.MulConst(0.5)
	norm := logBetaOp.of(a, t.Scalar(0.5*float64(d))).Add(ν.Log().AddConst(logπ).MulConst(0.5 * float64(d))).AddConst(-special.Lgamma(0.5 * float64(d)))
	return q.Div(ν).Log1p().Mul(a.AddConst(0.5 * float64(d)).Neg()).Add(w.Sub(norm)), penalty
}

// distancesOp has inputs x (n×d) and, for each part, its location (1×1 or 1×d) and L:
// ‖Lₖ⁻¹(xᵢ−μₖ)‖², n×K.
var distancesOp = &autodiff.Op{
	Name: "Distances",
	Forward: func(c *autodiff.Call) {
		p := newDistances(c)
		for at := 0; at < p.n; at += p.block {
			m := p.standardise(at)
			q := p.q[:m]
			for k := range p.k {
				clear(q)
				for j := range p.d {
					row := p.z[(k*p.d+j)*m : (k*p.d+j+1)*m]
					kernel.MulAdd(q, row, row)
				}
				for i, v := range q {
					c.Out(0)[(at+i)*p.k+k] = v
				}
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		p := newDistances(c)
		dx := c.InGrad(0)
		t := c.Temp(p.d * p.block)
		s := c.Temp(p.d * p.d)
		for at := 0; at < p.n; at += p.block {
			m := p.standardise(at)
			copy(p.v[:p.k*p.d*m], p.z)
			for k := range p.k {
				for i := range m {
					p.q[i] = 2 * c.OutGrad(0)[(at+i)*p.k+k]
				}
				for j := range p.d {
					row := p.v[(k*p.d+j)*m : (k*p.d+j+1)*m]
					kernel.Mul(row, row, p.q[:m])
				}
			}
			if dx != nil { // Σₖ Wₖᵀ·v, d×m
				kernel.Gemm(true, false, p.d, m, p.k*p.d, p.w, p.d, p.v, m, false, t, m)
				for i := range m {
					for j := range p.d {
						dx[(at+i)*p.d+j] += t[j*m+i]
					}
				}
			}
			p.addParameters(m, s)
		}
	},
}

// distances holds what both directions need: Wₖ = Lₖ⁻¹ one below the other, and the offsets
// −Wₖ(μₖ−c) from a centre c amid the parts.
type distances struct {
	c              *autodiff.Call
	n, d, k, block int
	w, offset      []float64
	centre, x      []float64
	z, v, q        []float64 // of a block: K·d×m, Wₖ(x−μₖ)
}

func newDistances(c *autodiff.Call) distances {
	s := c.InShape(0)
	p := distances{c: c, n: s.Rows, d: s.Cols, k: (c.Len() - 1) / 2}
	kd := p.k * p.d
	p.block = max(min(16384/kd, 128, p.n), 1)
	p.w, p.offset, p.centre, p.x = c.Temp(kd*p.d), c.Temp(kd), c.Temp(p.d), c.Temp(p.d*p.block)
	p.z, p.v, p.q = c.Temp(kd*p.block), c.Temp(kd*p.block), c.Temp(p.block)
	clear(p.centre)
	for k := range p.k {
		for j := range p.d {
			p.centre[j] += of(c.In(1+2*k), j) / float64(p.k)
		}
	}
	for k := range p.k {
		w := p.w[k*p.d*p.d : (k+1)*p.d*p.d]
		em.InvertLower(w, c.In(2+2*k), p.d)
		for i := range p.d {
			sum := 0.0
			for j := range i + 1 {
				sum = math.FMA(w[i*p.d+j], p.centre[j]-of(c.In(1+2*k), j), sum)
			}
			p.offset[k*p.d+i] = sum
		}
	}
	return p
}

// standardise sets z for the block that begins with row at and returns how many rows it has.
func (p *distances) standardise(at int) int {
	m := min(p.block, p.n-at)
	x := p.x[:p.d*m]
	for i := range m {
		for j := range p.d {
			x[j*m+i] = p.c.In(0)[(at+i)*p.d+j] - p.centre[j]
		}
	}
	for r, o := range p.offset {
		row := p.z[r*m : (r+1)*m]
		for i := range row {
			row[i] = o
		}
	}
	kernel.Gemm(false, false, p.k*p.d, m, p.d, p.w, p.d, x, m, true, p.z, m)
	return m
}

// addParameters adds the gradients by locations and factors of a block: with v = 2·dq·z,
// dμ = −Wᵀ·Σv and dL = −Wᵀ·Σ v·zᵀ below the diagonal.
func (p *distances) addParameters(m int, s []float64) {
	for k := range p.k {
		dμ, dl := p.c.InGrad(1+2*k), p.c.InGrad(2+2*k)
		if dμ == nil && dl == nil {
			continue
		}
		d := p.d
		w := p.w[k*d*d : (k+1)*d*d]
		v, z := p.v[k*d*m:(k+1)*d*m], p.z[k*d*m:(k+1)*d*m]
		kernel.Gemm(false, true, d, d, m, v, m, z, m, false, s, d)
		for i := range d {
			sum := 0.0
			for r := i; r < d; r++ {
				sum = math.FMA(w[r*d+i], kernel.Sum(v[r*m:(r+1)*m]), sum)
			}
			if dμ != nil {
				dμ[i%len(dμ)] -= sum
			}
			for j := 0; dl != nil && j <= i; j++ {
				sum := 0.0
				for r := i; r < d; r++ {
					sum = math.FMA(w[r*d+i], s[r*d+j], sum)
				}
				dl[i*d+j] -= sum
			}
		}
	}
}

// logDiagonalsOp is Σ log|Lⱼⱼ| of each input: 1×K.
var logDiagonalsOp = &autodiff.Op{
	Name: "LogDiagonals",
	Forward: func(c *autodiff.Call) {
		for k := range c.Len() {
			l, d, sum := c.In(k), c.InShape(k).Cols, 0.0
			for j := range d {
				sum += special.Log(math.Abs(l[j*d+j]))
			}
			c.Out(0)[k] = sum
		}
	},
	Backward: func(c *autodiff.Call) {
		for k := range c.Len() {
			l, dl, d := c.In(k), c.InGrad(k), c.InShape(k).Cols
			for j := 0; dl != nil && j < d; j++ {
				dl[j*d+j] += c.OutGrad(0)[k] / l[j*d+j]
			}
		}
	},
}
