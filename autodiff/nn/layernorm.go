package nn

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// LayerNorm is a network without weights that standardises each row of n×Width:
//
//	y = (x − m)/√(v + Eps),  m the mean and v the variance of the row
//
// It stands between the layers of others, see [Sequential], and costs a few operations a value.
//
// Jimmy Lei Ba, Jamie Ryan Kiros, Geoffrey E. Hinton, Layer Normalization, 2016, arXiv:1607.06450.
type LayerNorm struct {
	Width int
	Eps   float64
}

// NewLayerNorm returns the normalisation of width columns with Eps 1e-5. It panics unless width is positive.
func NewLayerNorm(width int) *LayerNorm {
	l := &LayerNorm{width, 1e-5}
	must(l.Restore())
	return l
}

// Restore checks the fields.
func (l *LayerNorm) Restore() error {
	if l.Width < 1 || !(l.Eps > 0) || math.IsInf(l.Eps, 1) {
		return fmt.Errorf("nn: LayerNorm: got %d columns and Eps %v, want positive finite numbers", l.Width, l.Eps)
	}
	return nil
}

// In returns Width.
func (l *LayerNorm) In() int { return l.Width }

// Out returns Width.
func (l *LayerNorm) Out() int { return l.Width }

// Apply returns the rows standardised. It panics if x has another width.
func (l *LayerNorm) Apply(x autodiff.Var) autodiff.Var {
	checkCols("LayerNorm", x, l.Width)
	centred := x.Sub(x.RowMean())
	return centred.Div(centred.Square().RowMean().AddConst(l.Eps).Sqrt())
}
