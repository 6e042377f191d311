package flow

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/train"
)

// An Objective is the mean negative log-likelihood of rows in memory as a function of all
// learned parameters of a model in one vector, for any method of gonum's optimize:
//
//	o, err := flow.NewObjective(model, flow.Rows(x))
//	…
//	defer o.Close()
//	r, err := optimize.Minimize(optimize.Problem{Func: o.Func, Grad: o.Grad}, o.X(), nil, &optimize.LBFGS{})
//	o.Set(r.X)
//
// It is a fixed function: the same vector gives the same bits, as line searches want. It is not
// safe for concurrent use; it works on all cores itself. Value and gradient cost about three
// evaluations of the likelihood of all rows together.
type Objective struct {
	gradient *train.Gradient
	rows     *train.Batch
	at       []float64 // where the sum was computed last
	sum      train.Sum
}

// NewObjective returns the objective of a model and data, which are checked as by [Fit]. Data-dependent
// parameters are initialised from the data. Only rows in memory will do, as they are: noise for
// whole numbers is added by [Dequantize].
func NewObjective(m *Transformed, data Data) (*Objective, error) {
	need.One("flow: NewObjective", "model", m)
	o, err := newObjective(m, data)
	if err != nil {
		return nil, fmt.Errorf("flow: NewObjective: %w", err)
	}
	return o, nil
}

func newObjective(m *Transformed, data Data) (*Objective, error) {
	if err := data.check(m, m.dim); err != nil {
		return nil, err
	}
	rows, ok := data.source.(*train.Memory)
	if !ok || data.noise != nil || rows.Len() == 0 {
		return nil, errors.New("got data without rows in memory, or with noise, want fixed rows")
	}
	first, err := data.first(m.firstRows(0, rows.Len()), 0)
	if err != nil {
		return nil, err
	}
	m.startFrom(first)
	g, err := train.NewGradient(likelihood(m), nil, first, first.N)
	if err != nil {
		return nil, err
	}
	return &Objective{gradient: g, rows: rows.All()}, nil
}

// Close ends the objective's goroutines. The model stays as it is.
func (o *Objective) Close() { o.gradient.Close() }

// X returns a copy of the model's current parameters.
func (o *Objective) X() []float64 { return append([]float64(nil), o.gradient.Params.Data...) }

// Set sets the model's parameters. It panics if x has another length than X.
func (o *Objective) Set(x []float64) {
	if len(x) != len(o.gradient.Params.Data) {
		panic(fmt.Sprintf("flow: Objective: got %d numbers, want %d", len(x), len(o.gradient.Params.Data)))
	}
	copy(o.gradient.Params.Data, x)
}

// Func returns the objective at x: +Inf where it is NaN. It leaves the model at x.
func (o *Objective) Func(x []float64) float64 {
	o.eval(x)
	if math.IsNaN(o.sum.Loss()) {
		return math.Inf(1)
	}
	return o.sum.Loss()
}

// Grad sets grad to the gradient at x. It leaves the model at x.
func (o *Objective) Grad(grad, x []float64) {
	o.eval(x)
	copy(grad, o.sum.Grad())
}

func (o *Objective) eval(x []float64) {
	o.Set(x)
	if slices.Equal(o.at, x) {
		return
	}
	o.sum = o.gradient.Of(o.rows)
	o.at = append(o.at[:0], x...)
}
