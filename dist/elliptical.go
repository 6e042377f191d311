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
	var buf [2*128 + 2]autodiff.Var
	t, d, k := x.Tape(), m.Dim(), len(m.Parts)
	checkCols("Mixture: LogDensity", x.Cols(), d)
	in, penalty := finite(x)
	vars := append(buf[:0], in)
	for _, p := range m.Parts {
		e, _, _ := ellipticalOf(p)
		vars = append(vars, e.loc.On(t), t.Use(e.l))
	}
	w := logWeights(m.Logits, t)
	vars = append(vars, whiteningOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: k*d + 1, Cols: d + 1}, vars[1:]...))
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
	ν := m.degrees(t, buf[:0])
	a := ν.MulConst(0.5)
	norm := studentNormOp.of(ν, t.Scalar(0.5*float64(d))).AddConst(0.5 * float64(d) * logπ)
	return q.Div(ν).Log1p().Mul(a.AddConst(0.5 * float64(d)).Neg()).Add(w.Sub(norm)), penalty
}

// degrees returns the degrees of freedom of parts that are Student t: one number if they have the same constant, else 1×K.
func (m *Mixture) degrees(t *autodiff.Tape, vars []autodiff.Var) autodiff.Var {
	first, same := m.Parts[0].(*MultivariateStudentT).DF, true
	for _, p := range m.Parts {
		df := p.(*MultivariateStudentT).DF
		same = same && df.Constant && df.Param.Data()[0] == first.Param.Data()[0]
	}
	if same {
		return first.On(t)
	}
	for _, p := range m.Parts {
		vars = append(vars, p.(*MultivariateStudentT).DF.On(t))
	}
	return autodiff.Concat(vars...)
}

// whiteningOp has for each part the inputs of its location (1×1 or 1×d) and L. Its rows are the maps x−c ↦
// Lₖ⁻¹(x−μₖ) one below the other, K·d×(d+1), the last column being −Lₖ⁻¹(μₖ−c), and below them the centre c amid the parts. It is a
// constant, that tapes share; gradients flow to its inputs from [distancesOp].
var whiteningOp = &autodiff.Op{
	Name: "Whitening",
	Forward: func(c *autodiff.Call) {
		d, k, out := c.OutShape(0).Cols-1, c.Len()/2, c.Out(0)
		centre := out[k*d*(d+1):]
		clear(centre)
		for k := range c.Len() / 2 {
			for j := range d {
				centre[j] += of(c.In(2*k), j) / float64(c.Len()/2)
			}
		}
		w := c.Temp(d * d)
		for k := range k {
			em.InvertLower(w, c.In(2*k+1), d)
			for i := range d {
				row, offset := out[(k*d+i)*(d+1):(k*d+i+1)*(d+1)], 0.0
				copy(row, w[i*d:(i+1)*d])
				for j := range i + 1 {
					offset = kernel.FMA(row[j], centre[j]-of(c.In(2*k), j), offset)
				}
				row[d] = offset
			}
		}
	},
}

// distancesOp has the inputs x (n×d), those of [whiteningOp], and its result: ‖Lₖ⁻¹(xᵢ−μₖ)‖², n×K.
var distancesOp = &autodiff.Op{
	Name: "Distances",
	Forward: func(c *autodiff.Call) {
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
				out := c.Out(0)[at*p.k+k:]
				for i, v := range q {
					out[i*p.k] = v
				}
			}
		}
	},
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
				for i := range m {
					for j := range p.d {
						dx[(at+i)*p.d+j] += t[j*m+i]
					}
				}
			}
			p.addParameters(v, m, s)
		}
	},
}

// distances holds what both directions need.
type distances struct {
	c              *autodiff.Call
	n, d, k, block int
	w, centre      []float64 // of whiteningOp
	x, z, q        []float64 // of a block: x−c and a row of ones, (d+1)×m, and Wₖ(x−μₖ), K·d×m
}

func newDistances(c *autodiff.Call) distances {
	s := c.InShape(0)
	p := distances{c: c, n: s.Rows, d: s.Cols, k: c.Len()/2 - 1}
	kd := p.k * p.d
	p.block = max(min(65536/kd, 128, p.n), 1)
	p.w = c.In(c.Len() - 1)
	p.centre = p.w[kd*(p.d+1):]
	p.x, p.z, p.q = c.Temp((p.d+1)*p.block), c.Temp(kd*p.block), c.Temp(p.block)
	return p
}

// standardise sets z for the block that begins with row at and returns how many rows it has.
func (p *distances) standardise(at int) int {
	d, m := p.d, min(p.block, p.n-at)
	for i, row := 0, p.c.In(0)[at*d:]; i < m; i, row = i+1, row[d:] {
		for j, v := range row[:d] {
			p.x[j*m+i] = v - p.centre[j]
		}
		p.x[d*m+i] = 1
	}
	kernel.Gemm(false, false, p.k*d, m, d+1, p.w, d+1, p.x, m, false, p.z, m)
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
