package flow

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// A DensityFunc is log p of one row x, known up to a constant, as plain Go: it returns the value and, if grad is not nil, sets
// grad to the gradient, as long as x. A posterior may be written so and fitted by
//
//	flow.FitDensity(ctx, model, f.LogDensity, nil)
//
// It must not change x or keep either, and is called from several goroutines at once. −Inf and NaN mean that x is outside
// the support.
type DensityFunc func(x, grad []float64) float64

// LogDensity returns f of each row of y, n×d → n×1, on the tape of y, with its gradient.
func (f DensityFunc) LogDensity(y autodiff.Var) autodiff.Var {
	return densityOp.Apply(nil, autodiff.Args{Ref: &f}, autodiff.Shape{Rows: y.Rows(), Cols: 1}, y)
}

// densityOp has an input y (n×d) and a DensityFunc as its attribute.
var densityOp = &autodiff.Op{
	Name: "flow.Density",
	Forward: func(c *autodiff.Call) {
		f, y, d := *c.Args().Ref.(*DensityFunc), c.In(0), c.InShape(0).Cols
		var gradients []float64
		if c.Needs() {
			gradients = c.Save(len(y))
			clear(gradients)
		}
		for i := range c.Out(0) {
			var grad []float64
			if gradients != nil {
				grad = gradients[i*d : (i+1)*d : (i+1)*d]
			}
			c.Out(0)[i] = f(y[i*d:(i+1)*d:(i+1)*d], grad)
		}
	},
	Backward: func(c *autodiff.Call) {
		dy, gradients, d := c.InGrad(0), c.Saved(), c.InShape(0).Cols
		for i, g := range c.OutGrad(0) {
			for j := i * d; j < (i+1)*d; j++ {
				dy[j] += g * gradients[j]
			}
		}
	},
}

// LogProb returns f(x).
func (f DensityFunc) LogProb(x []float64) float64 { return f(x, nil) }

// LogProbs sets dst[i] to f of row i of x and returns dst; nil dst is allocated. It uses all cores.
func (f DensityFunc) LogProbs(dst []float64, x mat.Matrix) []float64 {
	n, _ := x.Dims()
	dst = sized("LogProbs", dst, n)
	rows := dense(x)
	parallel.Each(n, func() func(i int) { return func(i int) { dst[i] = f(rows.RawRowView(i), nil) } })
	return dst
}

// Check compares the gradient with differences at x, of all columns, and returns an error that names the first column
// where it is wrong. It costs 4·d + 1 evaluations; a few typical rows tell most mistakes in a gradient, which training
// itself would not.
func (f DensityFunc) Check(x []float64) error {
	grad := make([]float64, len(x))
	value := f(x, grad)
	if plain := f(x, nil); plain != value {
		return fmt.Errorf("flow: DensityFunc: got %v with a gradient and %v without at %.6g, want the same", value, plain, x)
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return fmt.Errorf("flow: DensityFunc: got log-density %v at %.6g, want a place inside the support", value, x)
	}
	at := append([]float64(nil), x...)
	for j, v := range x {
		slope := func(h float64) float64 {
			at[j] = v + h
			hi := f(at, nil)
			at[j] = v - h
			lo := f(at, nil)
			at[j] = v
			return (hi - lo) / (2 * h)
		}
		h := 1e-4 * max(math.Abs(v), 1e-2)
		wide, narrow := slope(h), slope(h/2)
		want := narrow + (narrow-wide)/3
		room := 10*math.Abs(narrow-wide) + 1e-5*(math.Abs(want)+math.Abs(grad[j])) + 1e-14*math.Abs(value)/h
		if !(math.Abs(grad[j]-want) <= room) {
			return fmt.Errorf("flow: DensityFunc: got derivative %.6g in column %d at %.6g, want %.6g by differences", grad[j], j, x, want)
		}
	}
	return nil
}
