package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// Joint is the product of independent distributions of neighbouring columns:
// log p(x) = Σ log pₖ(xₖ), the first part over the first columns and so on. Parts that need a
// context, of one width, make it a [Conditional].
type Joint struct {
	Parts []Distribution
}

// NewJoint sets parts side by side. It panics if there are none.
func NewJoint(parts ...Distribution) *Joint {
	for _, p := range parts {
		need.One("dist: NewJoint", "distribution", p)
	}
	j := &Joint{parts}
	if err := j.Restore(); err != nil {
		panic(err.Error())
	}
	return j
}

// Restore checks the fields.
func (j *Joint) Restore() error {
	if len(j.Parts) == 0 {
		return fmt.Errorf("dist: Joint: got no parts, want at least one")
	}
	for i, p := range j.Parts {
		if p == nil {
			return fmt.Errorf("dist: Joint: got no distribution as part %d, want one", i)
		}
	}
	_, err := commonCondDim("Joint", j.Parts)
	return err
}

// Dim returns the number of columns of all parts.
func (j *Joint) Dim() int {
	d := 0
	for _, p := range j.Parts {
		d += p.Dim()
	}
	return d
}

// LogDensity returns log p of each row.
func (j *Joint) LogDensity(x autodiff.Var) autodiff.Var {
	return j.LogDensityGiven(x, autodiff.Var{})
}

// CondDim returns the width of the context that parts need.
func (j *Joint) CondDim() int {
	width, _ := commonCondDim("Joint", j.Parts) // Restore has seen that they agree
	return width
}

// LogDensityGiven returns log p(x | c) of each row: every part that needs a context gets c.
func (j *Joint) LogDensityGiven(x, c autodiff.Var) autodiff.Var {
	checkCols("Joint: LogDensity", x.Cols(), j.Dim())
	var sum autodiff.Var
	j.Walk(x, c, func(p Distribution, x, c autodiff.Var) {
		lp := LogDensityGiven(p, x, c)
		if sum != (autodiff.Var{}) {
			lp = sum.Add(lp)
		}
		sum = lp
	})
	return sum
}

// Walk calls visit for each part with its columns of x, and the contexts.
func (j *Joint) Walk(x, c autodiff.Var, visit func(part Distribution, x, c autodiff.Var)) {
	at := 0
	for _, p := range j.Parts {
		to, columns := at+p.Dim(), x
		if x != (autodiff.Var{}) {
			columns = x.Slice(at, to)
		}
		visit(p, columns, c)
		at = to
	}
}

// Draw fills the rows of batch.
func (j *Joint) Draw(batch *mat.Dense, src rand.Source) { j.DrawGiven(batch, nil, src) }

// DrawGiven fills the rows of batch given the contexts c, one for each row or one for all.
func (j *Joint) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	n, _ := batch.Dims()
	if !hasRows("Joint: Draw", batch, j.Dim()) {
		return
	}
	at := 0
	for _, p := range j.Parts {
		DrawGiven(p, batch.Slice(0, n, at, at+p.Dim()).(*mat.Dense), c, src)
		at += p.Dim()
	}
}

// LogProb returns log p(x).
func (j *Joint) LogProb(x []float64) float64 { return LogProb(j, x) }

// Rand draws one row into dst; nil allocates.
func (j *Joint) Rand(dst []float64) []float64 { return Rand(j, dst) }

// each applies f to every part and its columns of dst and x.
func (j *Joint) each(what string, dst, x []float64, f func(p Distribution, dst, x []float64)) []float64 {
	dst = sized(what, dst, j.Dim())
	checkLen(what, len(x), len(dst))
	at := 0
	for _, p := range j.Parts {
		to := at + p.Dim()
		f(p, dst[at:to], x[at:to])
		at = to
	}
	return dst
}

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ). It panics unless all parts are [CDFer]s.
func (j *Joint) CDF(dst, x []float64) []float64 {
	return j.each("CDF", dst, x, func(p Distribution, dst, x []float64) { p.(CDFer).CDF(dst, x) })
}

// Survival sets dst[j] = P(Xⱼ > xⱼ). It panics unless all parts are [CDFer]s.
func (j *Joint) Survival(dst, x []float64) []float64 {
	return j.each("Survival", dst, x, func(p Distribution, dst, x []float64) { p.(CDFer).Survival(dst, x) })
}

// Quantile sets dst[j] to the quantile of pⱼ. It panics unless all parts are
// [Quantiler]s.
func (j *Joint) Quantile(dst, p []float64) []float64 {
	return j.each("Quantile", dst, p, func(d Distribution, dst, p []float64) { d.(Quantiler).Quantile(dst, p) })
}

// Mean sets dst to the parts' means. It panics unless all parts know their
// [Moments].
func (j *Joint) Mean(dst []float64) []float64 {
	dst = sized("Mean", dst, j.Dim())
	return j.each("Mean", dst, dst, func(p Distribution, dst, _ []float64) { p.(Moments).Mean(dst) })
}

// Variance sets dst to the parts' variances. It panics unless all parts know
// their [Moments].
func (j *Joint) Variance(dst []float64) []float64 {
	dst = sized("Variance", dst, j.Dim())
	return j.each("Variance", dst, dst, func(p Distribution, dst, _ []float64) { p.(Moments).Variance(dst) })
}

// Mode sets dst to the parts' modes. It panics unless all parts are [Moder]s.
func (j *Joint) Mode(dst []float64) []float64 {
	dst = sized("Mode", dst, j.Dim())
	return j.each("Mode", dst, dst, func(p Distribution, dst, _ []float64) { p.(Moder).Mode(dst) })
}

// Entropy returns the sum of the parts' entropies, NaN if one is not known.
func (j *Joint) Entropy() float64 {
	h := 0.0
	for _, p := range j.Parts {
		e, ok := p.(Entropyer)
		if !ok {
			return math.NaN()
		}
		h += e.Entropy()
	}
	return h
}

// Support returns the product of the parts' supports: a box if all are.
func (j *Joint) Support() Support {
	box, all := Support{Shape: Box}, Support{Shape: Product}
	for _, p := range j.Parts {
		s := supportOf(p)
		all.Parts = append(all.Parts, s)
		box.Low, box.High = append(box.Low, s.Low...), append(box.High, s.High...)
		if s.Shape != Box {
			box.Shape = Product
		}
	}
	if box.Shape == Box {
		return box
	}
	return all
}
