package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// ActNorm scales and shifts each column by learned parameters that start from data:
//
//	y = x·exp(LogScale) + Shift,  log|det| = Σⱼ LogScaleⱼ
//
// Initialize sets Shift and LogScale to the columns' means and the logarithms of their standard
// deviations (0 for a column whose values are all the same), so that x has mean 0 and
// variance 1 when training starts; until then it is the identity. For images, with one
// column a channel, see [PerPixel]. Both directions cost O(d) a row. Diederik P. Kingma,
// Prafulla Dhariwal, Glow: Generative Flow with Invertible 1×1 Convolutions,
// 2018, arXiv:1807.03039.
type ActNorm struct {
	Shift, LogScale *autodiff.Param // 1×d
	Initialized     bool
}

// NewActNorm returns an ActNorm of d columns. It panics if d is not positive.
func NewActNorm(d int) *ActNorm {
	return &ActNorm{Shift: autodiff.NewParam(1, d, nil), LogScale: autodiff.NewParam(1, d, nil)}
}

// Restore checks the fields.
func (a *ActNorm) Restore() error {
	if a.Shift == nil || a.LogScale == nil {
		return fmt.Errorf("bijector: ActNorm: got no shift or no scale, want both")
	}
	if err := checkDims("ActNorm: shift", a.Shift, 1, a.Shift.Len()); err != nil {
		return err
	}
	return checkDims("ActNorm: scale", a.LogScale, 1, a.Shift.Len())
}

// Initialize sets the parameters from the rows of y, once.
func (a *ActNorm) Initialize(y autodiff.Var) {
	a.start(moments("ActNorm", y, a.Shift.Len()))
}

// InitializeInput sets the parameters from the rows of x, once, so that y has mean 0 and variance 1.
func (a *ActNorm) InitializeInput(x autodiff.Var) {
	mean, sd := moments("ActNorm", x, a.Shift.Len())
	turn(mean, sd)
	a.start(mean, sd)
}

func (a *ActNorm) initialized() bool { return a.Initialized }

// start sets the parameters, once.
func (a *ActNorm) start(mean, sd []float64) {
	if a.Initialized {
		return
	}
	a.Shift.Set(mean)
	for j, s := range sd {
		a.LogScale.Data()[j] = math.Log(s)
	}
	a.Initialized = true
}

func (a *ActNorm) on(x autodiff.Var) (shift, logScale autodiff.Var) {
	wantCols("ActNorm", x, a.Shift.Len())
	return x.Tape().Use(a.Shift), x.Tape().Use(a.LogScale)
}

// Forward returns x·exp(LogScale) + Shift.
func (a *ActNorm) Forward(x autodiff.Var) autodiff.Var {
	shift, logScale := a.on(x)
	return x.Mul(logScale.Exp()).Add(shift)
}

// Inverse returns (y − Shift)·exp(−LogScale).
func (a *ActNorm) Inverse(y autodiff.Var) autodiff.Var {
	shift, logScale := a.on(y)
	return y.Sub(shift).Mul(logScale.Neg().Exp())
}

// ILDJ returns −Σⱼ LogScaleⱼ, 1×1.
func (a *ActNorm) ILDJ(y autodiff.Var) autodiff.Var {
	_, logScale := a.on(y)
	return logScale.RowSum().Neg()
}
