package mc

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/samplemv"
)

var (
	_ samplemv.MHProposal = Independent{}
	_ samplemv.MHProposal = (*Preconditioned)(nil)
)

// Independent is a flow as a proposal of gonum's [samplemv.MetropolisHastingser]: p(x|y) = q(x), whatever y is. Its
// draws come from the source of the flow, see [flow.Transformed.WithSource]. It is as safe for concurrent use as these.
type Independent struct{ Flow *flow.Transformed }

// ConditionalLogProb returns log q(x).
func (p Independent) ConditionalLogProb(x, y []float64) float64 {
	if len(x) != len(y) {
		panic(fmt.Sprintf("mc: Independent: got rows of %d and %d numbers, want as many", len(x), len(y)))
	}
	return p.Flow.LogProb(x)
}

// ConditionalRand sets x to a draw of q and returns it; nil x is allocated.
func (p Independent) ConditionalRand(x, _ []float64) []float64 { return p.Flow.Rand(x) }

// Preconditioned is a step in the normal space of a flow as a proposal of gonum's [samplemv.MetropolisHastingser]:
//
//	x = f(√(1−ρ²)·f⁻¹(y) + ρ·ε),  ε normal
//
// It leaves the flow's distribution as it is, so that steps of any length are taken where the flow is the target. It
// is not safe for concurrent use.
type Preconditioned struct {
	flow *flow.Transformed
	rho  float64
	src  rand.Source
}

// NewPreconditioned returns the proposal of a flow whose base is standard normal, of length 0 < ρ ≤ 1; nil src is
// the global source. It panics if the base or ρ is another.
func NewPreconditioned(m *flow.Transformed, rho float64, src rand.Source) *Preconditioned {
	need.One("mc: NewPreconditioned", "model", m)
	if !isNormal(asFlow("NewPreconditioned", m)) {
		panic(fmt.Sprintf("mc: NewPreconditioned: got a base of type %T, want a standard normal distribution", m.Base))
	}
	if !(rho > 0 && rho <= 1) {
		panic(fmt.Sprintf("mc: NewPreconditioned: got length %v, want one in (0, 1]", rho))
	}
	return &Preconditioned{m, rho, rng.Or(src)}
}

// ConditionalLogProb returns log p(x|y).
func (p *Preconditioned) ConditionalLogProb(x, y []float64) float64 {
	if len(x) != len(y) {
		panic(fmt.Sprintf("mc: Preconditioned: got rows of %d and %d numbers, want as many", len(x), len(y)))
	}
	keep := math.Sqrt(1 - p.rho*p.rho)
	to, from := p.encode(x), p.encode(y)
	lp := p.flow.LogProb(x) // with log N(f⁻¹(x)|0, 1) in it
	for i, z := range to {
		δ := (z - keep*from[i]) / p.rho
		lp += 0.5*(z*z-δ*δ) - special.Log(p.rho)
	}
	return lp
}

// ConditionalRand sets x to a draw given y and returns it; nil x is allocated.
func (p *Preconditioned) ConditionalRand(x, y []float64) []float64 {
	if x == nil {
		x = make([]float64, len(y))
	}
	keep, r := math.Sqrt(1-p.rho*p.rho), rand.New(p.src)
	z := p.encode(y)
	for i := range z {
		z[i] = keep*z[i] + p.rho*r.NormFloat64()
	}
	p.flow.Decode(mat.NewDense(1, len(x), x), mat.NewDense(1, len(z), z))
	return x
}

func (p *Preconditioned) encode(x []float64) []float64 {
	return p.flow.Encode(nil, mat.NewDense(1, len(x), x)).RawRowView(0)
}

// isNormal says whether the base of a flow is standard normal, so that its normal space can be walked in.
func isNormal(m *flow.Transformed) bool {
	if _, nested := m.Base.(*flow.Transformed); nested {
		return false
	}
	d := m.Base.Dim()
	x := make([]float64, d)
	for k := range 2 * d {
		clear(x)
		x[k/2] = []float64{0.5, -1.7}[k%2]
		want := -0.5*float64(d)*special.Log(2*math.Pi) - 0.5*x[k/2]*x[k/2]
		if dist.CondDim(m.Base) > 0 || math.Abs(dist.LogProb(m.Base, x)-want) > 1e-9*(1+math.Abs(want)) {
			return false
		}
	}
	return true
}
