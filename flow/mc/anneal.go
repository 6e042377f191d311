package mc

import (
	"errors"
	"math"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/special"
)

// nextStep returns the greatest step of β, at most most, at which half of the particles that are not outside the target count, and their weights.
func nextStep(ratio []float64, most float64) (step float64, w *calibration.Importance, err error) {
	inside := 0
	for _, v := range ratio {
		if !math.IsInf(v, -1) {
			inside++
		}
	}
	if inside == 0 {
		return 0, nil, errors.New("the target is 0 at all draws of the start distribution")
	}
	weights := func(step float64) *calibration.Importance {
		lw := make([]float64, len(ratio))
		for i, v := range ratio {
			lw[i] = step * v
		}
		w, e := calibration.ImportanceWeights(lw)
		if e != nil && err == nil {
			err = e
		}
		return w
	}
	enough := func(step float64) bool {
		w = weights(step)
		return err != nil || w.ESS >= 0.5*float64(inside)
	}
	if enough(most) {
		return most, w, err
	}
	lo, hi := 0.0, most
	for range 60 {
		if mid := (lo + hi) / 2; enough(mid) {
			lo = mid
		} else {
			hi = mid
		}
		if err != nil || hi-lo < 0.02*lo {
			break
		}
	}
	if err == nil && lo == 0 {
		err = errors.New("the target is too far from the start distribution: no temperature lies between them")
	}
	if err != nil {
		return 0, nil, err
	}
	return lo, weights(lo), err
}

// normalised returns log weights step·ratio whose exponentials have the sum 1.
func normalised(ratio []float64, step float64) []float64 {
	top, sum := math.Inf(-1), 0.0
	for _, v := range ratio {
		top = max(top, step*v)
	}
	lw := make([]float64, len(ratio))
	for i, v := range ratio {
		lw[i] = step*v - top
		sum += special.Exp(lw[i])
	}
	for i := range lw {
		lw[i] -= special.Log(sum)
	}
	return lw
}
