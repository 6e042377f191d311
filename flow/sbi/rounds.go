package sbi

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A region is where the density of u given an observation is above a bound: it has almost all mass.
type region struct {
	q     *flow.Transformed // given the observation
	bound float64           // of log q
}

const (
	regionDraws = 10000 // by which the bound is found
	// regionMissed is the mass that is left out: more than the least weight of the safe part of q, which is broad.
	regionMissed = 0.002
	// regionTries is how many times as many prior draws are tried before draws of q are taken.
	regionTries = 200
)

func newRegion(direct *flow.Transformed, x *mat.Dense, src *rng.Source) *region {
	r := &region{q: direct.Given(x)}
	lq := r.q.WithSource(src).SampleLogProbs(mat.NewDense(regionDraws, direct.Dim(), nil), nil)
	slices.Sort(lq)
	r.bound = lq[int(regionMissed*regionDraws)]
	return r
}

// holds reports which rows are in the region; all are in no region.
func (r *region) holds(u *mat.Dense) []bool {
	n, _ := u.Dims()
	in := make([]bool, n)
	if r == nil {
		for i := range in {
			in[i] = true
		}
		return in
	}
	for i, lq := range r.q.LogProbs(nil, u) {
		in[i] = lq >= r.bound
	}
	return in
}

// draw returns n parameters of the prior in the region: by rejection, or where that takes too many draws, by
// draws of q, resampled without replacement by their weights.
func (r *region) draw(s *space, n int, src *rng.Source) *mat.Dense {
	var kept *mat.Dense
	have, batch := 0, max(n, 1000)
	for tried := 0; have < n && tried < regionTries*n; tried += batch {
		theta := mat.NewDense(batch, s.Prior.Dim(), nil)
		s.Prior.Draw(theta, src)
		var rows []int
		for i, in := range r.holds(s.free(theta)) {
			if in {
				rows = append(rows, i)
			}
		}
		if len(rows) > 0 {
			kept = stacked(kept, pick(theta, rows))
			have += len(rows)
		}
		if tried == 0 && have < n/regionTries {
			break
		}
	}
	if have < n {
		kept = stacked(kept, r.resampled(s, n-have, src))
	}
	return pick(kept, firstRows(n))
}

// resampled returns n rows among 20 times as many draws of q, in proportion to prior over q.
func (r *region) resampled(s *space, n int, src *rng.Source) *mat.Dense {
	u := mat.NewDense(20*n, r.q.Dim(), nil)
	lq := r.q.WithSource(src).SampleLogProbs(u, nil)
	keys, rows, noise := make([]float64, 20*n), firstRows(20*n), rand.New(src)
	for i, lp := range s.logPrior(u) {
		keys[i] = lp - lq[i] - special.Log(noise.ExpFloat64()) // Gumbel noise: the largest are a weighted sample
		if lq[i] < r.bound || math.IsNaN(keys[i]) {
			keys[i] = math.Inf(-1)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		switch {
		case keys[a] > keys[b]:
			return -1
		case keys[a] < keys[b]:
			return 1
		}
		return 0
	})
	return s.bound(pick(u, rows[:n]))
}

func firstRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// inRounds simulates for one observation: the parameters of every round are from the prior truncated to where the posterior
// of the rounds before has its mass.
func (c *Settings) inRounds(ctx context.Context, s *Simulator) (sims *Simulations, last *region, err error) {
	if len(c.Observation) != s.Dim {
		return nil, nil, fmt.Errorf("got Settings.Observation of %d numbers, want %d", len(c.Observation), s.Dim)
	}
	if err := finite(c.Observation); err != nil {
		return nil, nil, err
	}
	sp, err := newSpace(s.Prior)
	if err != nil {
		return nil, nil, err
	}
	per := c.Simulations / c.Rounds
	if sims, err = s.simulate(ctx, c.Simulations-per*(c.Rounds-1), c.Seed); err != nil {
		return nil, nil, err
	}
	for k := 1; k < c.Rounds; k++ {
		round := *c
		if round.Checkpoint != "" {
			round.Checkpoint = fmt.Sprintf("%s.%d", c.Checkpoint, k)
		}
		net, seen, err := round.summarise(ctx, s, sp, sims)
		if err != nil {
			return nil, nil, fmt.Errorf("round %d: %w", k, err)
		}
		m, _, err := flow.Learn(ctx, flow.Rows(sp.free(sims.Theta)).Given(seen.X), round.settings("posterior", sims, nil))
		if err != nil {
			return nil, nil, fmt.Errorf("round %d: %w", k, err)
		}
		x := (&Posterior{summary: net}).summarised(mat.NewDense(1, s.Dim, c.Observation))
		seed := c.Seed ^ mix(uint64(k))
		src := rng.New(seed)
		last = newRegion(m, x, src)
		more, err := s.at(ctx, last.draw(sp, per, src), seed)
		if err != nil {
			return nil, nil, fmt.Errorf("round %d: %w", k+1, err)
		}
		sims = sims.with(more)
	}
	return sims, last, nil
}

// with returns the simulations of both.
func (s *Simulations) with(more *Simulations) *Simulations {
	both := &Simulations{Theta: stacked(s.Theta, more.Theta), X: stacked(s.X, more.X), Failed: stacked(s.Failed, more.Failed), Failure: s.Failure}
	if both.Failure == "" {
		both.Failure = more.Failure
	}
	return both
}
