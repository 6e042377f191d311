package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Gaussianization gives normal columns other distributions, one by one, those of
// mixtures with distribution functions Fⱼ and densities fⱼ:
//
//	yⱼ = ψⱼ⁻¹(Fⱼ⁻¹(Φ(xⱼ))),  log yⱼ′ = log φ(xⱼ) − log fⱼ(ψⱼ(yⱼ)) − log ψⱼ′(yⱼ)
//
// so that its inverse makes the columns of data standard normal. Bounds a and b of a column, if it has any, are spread out by
//
//	ψ(y) = log(y − a),  −log(b − y)  or  log((y − a)/(b − y))
//
// which goes on straight in their margins and beyond; else ψ(y) = y. Mixtures and bounds are
// constants, set by [FitGaussianization]. Tails keep their relative precision however far out, by the
// logarithms of Fⱼ and 1 − Fⱼ. Inverse costs a few exponentials per component and a continued
// fraction for the t distribution, Forward some ten times that, by Newton's steps within a bracket.
//
// S. S. Chen, R. A. Gopinath, Gaussianization, 2000.
type Gaussianization struct{ Columns []Marginal }

// Marginal is a mixture of one Student t distribution and of univariate normal distributions, of y or of ψ(y), see [Gaussianization].
type Marginal struct {
	// DF is the first component's degrees of freedom; 0 makes it normal too.
	DF float64
	// Weights, Locs and Scales are those of the components.
	Weights, Locs, Scales []float64
	// Lower and Upper are the bounds of y, none if they are zero.
	Lower, Upper Bound

	student *special.StudentTails
	logNorm float64 // of the t distribution
	middle  float64 // of ψ(y), with both tails well above 0

	first, last end // of ψ between its straight parts
}

// NewGaussianization returns the map of len(columns) columns. It panics if one is not a
// mixture.
func NewGaussianization(columns ...Marginal) *Gaussianization {
	g := &Gaussianization{Columns: columns}
	must(g.Restore())
	return g
}

// Restore checks the mixtures.
func (g *Gaussianization) Restore() error {
	if len(g.Columns) == 0 {
		return fmt.Errorf("bijector: Gaussianization: got no columns, want at least one")
	}
	for j := range g.Columns {
		if err := g.Columns[j].Restore(); err != nil {
			return fmt.Errorf("bijector: Gaussianization: column %d: %w", j, err)
		}
	}
	return nil
}

// Restore checks the parameters.
func (m *Marginal) Restore() error {
	k := len(m.Weights)
	if k == 0 || len(m.Locs) != k || len(m.Scales) != k {
		return fmt.Errorf("got %d weights, %d locations and %d scales, want equally many, at least one", k, len(m.Locs), len(m.Scales))
	}
	if !(m.DF == 0 || m.DF >= 0.1 && m.DF <= 1e6) {
		return fmt.Errorf("got %v degrees of freedom, want 0 or a number between 0.1 and 1e6", m.DF)
	}
	sum := 0.0
	for i, w := range m.Weights {
		if s := m.Scales[i]; !(w > 0) || !(s > 1e-150) || !(s < 1e150) || !(math.Abs(m.Locs[i]) < 1e150) {
			return fmt.Errorf("component %d: got weight %v, location %v and scale %v, want finite numbers, weight and scale positive", i, w, m.Locs[i], s)
		}
		sum += w
	}
	if math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("got weights of sum %v, want 1", sum)
	}
	if m.DF > 0 {
		b := special.LogBeta(0.5*m.DF, 0.5)
		m.student, m.logNorm = special.NewStudentTails(special.NewStudent(m.DF, b)), -b-float64(0.5*special.Log(m.DF))
	}
	m.center()
	return m.setEnds()
}

// center finds a value near the median.
func (m *Marginal) center() {
	lo, hi := math.Inf(1), math.Inf(-1)
	for k, μ := range m.Locs {
		lo, hi = min(lo, μ-m.Scales[k]), max(hi, μ+m.Scales[k])
	}
	for range 40 {
		m.middle = 0.5*lo + 0.5*hi
		if z, _, _ := m.score(m.middle); z < 0 {
			lo = m.middle
		} else {
			hi = m.middle
		}
	}
}

func (g *Gaussianization) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	wantCols("Gaussianization", x, len(g.Columns))
	v, l = gaussianizeOp.Apply2(nil, autodiff.Args{Ref: g, J: int(dir)}, x.Shape(), x.Shape(), x)
	if dir.valueOnly() {
		return v, autodiff.Var{}
	}
	return v, l.RowSum()
}
