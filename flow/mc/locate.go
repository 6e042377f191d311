package mc

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// locate returns a distribution around the mass of a target of d columns, by walkers that climb and spread: a
// mixture fitted to them, and a wide Student t distribution to be safe.
func locate(ctx context.Context, target Target, d int, src *rng.Source) (dist.Distribution, error) {
	const climbers, climb, burnIn, kept, thin = 24, 100, 300, 20, 10
	n := max(120, 2*d+2)
	at := mat.NewDense(n, d, nil)
	dist.NewStdNormal(d).Draw(at, src)
	for i := range n {
		for j := range d {
			at.Set(i, j, at.At(i, j)*[]float64{1, 3, 10}[i%3])
		}
	}
	p := &walkers.Population{At: at, Rand: rand.New(src), Density: func(dst []float64, rows *mat.Dense, _ int) { target.LogProbs(dst, rows) }}
	p.Evaluate()
	if slices.Max(p.Logs) == math.Inf(-1) {
		return nil, errors.New("the target is 0, or its log-density NaN, at all places tried, up to 10 from 0: want a map to its support, or a distribution to start from")
	}
	if err := constant(target, at); err != nil {
		return nil, err
	}
	p.Climb(climbers, climb, func(lengths *mat.Dense) *mat.Dense { return differences(target, p.At, lengths, climbers) })
	p.Spread(climbers)
	p.Follow()
	rows := mat.NewDense(kept*n, d, nil)
	for s := range burnIn + kept*thin {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if p.Step(); s < burnIn && s%30 == 0 {
			p.Follow()
		}
		if k := s - burnIn; k >= 0 && k%thin == 0 {
			copy(rows.RawMatrix().Data[k/thin*n*d:], p.At.RawMatrix().Data)
		}
	}
	return around(rows, src)
}

// differences returns the signs of the slopes of log p̃ at the first k rows, by differences a hundredth of given lengths wide.
func differences(target Target, at, lengths *mat.Dense, k int) *mat.Dense {
	n, d := at.Dims()
	probe := mat.NewDense(2*k*d, d, nil)
	for r := range 2 * k * d {
		i, j := r/2/d, r/2%d
		copy(probe.RawRowView(r), at.RawRowView(i))
		probe.Set(r, j, at.At(i, j)+0.01*lengths.At(i, j)*float64(1-2*(r%2)))
	}
	lp := target.LogProbs(nil, probe)
	walkers.Settle(lp)
	g := mat.NewDense(n, d, nil)
	for r := 0; r < 2*k*d; r += 2 {
		switch up, down := lp[r], lp[r+1]; {
		case up > down:
			g.Set(r/2/d, r/2%d, 1)
		case up < down:
			g.Set(r/2/d, r/2%d, -1)
		}
	}
	return g
}

// around returns a mixture fitted to rows and a wider Student t distribution, of heavy tails, with half of the mass each.
func around(rows *mat.Dense, src *rng.Source) (dist.Distribution, error) {
	parts := []dist.Distribution{nil, nil}
	near, err := dist.FitStudentTMixture(rows, &dist.MixtureSettings{Source: src, Budget: 5e8})
	if err != nil {
		return nil, err
	}
	parts[0] = near
	all, err := dist.FitMultivariateStudentT(rows, nil)
	if err != nil {
		return nil, err
	}
	_, d := rows.Dims()
	l := autodiff.NewParam(d, d, nil)
	for k, v := range all.L.Data() {
		l.Data()[k] = 2 * v
	}
	l.Freeze(true)
	parts[1] = dist.NewMultivariateStudentT(autodiff.Fixed(3), all.Loc, l)
	return dist.NewMixture(dist.FixedWeights(1, 1), parts...), nil
}
