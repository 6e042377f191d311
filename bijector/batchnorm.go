package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// BatchNorm normalises data on their way to the base by running means and
// variances of each column, then scales and shifts them by learned parameters:
//
//	x = γ·(y − m)/√(v + ε) + β,  log|det| of Forward = Σⱼ log(√(vⱼ + ε)/|γⱼ|)
//
// Training and evaluation use the same statistics, those that [Observe] has
// gathered from the minibatches so far: m ← Decay·m + (1−Decay)·mean, and v
// likewise. Within a step they are constants, without gradient. So every row
// has its own density, a step does not depend on how the batch is divided among
// workers, and training and evaluation see the same map. Initialize sets them from
// the first data; until then they are 0 and 1.
//
// Domain and range are Rᵈ. Both directions cost O(d) a row. Laurent Dinh, Jascha
// Sohl-Dickstein, Samy Bengio, Density estimation using Real NVP, 2016,
// arXiv:1605.08803, whose running averages these are; George Papamakarios, Theo
// Pavlakou, Iain Murray, Masked Autoregressive Flow for Density Estimation,
// 2017, arXiv:1705.07057.
type BatchNorm struct {
	Mean, Var   *autodiff.Param // m and v, 1×d, frozen
	Gamma, Beta autodiff.Value  // γ ≠ 0 and β: a scalar, or one value per column
	Eps         float64         // ε > 0
	Decay       float64         // of the running averages, from 0 to 1
	Initialized bool
}

// NewBatchNorm returns a normalisation of d columns with learned γ = 1 and
// β = 0, ε = 1e-5 and decay 0.99. It panics if d is not positive.
func NewBatchNorm(d int) *BatchNorm {
	b := &BatchNorm{Mean: autodiff.NewParam(1, d, nil), Var: autodiff.NewParam(1, d, nil), Eps: 1e-5, Decay: 0.99}
	ones := b.Var.Data()
	for j := range ones {
		ones[j] = 1
	}
	b.Gamma = nonzero("BatchNorm", autodiff.Learned(ones...))
	b.Beta = autodiff.Learned(make([]float64, d)...)
	b.Mean.Freeze(true)
	b.Var.Freeze(true)
	return b
}

// Restore checks the fields.
func (b *BatchNorm) Restore() error {
	if b.Mean == nil || b.Var == nil {
		return fmt.Errorf("bijector: BatchNorm: got no mean or no variance, want both")
	}
	d := b.Mean.Len()
	if err := checkDims("BatchNorm: mean", b.Mean, 1, d); err != nil {
		return err
	}
	if err := checkDims("BatchNorm: variance", b.Var, 1, d); err != nil {
		return err
	}
	if !(b.Eps > 0) || !(b.Decay >= 0 && b.Decay < 1) {
		return fmt.Errorf("bijector: BatchNorm: got ε = %v and decay %v, want ε > 0 and a decay from 0 to less than 1", b.Eps, b.Decay)
	}
	for j, v := range b.Var.Data() {
		if !(v >= 0) {
			return fmt.Errorf("bijector: BatchNorm: got variance %v for column %d, want none negative", v, j)
		}
	}
	if err := checkNonzero("BatchNorm: γ", b.Gamma); err != nil {
		return err
	}
	if err := checkLen("BatchNorm: γ", b.Gamma, d); err != nil {
		return err
	}
	return checkLen("BatchNorm: β", b.Beta, d)
}

// Initialize sets the statistics to those of the rows of y, once.
func (b *BatchNorm) Initialize(y autodiff.Var) {
	if b.Initialized {
		return
	}
	b.observe(y, 0)
	b.Initialized = true
}

func (b *BatchNorm) initialized() bool { return b.Initialized }

// Observe moves the statistics towards those of the rows of y; one row alone
// has none.
func (b *BatchNorm) Observe(y autodiff.Var) {
	if y.Rows() > 1 {
		b.observe(y, b.Decay)
	}
}

func (b *BatchNorm) observe(y autodiff.Var, decay float64) {
	n, d := y.Dims()
	wantCols("BatchNorm", y, b.Mean.Len())
	kernel.RunMoments(b.Mean.Data(), b.Var.Data(), y.Data(), n, d, decay)
}

// Statistics returns m and v.
func (b *BatchNorm) Statistics() []*autodiff.Param { return []*autodiff.Param{b.Mean, b.Var} }

// scale returns √(v + ε)/γ.
func (b *BatchNorm) scale(x autodiff.Var) autodiff.Var {
	wantCols("BatchNorm", x, b.Mean.Len())
	return x.Tape().Use(b.Var).AddConst(b.Eps).Sqrt().Div(b.Gamma.On(x.Tape()))
}

// Forward returns (x − β)·√(v + ε)/γ + m.
func (b *BatchNorm) Forward(x autodiff.Var) autodiff.Var {
	return sub(x, b.Beta).Mul(b.scale(x)).Add(x.Tape().Use(b.Mean))
}

// Inverse returns γ·(y − m)/√(v + ε) + β.
func (b *BatchNorm) Inverse(y autodiff.Var) autodiff.Var {
	return add(y.Sub(y.Tape().Use(b.Mean)).Div(b.scale(y)), b.Beta)
}

// ILDJ returns Σⱼ log(|γⱼ|/√(vⱼ + ε)), 1×1.
func (b *BatchNorm) ILDJ(y autodiff.Var) autodiff.Var { return logAbs(b.scale(y), y.Cols()).Neg() }
