package mc

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// isNormal says whether the base of a flow is standard normal, so that its normal space can be walked in.
func isNormal(m *flow.Transformed) bool {
	if _, nested := m.Base.(*flow.Transformed); nested || m.Base.Dim() != m.Dim() {
		return false
	}
	d := m.Base.Dim()
	x := make([]float64, d)
	for k := range 2 * d {
		clear(x)
		x[k/2] = []float64{0.5, -1.7}[k%2]
		want := -0.5*float64(d)*math.Log(2*math.Pi) - 0.5*x[k/2]*x[k/2]
		if dist.CondDim(m.Base) > 0 || math.Abs(dist.LogProb(m.Base, x)-want) > 1e-9*(1+math.Abs(want)) {
			return false
		}
	}
	return true
}

// A jump moves walkers through a target by proposals of a flow q.
type jump struct {
	q      *flow.Transformed
	normal bool    // its base
	length float64 // ρ
	turn   bool
	src    *rng.Source
}

func newJump(q *flow.Transformed, src *rng.Source) *jump {
	return &jump{q: q, normal: isNormal(q), length: 0.5, src: src}
}

// independent offers every walker a draw of q: of a chance min(1, w(x′)/w(x)), w = p̃/q.
func (j *jump) independent(p *walkers.Population) int {
	n, d := p.At.Dims()
	x := mat.NewDense(n, d, nil)
	lq := j.q.WithSource(j.src).SampleLogProbs(x, nil)
	return j.offer(p, x, lq)
}

// local offers every walker a place near by in the normal space of q,
//
//	z′ = √(1−ρ²)·z + ρ·ε,  ε normal
//
// which leaves q as it is, so that the chance is again min(1, w(x′)/w(x)): the preconditioned Crank–Nicolson move of
// S. Cotter, G. Roberts, A. Stuart and D. White, MCMC Methods for Functions, arXiv 1202.0709. With tune, the length ρ
// goes on to where a third of the offers is taken.
func (j *jump) local(p *walkers.Population, tune bool) int {
	n, d := p.At.Dims()
	z := j.q.Encode(nil, p.At)
	r := rand.New(j.src)
	keep := math.Sqrt(1 - j.length*j.length)
	for k, v := range z.RawMatrix().Data[:n*d] {
		z.RawMatrix().Data[k] = keep*v + j.length*r.NormFloat64()
	}
	x := j.q.Decode(nil, z)
	taken := j.offer(p, x, j.q.LogProbs(nil, x))
	if tune {
		j.length = min(max(j.length*math.Exp(2*(float64(taken)/float64(n)-1.0/3)), 1e-3), 1)
	}
	return taken
}

// offer takes proposals x of log-density lq by the ratio of their weights to the walkers'.
func (j *jump) offer(p *walkers.Population, x *mat.Dense, lq []float64) (taken int) {
	lp := make([]float64, len(lq))
	p.Density(lp, x, 0)
	walkers.Settle(lp)
	for i, old := range j.q.LogProbs(nil, p.At) {
		to, from := logWeight(lp[i], lq[i]), p.Logs[i]-old
		if math.IsInf(p.Logs[i], -1) || math.IsNaN(from) {
			from = math.Inf(-1)
		}
		if !math.IsInf(to, -1) && p.Accept(to-from) {
			copy(p.At.RawRowView(i), x.RawRowView(i))
			p.Logs[i] = lp[i]
			taken++
		}
	}
	return taken
}
