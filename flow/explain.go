package flow

import (
	"errors"
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// explain says where a loss or gradient that is not finite comes from.
func (f *fit) explain(grad []float64, gradNorm float64) string {
	return culprit(f.model, f.batches.Gradient.Params, grad, gradNorm) + ", " + f.firstBad()
}

// culprit names the first number of the gradient that is not finite, or tells its norm.
func culprit(m *Transformed, v *autodiff.Vector, grad []float64, gradNorm float64) string {
	for i, g := range grad {
		if math.IsNaN(g - g) {
			_, names := outline(m)
			p, at := v.Find(i)
			r, c := p.Dims()
			for k, q := range v.Params {
				if q == p {
					return fmt.Sprintf("gradient of %s (%d×%d) is %v at number %d", nameOf(q, k, names), r, c, g, at)
				}
			}
		}
	}
	return fmt.Sprintf("the gradient's norm is %v", gradNorm)
}

// firstBad names the first bijector, on the way of the last minibatch from
// data to base, whose result or log-determinant is not finite.
func (f *fit) firstBad() string {
	if f.target != nil {
		return "on the way from base to data"
	}
	t := autodiff.Borrow()
	defer t.Release()
	rows := f.batches.Batch
	if _, ok := f.added.(*lifting); ok {
		return "in the lift or the model"
	}
	if p, ok := f.batches.Cursor.(*paths); ok {
		rows = p.rows
	}
	y, c := rows.On(t, 0, rows.N)
	for i := len(f.model.Map) - 1; i >= 0; i-- {
		b := bijector.Given(f.model.Map[i], c)
		x, ildj := bijector.InverseILDJ(b, y)
		if !x.Finite() || !ildj.Finite() {
			return fmt.Sprintf("first in bijector %d, %T", i, f.model.Map[i])
		}
		y = x
	}
	lp := dist.LogDensityGiven(f.model.Base, y, c)
	for i, v := range lp.Data() {
		if math.IsNaN(v - v) {
			row, x := rows.Rows[i*rows.Dim:(i+1)*rows.Dim], y.Data()[i*y.Cols():]
			return fmt.Sprintf("first in the base, where a row that begins with %.6v arrives at %.6v, whose log-density is %v",
				row[:min(4, len(row))], x[:min(4, y.Cols())], v)
		}
	}
	return "behind the base"
}

// unjudged says which held-out row has no density, if no record of a whole training was
// better than infinitely bad.
func (f *fit) unjudged() error {
	if f.held == nil {
		return nil
	}
	for _, r := range f.training.Result.History {
		if !math.IsNaN(r.Validation) && !math.IsInf(r.Validation, 1) {
			return nil
		}
	}
	if f.added != nil {
		return errors.New("the loss of held-out rows was never finite")
	}
	m := f.model
	if f.held.Contexts != nil {
		m = m.Given(f.held.Contexts)
	}
	for i, lp := range m.LogProbs(nil, f.held.Rows) {
		if row := f.held.Rows.RawRowView(i); math.IsNaN(lp - lp) {
			return fmt.Errorf("the NLL of held-out rows was never finite: log p is %v for a row that begins with %v", lp, row[:min(4, len(row))])
		}
	}
	return errors.New("the NLL of held-out rows was never finite")
}
