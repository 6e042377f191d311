// Package walkers moves a population of points through a density that is known up to a factor.
package walkers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Population is walkers, one a row.
type Population struct {
	At   *mat.Dense
	Logs []float64 // log p there
	// Density sets dst to log p of rows that walkers first, first + 1, … may go to.
	Density func(dst []float64, rows *mat.Dense, first int)
	Rand    *rand.Rand

	generation int
	proposal   []float64
	logs       []float64
}

// Evaluate sets Logs from where the walkers are: −Inf where log p is not a number or infinite.
func (p *Population) Evaluate() {
	if p.Logs == nil {
		p.Logs = make([]float64, p.At.RawMatrix().Rows)
	}
	p.Density(p.Logs, p.At, 0)
	Settle(p.Logs)
}

// Settle replaces what is no log-density, NaN and +Inf, by −Inf.
func Settle(logs []float64) {
	for i, v := range logs {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			logs[i] = math.Inf(-1)
		}
	}
}

// Step offers every walker of one half, then of the other, a place along the difference of two walkers of
// the half that stands still, and returns how many went: a Metropolis step that leaves p as it
// is and fits itself to the scales of p. Every fifth step has differences of full length, from mode to mode.
//
// C. J. F. ter Braak, A Markov Chain Monte Carlo version of the genetic algorithm
// Differential Evolution, Statistics and Computing 16, 2006.
func (p *Population) Step() (accepted int) {
	n, d := p.At.Dims()
	if n < 4 {
		panic(fmt.Sprintf("walkers: Step: got %d walkers, want at least 4", n))
	}
	half := n / 2
	γ := 2.38 / math.Sqrt(2*float64(d)) * special.Exp(-1.5*p.Rand.Float64())
	if p.generation++; p.generation%5 == 0 {
		γ = 1
	}
	return p.move(0, half, half, n, γ) + p.move(half, n, 0, half, γ)
}

// move offers walkers i to j−1 places along differences of walkers from to to−1.
func (p *Population) move(i, j, from, to int, γ float64) (accepted int) {
	d := p.At.RawMatrix().Cols
	if need := (j - i) * d; cap(p.proposal) < need {
		p.proposal, p.logs = make([]float64, need), make([]float64, j-i)
	}
	rows := mat.NewDense(j-i, d, p.proposal[:(j-i)*d])
	for k := range j - i {
		a := p.Rand.IntN(to - from)
		b := p.Rand.IntN(to - from - 1)
		if b >= a {
			b++
		}
		row, at, x, y := rows.RawRowView(k), p.At.RawRowView(i+k), p.At.RawRowView(from+a), p.At.RawRowView(from+b)
		for c := range row {
			row[c] = at[c] + float64(γ*(x[c]-y[c])*(1+float64(1e-3*p.Rand.NormFloat64())))
		}
	}
	logs := p.logs[:j-i]
	p.Density(logs, rows, i)
	Settle(logs)
	for k, lp := range logs {
		if p.Accept(lp - p.Logs[i+k]) {
			copy(p.At.RawRowView(i+k), rows.RawRowView(k))
			p.Logs[i+k] = lp
			accepted++
		}
	}
	return accepted
}

// Accept says whether a walker goes, given the log of the ratio of Metropolis and Hastings: never for −Inf and NaN,
// which is −Inf less −Inf.
func (p *Population) Accept(logRatio float64) bool {
	return logRatio >= 0 || special.Log(p.Rand.Float64()) < logRatio
}

// Follow sends walkers that are lost, where log p is below the quartiles by more than twice their distance and 10, to the
// places of others: before the first step that counts, since p does not stay as it is.
func (p *Population) Follow() {
	n := len(p.Logs)
	sorted := slices.Sorted(slices.Values(p.Logs))
	low, high := sorted[n/4], sorted[3*n/4]
	if sorted[n-1] == math.Inf(-1) {
		return
	}
	if math.IsInf(low, -1) {
		low = slices.Min(slices.DeleteFunc(sorted, func(v float64) bool { return math.IsInf(v, -1) }))
		high = max(high, low)
	}
	least := low - 2*(high-low) - 10
	for i, lp := range p.Logs {
		if lp >= least {
			continue
		}
		for { // at least three quarters, or the best, are not lost
			if k := p.Rand.IntN(n); p.Logs[k] >= least {
				copy(p.At.RawRowView(i), p.At.RawRowView(k))
				p.Logs[i] = p.Logs[k]
				break
			}
		}
	}
}
