package optim

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// A Schedule sets the learning rate of every step of a run. It has no state, so
// that a resumed run goes on as if it had not stopped.
type Schedule interface {
	// Rate returns the learning rate of a step; the first step is 0 and the
	// last total − 1. Later ones have the rate that the schedule ends with.
	// It panics if step is negative or total is not positive.
	Rate(step, total int) float64
}

// Constant is the same rate for all steps.
type Constant float64

// Rate implements [Schedule].
func (c Constant) Rate(step, total int) float64 {
	progress(step, total)
	return float64(c)
}

// Cosine falls from Start to Final·Start along half a wave:
// Start·(Final + (1 − Final)·½(1 + cos(π·step/total))).
//
// I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm
// Restarts, arXiv 1608.03983.
type Cosine struct {
	Start float64
	Final float64 // a fraction of Start
}

// Rate implements [Schedule].
func (c Cosine) Rate(step, total int) float64 {
	return anneal(c.Start, c.Final*c.Start, progress(step, total))
}

// OneCycle rises from a low rate to Peak and falls to almost nothing, both
// along half a wave.
//
// L. Smith and N. Topin, Super-Convergence, arXiv 1708.07120.
type OneCycle struct {
	Peak  float64
	Rise  float64 // the fraction of the steps that rise; 0 means 0.3
	First float64 // the first rate, a fraction of Peak; 0 means 1/25
	Last  float64 // the last rate, a fraction of Peak; 0 means 1/250,000
}

// Rate implements [Schedule]. It panics unless 0 ≤ Rise ≤ 1.
func (c OneCycle) Rate(step, total int) float64 {
	rise := orDefault(c.Rise, 0.3)
	if !(rise > 0 && rise <= 1) {
		panic(fmt.Sprintf("optim: OneCycle: got rise %v, want 0 ≤ rise ≤ 1", rise))
	}
	progress(step, total)
	// The top is at step top, the end at step total − 1.
	top, end, at := float64(rise*float64(total))-1, float64(total-1), float64(min(step, total-1))
	if at < top {
		return anneal(orDefault(c.First, 1.0/25)*c.Peak, c.Peak, at/top)
	}
	return anneal(c.Peak, orDefault(c.Last, 1.0/250000)*c.Peak, (at-max(top, 0))/max(end-max(top, 0), 1))
}

// StepDecay multiplies the rate by Factor after every Every steps.
type StepDecay struct {
	Start  float64
	Every  int
	Factor float64 // 0 means 0.1
}

// Rate implements [Schedule]. It panics if Every is not positive.
func (d StepDecay) Rate(step, total int) float64 {
	if d.Every < 1 {
		panic(fmt.Sprintf("optim: StepDecay: got a decay every %d steps, want at least 1", d.Every))
	}
	progress(step, total)
	return d.Start * power(orDefault(d.Factor, 0.1), min(step, total-1)/d.Every)
}

// WarmUp rises along a line in the first Steps steps to the first rate of Then,
// which sets the remaining ones.
type WarmUp struct {
	Steps int
	Then  Schedule
}

// Rate implements [Schedule]. It panics if Steps is negative.
func (w WarmUp) Rate(step, total int) float64 {
	if w.Steps < 0 {
		panic(fmt.Sprintf("optim: WarmUp: got %d steps, want at least 0", w.Steps))
	}
	progress(step, total)
	rest := max(total-w.Steps, 1)
	if step < w.Steps {
		return float64(step+1) / float64(w.Steps+1) * w.Then.Rate(0, rest)
	}
	return w.Then.Rate(step-w.Steps, rest)
}

// progress returns step/total, at most 1.
func progress(step, total int) float64 {
	if step < 0 || total < 1 {
		panic(fmt.Sprintf("optim: Rate: got step %d of %d, want step ≥ 0 and total ≥ 1", step, total))
	}
	return float64(min(step, total)) / float64(total)
}

// anneal goes from a at t = 0 to b at t = 1 along half a cosine wave.
func anneal(a, b, t float64) float64 {
	x := [1]float64{math.Pi * t}
	kernel.Cos(x[:], x[:])
	return kernel.FMA(float64((a-b)*0.5), 1+x[0], b)
}
