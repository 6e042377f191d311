package sbi

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A summary of an observation that is a set or a time series is the few numbers that a network makes of it. They are
// learned with a flow of parameters given them, and then stand in place of the observation.
//
// Y. Chen, D. Zhang, M. Gutmann, A. Courville, Z. Zhu, Neural Approximate Sufficient Statistics for Implicit Models, 2020,
// arXiv:2010.10079.

// newSummary returns a network for observations, not yet trained: for sets one of each element, their mean, and one of that;
// for series convolutions, each of which halves the times.
func newSummary(s *Simulator, x *mat.Dense, src rand.Source) nn.Network {
	const width = 64
	out := max(4, 2*s.Prior.Dim())
	n := max(s.Set, s.Series) // numbers of an element or a time
	count := s.Dim / n
	look := nn.NewShared(count, elementFeatures(x, n))
	inner := look.Net.Out()
	if s.Set > 0 {
		each := nn.NewMLP(inner, []int{width, width}, width, nn.SiLU, src)
		return nn.NewSequential(look, nn.NewShared(count, each), nn.NewMeanPool(count, width), nn.NewMLP(width, []int{width}, out, nn.SiLU, src))
	}
	nets := []nn.Network{look}
	for channels := inner; count >= 5; channels = width / 2 {
		c := nn.NewConv1D(channels, width/2, count, 5, 2, nn.SiLU, src)
		nets, count = append(nets, c), c.Times()
	}
	last := nets[len(nets)-1].Out()
	return nn.NewSequential(append(nets, nn.NewMLP(last, []int{width}, out, nn.SiLU, src))...)
}

// elementFeatures standardises the numbers of elements, and their logarithms if they are positive and skewed, by those of all
// elements of all observations.
func elementFeatures(x *mat.Dense, n int) *nn.Features {
	rows, d := x.Dims()
	var plain, logs []int
	var least, shift, scale, shiftLogs, scaleLogs []float64
	for j := range n {
		var all []float64
		for i := range rows {
			for k := j; k < d; k += n {
				all = append(all, x.At(i, k))
			}
		}
		mean, sd := stat.MeanStdDev(all, nil)
		plain, shift, scale = append(plain, j), append(shift, mean), append(scale, positive(sd))
		e := smallest(all)
		if e <= 0 || !(stat.Skew(all, nil) > 1) {
			continue
		}
		for i, v := range all {
			all[i] = special.Log(v + e)
		}
		mean, sd = stat.MeanStdDev(all, nil)
		logs, least = append(logs, j), append(least, e)
		shiftLogs, scaleLogs = append(shiftLogs, mean), append(scaleLogs, positive(sd))
	}
	return nn.NewFeatures(n, plain, logs, least, append(shift, shiftLogs...), append(scale, scaleLogs...), 8)
}

func positive(sd float64) float64 {
	if sd > 0 {
		return sd
	}
	return 1
}

// smallest returns half of the smallest positive number, 0 if one is negative or none is positive.
func smallest(x []float64) float64 {
	least := math.Inf(1)
	for _, v := range x {
		if v < 0 {
			return 0
		}
		if v > 0 {
			least = min(least, v/2)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// summarise trains a summary of the observations, if they are sets or series, and puts it in their place.
func (c *Settings) summarise(ctx context.Context, s *Simulator, sp *space, sims *Simulations) (nn.Network, *Simulations, error) {
	if s.Set == 0 && s.Series == 0 {
		return nil, sims, nil
	}
	src := rng.New(c.Seed ^ 0xa0761d6478bd642f)
	net := newSummary(s, sims.X, src)
	u := sp.free(sims.Theta)
	n, d := u.Dims()
	m := flow.New(dist.NewStdNormal(d), bijector.NewEmbedded(net, couplings(d, net.Out(), src)), bijector.NewStandardizer(d))
	batch := 64
	numbers := 0
	for _, p := range m.Params() {
		numbers += p.Len()
	}
	work := 3 * float64(numbers*s.Dim/max(s.Set, s.Series)) // a network of elements is applied to each
	steps := min(100*n/batch+1, int(float64(c.budget(sims))/(4*float64(batch)*work))+1)
	_, err := flow.Fit(ctx, m, flow.Rows(u).Given(sims.X), &flow.Settings{Steps: steps, Batch: batch, Schedule: optim.Cosine{Start: 3e-3}, Decay: -1, Clip: 5,
		Every: max(1, n/batch), Patience: 20, Seed: src.Uint64()})
	if err != nil {
		return nil, nil, fmt.Errorf("summary: %w", err)
	}
	for _, p := range m.Params() {
		p.Freeze(true)
	}
	short := *sims
	short.X = mapped(sims.X, net.Apply)
	return net, &short, nil
}

// couplings returns splines of d columns given a context.
func couplings(d, cond int, src rand.Source) bijector.Chain {
	var chain bijector.Chain
	for k := range 4 {
		var keep []int
		for j := k % 2; j < d && d > 1; j += 2 {
			keep = append(keep, j)
		}
		chain = append(chain, bijector.NewCoupling(d, keep, bijector.Spline{}, cond, func(in, out int) nn.Network {
			return nn.NewMLP(in, []int{64, 64}, out, nn.SiLU, src).ZeroLast()
		}))
	}
	return chain
}

// summarised returns what stands in place of observations.
func (p *Posterior) summarised(x *mat.Dense) *mat.Dense {
	if p.summary == nil {
		return x
	}
	return mapped(x, func(v autodiff.Var) autodiff.Var { return p.summary.Apply(v) })
}

// width is how many numbers an observation has.
func (p *Posterior) width() int {
	if p.summary != nil {
		return p.summary.In()
	}
	return p.Direct.CondDim()
}
