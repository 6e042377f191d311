package mc

import (
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// A jump moves walkers through a target by proposals of a flow q.
type jump struct {
	q    *flow.Transformed
	wide *flow.Transformed // defended q
	src  *rng.Source
}

func newJump(q *flow.Transformed, src *rng.Source) *jump { return &jump{q, defended(q), src} }

// independent offers every walker a draw of q: of a chance min(1, w(x′)/w(x)), w = p̃/q.
func (j *jump) independent(p *walkers.Population) int {
	n, d := p.At.Dims()
	x := mat.NewDense(n, d, nil)
	lq := j.wide.WithSource(j.src).SampleLogProbs(x, nil)
	return j.offer(p, x, lq)
}

// inside says whether walkers can be seen in the base of q, in as many columns.
func (j *jump) inside() bool { return j.q.Base.Dim() == j.q.Dim() && dist.CondDim(j.q.Base) == 0 }

// local moves walkers along their differences in the base of q, where scales and bends of the target are gone if q is near it.
func (j *jump) local(p *walkers.Population) (taken int) {
	z := j.q.Encode(nil, p.At)
	before := mat.DenseCopyOf(z)
	target := &inBase{density(p.Density), j.q}
	base := &walkers.Population{At: z, Rand: p.Rand, Density: func(dst []float64, rows *mat.Dense, _ int) { target.LogProbs(dst, rows) }}
	base.Evaluate()
	taken = base.Step()
	x := j.q.Decode(nil, z)
	for i := range p.Logs {
		if !slices.Equal(z.RawRowView(i), before.RawRowView(i)) {
			copy(p.At.RawRowView(i), x.RawRowView(i))
		}
	}
	p.Evaluate()
	return taken
}

// density is a population's density as a target.
type density func(dst []float64, rows *mat.Dense, first int)

// LogProbs sets dst to the log-densities of rows.
func (f density) LogProbs(dst []float64, x mat.Matrix) []float64 {
	dst = room(dst, dense(x).RawMatrix().Rows)
	f(dst, dense(x), 0)
	return dst
}

// offer takes independent proposals x of log-density lq by the ratio of their weights to the walkers'.
func (j *jump) offer(p *walkers.Population, x *mat.Dense, lq []float64) (taken int) {
	lp := make([]float64, len(lq))
	p.Density(lp, x, 0)
	walkers.Settle(lp)
	for i, old := range j.wide.LogProbs(nil, p.At) {
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
