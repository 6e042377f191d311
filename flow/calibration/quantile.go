package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// CDF returns P(Xⱼ ≤ x) of a column: exact if d is a [dist.CDFer], else the
// share of draws.
//
// It panics if there is no such column, or draws are needed and fewer than two.
func CDF(d dist.Distribution, j int, x float64, draws int, src rand.Source) Estimate {
	need.One("calibration: CDF", "distribution", d)
	checkColumn("CDF", j, d.Dim())
	if c, ok := as[dist.CDFer](d); ok {
		at := make([]float64, d.Dim())
		at[j] = x
		return Estimate{Value: c.CDF(nil, at)[j]}
	}
	checkDraws("CDF", draws, 2)
	col := mat.Col(nil, j, draw(d, draws, src))
	below := 0
	for _, v := range col {
		if v <= x {
			below++
		}
	}
	p := float64(below) / float64(draws)
	shrunk := (float64(below) + 2) / (float64(draws) + 4) // so that 0 and 1 have an error, too
	return Estimate{p, math.Sqrt(shrunk * (1 - shrunk) / float64(draws))}
}

// Quantiles returns the quantiles of a column at the probabilities p: exact if d
// is a [dist.Quantiler], else order statistics of draws, whose standard error is
// half the distance of the order statistics √(n·p(1−p)) ranks below and above.
//
// It panics if there is no such column, a p is outside (0, 1), or draws are needed
// and fewer than two.
func Quantiles(d dist.Distribution, j int, p []float64, draws int, src rand.Source) []Estimate {
	need.One("calibration: Quantiles", "distribution", d)
	checkColumn("Quantiles", j, d.Dim())
	for _, v := range p {
		if !(v > 0 && v < 1) {
			panic(fmt.Sprintf("calibration: Quantiles: got probability %v, want 0 < p < 1", v))
		}
	}
	out := make([]Estimate, len(p))
	if q, ok := as[dist.Quantiler](d); ok {
		at := make([]float64, d.Dim())
		for i, v := range p {
			for k := range at {
				at[k] = v
			}
			out[i] = Estimate{Value: q.Quantile(nil, at)[j]}
		}
		return out
	}
	checkDraws("Quantiles", draws, 2)
	col := mat.Col(nil, j, draw(d, draws, src))
	slices.Sort(col)
	for i, v := range p {
		out[i] = orderStatistic(col, v)
	}
	return out
}

// orderStatistic returns the quantile at p of ascending values.
func orderStatistic(x []float64, p float64) Estimate {
	n := float64(len(x))
	at := func(rank float64) float64 { return x[min(max(int(rank), 0), len(x)-1)] }
	s := math.Sqrt(n * p * (1 - p))
	return Estimate{at(math.Ceil(n*p) - 1), (at(math.Ceil(n*p-1+s)) - at(math.Floor(n*p-1-s))) / 2}
}

// Moments returns mean and variance of each column: exact if d has
// [dist.Moments], else over draws, with standard errors that need finite moments
// twice as high.
//
// It panics if draws are needed and fewer than two.
func Moments(d dist.Distribution, draws int, src rand.Source) (mean, variance []Estimate) {
	need.One("calibration: Moments", "distribution", d)
	mean, variance = make([]Estimate, d.Dim()), make([]Estimate, d.Dim())
	if m, ok := as[dist.Moments](d); ok {
		for j, v := range m.Mean(nil) {
			mean[j].Value = v
		}
		for j, v := range m.Variance(nil) {
			variance[j].Value = v
		}
		return mean, variance
	}
	checkDraws("Moments", draws, 2)
	x := draw(d, draws, src)
	for j := range mean {
		col := mat.Col(nil, j, x)
		mean[j] = meanOf(col)
		for i := range col {
			col[i] = (col[i] - mean[j].Value) * (col[i] - mean[j].Value)
		}
		variance[j] = meanOf(col)
		variance[j].Value *= float64(draws) / float64(draws-1)
	}
	return mean, variance
}

// A Region is the set of rows of log-density at least Level: the smallest that
// holds a mass.
type Region struct {
	Mass  float64
	Level Estimate // of log p, in nats
	below []float64
}

// HighestDensity returns the highest-density region of a mass: its level is the
// (1 − mass) quantile of log p over draws of d.
//
// It panics unless 0 < mass < 1 and draws are at least two.
func HighestDensity(d dist.Distribution, mass float64, draws int, src rand.Source) *Region {
	need.One("calibration: HighestDensity", "distribution", d)
	if !(mass > 0 && mass < 1) {
		panic(fmt.Sprintf("calibration: HighestDensity: got mass %v, want 0 < mass < 1", mass))
	}
	checkDraws("HighestDensity", draws, 2)
	lp := logProbs(d, draw(d, draws, src))
	slices.Sort(lp)
	return &Region{Mass: mass, Level: orderStatistic(lp, 1-mass), below: lp}
}

// Contains returns whether a row of log-density logProb is in the region.
func (r *Region) Contains(logProb float64) bool { return logProb >= r.Level.Value }

// MassAt returns the mass of the region that has a row of log-density logProb at
// its edge: 1 for rows less likely than all draws.
func (r *Region) MassAt(logProb float64) float64 {
	return 1 - float64(sort.SearchFloat64s(r.below, logProb))/float64(len(r.below))
}
