package train

import (
	"math"
	"slices"
)

// judge sets the record's held-out loss and keeps the parameters if they are the
// best so far: the averages, if there are any.
func (t *Training) judge(r *Record) {
	now := t.params()
	if t.average != nil {
		now = append([]float64(nil), now...)
		copy(t.params(), t.average)
	}
	r.Validation = t.Validate()
	t.Result.Loss = t.leastLoss()
	if r.Validation < t.Result.Loss {
		t.best = t.values()
		t.Result.Loss, t.Result.Best, t.since = r.Validation, r.Step, 0
	} else {
		t.since++
	}
	copy(t.params(), now)
}

// begin judges the parameters before the first step, so that training cannot make them worse.
func (t *Training) begin() {
	r := Record{Steps: t.Steps, Loss: math.NaN(), GradNorm: math.NaN(), Rate: t.rate(0)}
	t.judge(&r)
	t.since = 0
	t.Result.History = append(t.Result.History, r)
	if t.Report != nil {
		t.Report(r)
	}
}

// values returns copies of the learned values and those of State.
func (t *Training) values() [][]float64 {
	all := [][]float64{append([]float64(nil), t.params()...)}
	for _, p := range t.State {
		all = append(all, append([]float64(nil), p.Data()...))
	}
	return all
}

// set undoes values.
func (t *Training) set(all [][]float64) {
	copy(t.params(), all[0])
	for i, p := range t.State {
		if !slices.Equal(p.Data(), all[1+i]) { // values that never change may be shared with other trainings
			copy(p.Data(), all[1+i])
		}
	}
}

// leastLoss is the least held-out loss of the records so far, NaNs left out.
func (t *Training) leastLoss() float64 {
	best := math.Inf(1)
	for _, r := range t.Result.History {
		if r.Validation < best {
			best = r.Validation
		}
	}
	return best
}
