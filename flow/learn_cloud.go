package flow

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

const (
	mostCloud   = 0.12 // of the rows that may be a cloud
	leastSpread = 1.25 // times the other rows' deviations: what is narrower may be a cluster
	cloudRounds = 6
)

// A cloud is a contamination by rows that are normal column by column, wider than the others by one factor s in all columns:
//
//	q(x) = π₀·p(x) + π₁·Πⱼ b(xⱼ) + π₁·meanⱼ b(xⱼ)·p(x₋ⱼ) + π₃·Πⱼ N(xⱼ; μⱼ, s²·σⱼ²)
//
// with p and b as in learner.wrong, and σⱼ the deviations of the rows that are of p. The shares π, μ and s are found by EM.
//
// P. J. Huber, Robust Estimation of a Location Parameter, 1964, for contamination by a share of the rows.
type cloud struct {
	x          *mat.Dense
	weights    []float64 // of the rows, 0 for those that are left out in any case
	share      [4]float64
	loc, scale []float64 // μⱼ and s·σⱼ
	spread     float64   // s
	log        []float64 // log N of each row
	right, of  []float64 // the probabilities that it is of p and of the cloud, times its weight
}

// cloud returns the rows that are wrong if there is a cloud among them, and marked if e explains the rows as well without. With a cloud
// their log-likelihood, by mixtures that have not seen them, must be greater by d·log n: twice what the Bayesian information criterion (G. Schwarz, 1978)
// asks for so many parameters, and the cloud wider than it must be, since mixtures do not have quite the shape of any data.
func (s *suspects) cloud(e *explained, marked, always []bool) ([]bool, error) {
	weights := s.without(always)
	none := cloud{x: s.x, weights: weights, share: [4]float64{0.95, 0.025, 0.025}}
	plain := none.fit(e)
	c := newCloud(s.x, weights, e.clean)
	s.components = 0
	var next []bool
	with := 0.0
	for range cloudRounds {
		now := c.wrong(always)
		if slices.Equal(now, next) {
			break
		}
		next = now
		e, err := s.fit(s.without(next))
		if err != nil {
			return nil, err
		}
		with = c.fit(e)
	}
	n, d := s.x.Dims()
	if c.spread == leastSpread || !(with-plain > float64(d)*special.Log(float64(n))) {
		return marked, nil
	}
	return c.wrong(always), nil
}

// newCloud takes the rows that are least likely by p for the cloud.
func newCloud(x *mat.Dense, weights, p []float64) *cloud {
	n, d := x.Dims()
	c := &cloud{x: x, weights: weights, share: [4]float64{1 - mostCloud, 0.005, 0.005, mostCloud - 0.01},
		loc: make([]float64, d), scale: make([]float64, d), log: make([]float64, n), right: make([]float64, n), of: make([]float64, n)}
	sorted := slices.Clone(p)
	slices.Sort(sorted)
	least := quantile(sorted, mostCloud)
	for i, w := range weights {
		if p[i] > least {
			c.right[i] = w
		} else {
			c.of[i] = w
		}
	}
	c.move()
	return c
}

// wrong returns the rows that are more likely not of p, and those that always are.
func (c *cloud) wrong(always []bool) []bool {
	wrong := make([]bool, len(always))
	for i, r := range c.right {
		wrong[i] = always[i] || r < 0.5*c.weights[i]
	}
	return wrong
}

// fit finds the shares and the cloud, if there is one, and returns the log-likelihood.
func (c *cloud) fit(e *explained) (total float64) {
	with := c.of != nil
	for range 100 {
		var sums [4]float64
		total = 0
		for i, w := range c.weights {
			if w == 0 {
				continue
			}
			terms := [4]float64{e.clean[i], e.columns[i], e.single[i], math.Inf(-1)}
			if with {
				terms[3] = c.log[i]
			}
			for k := range terms {
				terms[k] += special.Log(c.share[k])
			}
			lp := special.LogSumExp(terms[:])
			total += float64(w * lp)
			for k, t := range terms {
				terms[k] = float64(w * special.Exp(t-lp))
				sums[k] += terms[k]
			}
			if with {
				c.right[i], c.of[i] = terms[0], terms[3]
			}
		}
		all := sums[0] + sums[1] + sums[2] + sums[3]
		sums[1] = 0.5 * (sums[1] + sums[2])
		sums[2] = sums[1]
		for k, sum := range sums {
			c.share[k] = max(sum/all, 1e-4)
		}
		if with {
			over := max(c.share[3]-mostCloud, 0)
			c.share[3] -= over
			c.share[0] += over
			c.move()
		}
	}
	return total
}

// move sets μ and s by the rows that are of the cloud, unless there are none, and log N of all rows.
func (c *cloud) move() {
	if !(kernel.Sum(c.of) > 0 && kernel.Sum(c.right) > 0) {
		return
	}
	n, d := c.x.Dims()
	square := 0.0
	for j := range d {
		x := mat.Col(nil, j, c.x)
		_, variance := moments(x, c.right)
		c.scale[j] = max(math.Sqrt(variance), 1e-2)
		c.loc[j], variance = moments(x, c.of)
		square += variance / float64(c.scale[j]*c.scale[j])
	}
	c.spread = max(math.Sqrt(square/float64(d)), leastSpread)
	kernel.Scale(c.scale, c.scale, c.spread)
	constant := float64(0.5 * float64(d) * special.Log(2*math.Pi))
	for _, s := range c.scale {
		constant += special.Log(s)
	}
	for i := range n {
		sum := 0.0
		for j, v := range c.x.RawRowView(i) {
			z := (v - c.loc[j]) / c.scale[j]
			sum += float64(z * z)
		}
		c.log[i] = -0.5*sum - constant
	}
}

// moments returns the weighted mean and variance of x.
func moments(x, weights []float64) (mean, variance float64) {
	mean = kernel.Mean(x, weights)
	square := 0.0
	for i, v := range x {
		square = kernel.FMA(weights[i]*(v-mean), v-mean, square)
	}
	return mean, square / kernel.Sum(weights)
}
