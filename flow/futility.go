package flow

import (
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

const (
	futileRows  = 100   // held out, from which on they can tell
	futileAfter = 0.25  // of the steps
	futileLag   = 0.1   // nats a row
	futileGain  = 0.002 // nats a row
	singleAfter = 12    // records
	singleRise  = 0.05  // of what training has gained

	besides = 0.01 // weight of the candidates before, in the mixture by which a flow of rows with contexts is judged
)

// A futility tells when the training of a candidate can stop, since it would add next to nothing to the candidates before it.
// That is so, from a quarter of the steps on, when
//   - its held-out log-density is on the way to a limit that is behind theirs by .1 nats a row: the limit of a geometric series through
//     three records, the last, at three quarters of its steps and at half of them, and
//   - the best mixture of both is ahead of theirs by less than .002 nats a row, or came ahead by less than the work is worth in the last
//     quarter of its steps.
//
// Where one flow will be taken and rows are few, the first alone decides, however few are held out, from twelve records on, beside the best candidate before: a flow whose limit is
// behind by .1, and by a twentieth of what it has gained, which it may still gain as the rate falls, will not be the one.
type futility struct {
	stack   []float64 // log-densities of held-out rows by the best mixture of the candidates before
	weights []float64 // of these rows, or nil
	worth   float64   // nats a row that a step is to gain, 0 for any
	single  bool      // one flow will be taken: the stack is the best candidate before
	beside  float64   // weight of the stack in what a record is judged by
	lps     []float64 // by the last record
	lags    []float64 // nats a row behind the stack, of all records
	gains   []float64 // nats a row ahead of it of the best mixture with a record, NaN before a quarter of the steps
}

// futility returns that of a candidate's training by steps of so many multiply-adds; nil if rows are few or there are no candidates before.
func (f *Fold) futility(work float64) *futility {
	stack := f.before()
	if stack == nil || len(stack) < futileRows && !f.single {
		return nil
	}
	u := &futility{stack: stack, weights: f.HeldWeights, single: f.single}
	if f.Context == nil && f.mixtures == nil { // as for handing on: one fold
		u.worth = price * work / f.budget
	}
	for u.beside = f.beside; f.outer != nil; f = f.outer {
		u.beside = f.outer.beside
	}
	return u
}

// before returns the log-densities of the held-out rows by the best mixture of the candidates before, nil if there is none.
func (f *Fold) before() []float64 {
	if f.outer == nil {
		return f.stack
	}
	stack := slices.Clone(f.outer.before())
	if stack != nil {
		kernel.Sub(stack, stack, f.slope)
	}
	return stack
}

// see notes the log-densities of a record.
func (u *futility) see(lps []float64) {
	u.lps = lps
	u.lags = append(u.lags, kernel.Mean(u.stack, u.weights)-kernel.Mean(lps, u.weights))
}

// judged returns the log-densities by which the last record is judged: those of a mixture of it and a little of the candidates before, as
// it will be used. Networks of contexts can be far out for a few rows, which cost dozens of nats each alone and next to nothing beside
// others; the record that is best alone is then not the best one. Likelihoods are not only mixed, but pooled part by part, where such rows do harm.
func (u *futility) judged() []float64 {
	if u.beside == 0 {
		return u.lps
	}
	return mixed([][]float64{u.stack, u.lps}, []float64{u.beside, 1 - u.beside})
}

// stop reports whether training is to stop after a record that was seen.
func (u *futility) stop(r train.Record) bool {
	last := len(u.lags) - 1
	if u.single {
		return last >= singleAfter && u.limit() > max(futileLag, singleRise*(u.lags[0]-u.lags[last]))
	}
	for len(u.gains) < last {
		u.gains = append(u.gains, math.NaN())
	}
	if float64(r.Step) < futileAfter*float64(r.Steps) {
		return false
	}
	gain, back := u.gain(), last/4
	u.gains = append(u.gains, gain)
	slow := u.worth > 0 && gain-u.gains[last-back] < u.worth*float64(r.Step)*float64(back)/float64(last)
	return u.limit() > futileLag && (gain < futileGain || slow)
}

// limit returns the lag that training is on the way to, −Inf if records do not tell.
func (u *futility) limit() float64 {
	last := len(u.lags) - 1
	back := last / 4
	if back == 0 {
		return math.Inf(-1)
	}
	now := u.lags[last]
	former, fall := u.lags[last-2*back]-u.lags[last-back], u.lags[last-back]-now
	switch {
	case fall <= 0:
		return now
	case fall < former:
		return now - fall*fall/(former-fall)
	}
	return math.Inf(-1)
}

// gain returns by how many nats a row the best mixture with the last record is ahead of the stack.
func (u *futility) gain() float64 {
	both := mat.NewDense(len(u.stack), 2, nil)
	both.SetCol(0, u.stack)
	both.SetCol(1, u.lps)
	w, err := dist.StackingWeights(both, u.weights, -1)
	if err != nil {
		return math.Inf(1) // nothing can be said
	}
	return kernel.Mean(mixed([][]float64{u.stack, u.lps}, w), u.weights) - kernel.Mean(u.stack, u.weights)
}
