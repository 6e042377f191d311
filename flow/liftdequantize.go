package flow

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Dequantizer is variational dequantisation: whole numbers y become x = y + u where u between 0 and 1 is drawn from a flow
// given y, which learns where the density within a cell is. q(u | y) that is uniform is the noise of [Data.Dequantized].
//
//	y = ⌊x⌋,  w = 1/q(u | y)
//
// Jonathan Ho, Xi Chen, Aravind Srinivas, Yan Duan, Pieter Abbeel, Flow++: Improving Flow-Based Generative Models with Variational
// Dequantization and Architecture Design, 2019, arXiv:1902.00275.
type Dequantizer struct {
	Q *Transformed // of u before its sigmoid, given y: from a standard normal
}

// NewDequantizer returns the dequantiser by a flow of d columns given d, such as NSF of Arch{Dim: d, Cond: d}. It panics if q has another context, or its base is
// not [dist.StdNormal].
func NewDequantizer(q *Transformed) *Dequantizer {
	b := &Dequantizer{Q: q}
	if err := b.Restore(); err != nil {
		panic("flow: NewDequantizer: " + err.Error())
	}
	return b
}

// Restore checks the flow.
func (b *Dequantizer) Restore() error {
	if err := checkConditioned(b.Q); err != nil {
		return err
	}
	if b.Q.Dim() != b.Q.CondDim() {
		return fmt.Errorf("got a flow of %d columns with a context of %d, want as many", b.Q.Dim(), b.Q.CondDim())
	}
	return nil
}

// checkConditioned returns an error unless q is a conditional flow from a standard normal.
func checkConditioned(q *Transformed) error {
	if q == nil || q.CondDim() == 0 {
		return errors.New("got no conditional flow, want one")
	}
	if _, ok := q.Base.(*dist.StdNormal); !ok {
		return fmt.Errorf("got a flow from %T, want one from dist.StdNormal", q.Base)
	}
	return nil
}

// Dims returns the columns of x, y and noise, all the same.
func (b *Dequantizer) Dims() (x, y, noise int) { d := b.Q.Dim(); return d, d, d }

// Holds reports whether y are whole numbers.
func (b *Dequantizer) Holds(y []float64) bool {
	for _, v := range y {
		if v != math.Floor(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// Raise returns y + u and −log q(u | y). It costs a pass of Q.
func (b *Dequantizer) Raise(y, noise autodiff.Var) (x, logW autodiff.Var) {
	z, logQ := drawnBy(b.Q, noise, y)
	u := z.Sigmoid()
	slope := z.LogSigmoid().Add(z.Neg().LogSigmoid()).RowSum()
	const last = 1 - 0x1p-30 // a draw of the next whole number would be no draw of this
	return y.Add(u.Clamp(0, last)), slope.Sub(logQ)
}

func (b *Dequantizer) conditioned(y autodiff.Var) (*Transformed, autodiff.Var) { return b.Q, y }

// Lower sets y to ⌊x⌋.
func (b *Dequantizer) Lower(y, x *mat.Dense, _ rand.Source) {
	y.Apply(func(_, _ int, v float64) float64 { return math.Floor(v) }, x)
}

// forwardGiven returns what the map of q makes of rows given c, and log|det|.
func forwardGiven(q *Transformed, x, c autodiff.Var) (y, fldj autodiff.Var) {
	return bijector.ForwardFLDJ(q.given(c), x)
}
