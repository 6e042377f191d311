package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
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
	var buf [2 * 128]autodiff.Var
	t, d, k := x.Tape(), m.Dim(), len(m.Parts)
	checkCols("Mixture: LogDensity", x.Cols(), d)
	in, penalty := finite(x)
	vars := buf[:0]
	for _, p := range m.Parts {
		e, _, _ := ellipticalOf(p)
		vars = append(vars, e.loc.On(t), t.Use(e.l))
	}
	w := logWeights(m.Logits, t)
	q := distancesOf(in, vars)
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

// logDiagonalsOp is Σ log|Lⱼⱼ| of each input: 1×K.
var logDiagonalsOp = &autodiff.Op{
	Name: "LogDiagonals",
	Forward: func(c *autodiff.Call) {
		d := c.InShape(0).Cols
		logs := c.Temp(c.Len() * d)
		for k := range c.Len() {
			for j := range d {
				logs[k*d+j] = math.Abs(c.In(k)[j*d+j])
			}
		}
		kernel.Log(logs, logs)
		for k := range c.Len() {
			sum := 0.0
			for _, l := range logs[k*d : (k+1)*d] {
				sum += l
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
