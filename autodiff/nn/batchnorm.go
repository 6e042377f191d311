package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A BatchNorm holds running means m and variances v of the channels of a [Conv2D]'s
// results, by which the layer normalises them:
//
//	m ← Decay·m + (1−Decay)·mean,  v likewise, of the pixels of each minibatch
//
// Training and evaluation use the same statistics, constants within a step, as
// batch normalisation in a flow does: rows do not depend on each other, and a network
// can condition a map that is inverted exactly. See [Observer] for who sets them. With Decay 1
// they stay those of the first data.
//
// Laurent Dinh, Jascha Sohl-Dickstein, Samy Bengio, Density estimation using Real
// NVP, 2016, arXiv:1605.08803; of the first data only: T. Salimans, D. Kingma, Weight
// Normalization, 2016, arXiv:1602.07868.
type BatchNorm struct {
	Mean, Var   *autodiff.Param // m and v, 1×channels, frozen
	Eps         float64         // ε > 0, added to v
	Decay       float64         // of the running averages, from 0 to 1
	Initialized bool
}

// NewBatchNorm returns the normalisation of so many channels with means 0, variances
// 1 and ε = 1e-5. It panics if channels is not positive or decay not between 0 and 1.
func NewBatchNorm(channels int, decay float64) *BatchNorm {
	b := &BatchNorm{Mean: autodiff.NewParam(1, channels, nil), Var: autodiff.NewParam(1, channels, nil), Eps: 1e-5, Decay: decay}
	ones := b.Var.Data()
	for j := range ones {
		ones[j] = 1
	}
	b.Mean.Freeze(true)
	b.Var.Freeze(true)
	must(b.check(channels))
	return b
}

// Check returns an error unless b can normalise so many channels.
func (b *BatchNorm) check(channels int) error {
	if b.Mean == nil || b.Var == nil {
		return fmt.Errorf("nn: BatchNorm: got no means or no variances, want both")
	}
	for _, p := range b.Statistics() {
		if r, n := p.Dims(); r != 1 || n != channels {
			return fmt.Errorf("nn: BatchNorm: got statistics of %d×%d, want 1×%d", r, n, channels)
		}
	}
	if !(b.Eps > 0) || !(b.Decay >= 0 && b.Decay <= 1) {
		return fmt.Errorf("nn: BatchNorm: got ε = %v and decay %v, want ε > 0 and a decay from 0 to 1", b.Eps, b.Decay)
	}
	for j, v := range b.Var.Data() {
		if !(v >= 0) {
			return fmt.Errorf("nn: BatchNorm: got variance %v for channel %d, want none negative", v, j)
		}
	}
	return nil
}

// Statistics returns m and v.
func (b *BatchNorm) Statistics() []*autodiff.Param { return []*autodiff.Param{b.Mean, b.Var} }

// observe moves the statistics towards those of the pixels x.
func (b *BatchNorm) observe(x autodiff.Var, decay float64) {
	n, d := x.Dims()
	kernel.RunMoments(b.Mean.Data(), b.Var.Data(), x.Data(), n, d, decay)
}
