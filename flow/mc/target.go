package mc

import (
	"errors"
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// A Target is a density that is known up to a constant factor. A flow is one, and [Func] and
// [flow.DensityFunc] make one of a function of a single row.
type Target interface {
	// LogProbs sets dst[i] to log p̃ of row i of x and returns dst; nil dst is allocated. −Inf and NaN mean
	// that the row is outside the support.
	LogProbs(dst []float64, x mat.Matrix) []float64
}

// A Func is a target given by log p̃ of one row, which it must not keep. It is called from all cores at once.
type Func func(x []float64) float64

// LogProbs calls f for each row of x.
func (f Func) LogProbs(dst []float64, x mat.Matrix) []float64 {
	n, d := x.Dims()
	dst = room(dst, n)
	rows := dense(x)
	parallel.Each(n, func() func(i int) {
		row := make([]float64, d) // a copy: f may change it
		return func(i int) {
			copy(row, rows.RawRowView(i))
			dst[i] = f(row)
		}
	})
	return dst
}

// Through returns the density of u where y = b(u) has the density of the target:
//
//	log p̃(b(u)) + log|det ∂b/∂u|
//
// so that what walks or is drawn among all numbers stays in the range of b, such as the support of a prior, see
// [flow.SupportMap]; b.Forward brings it back.
func Through(t Target, b bijector.Bijector) Target {
	need.One("mc: Through", "target", t)
	need.One("mc: Through", "bijector", b)
	return &through{t, b}
}

type through struct {
	target Target
	b      bijector.Bijector
}

func (t *through) LogProbs(dst []float64, x mat.Matrix) []float64 {
	dst = room(dst, dense(x).RawMatrix().Rows)
	y, fldj := forward(t.b, dense(x))
	t.target.LogProbs(dst, y)
	for i, l := range fldj {
		dst[i] += l
	}
	return dst
}

// mapRows is how many rows are mapped on a tape at a time.
const mapRows = 256

// forward returns b of the rows of x with log-determinants.
func forward(b bijector.Bijector, x *mat.Dense) (y *mat.Dense, fldj []float64) {
	n, d := x.Dims()
	fldj = make([]float64, n)
	t := autodiff.Borrow()
	defer t.Release()
	for i := 0; i < n; i += mapRows {
		j := min(i+mapRows, n)
		t.Reset()
		t.NoGrad(true)
		v, l := bijector.ForwardFLDJ(b, t.Matrix(x.Slice(i, j, 0, d)))
		if y == nil {
			y = mat.NewDense(n, v.Cols(), nil)
		}
		copy(y.RawMatrix().Data[i*v.Cols():], v.Data())
		for k := range j - i {
			fldj[i+k] = l.Data()[min(k, len(l.Data())-1)]
		}
	}
	return y, fldj
}

// logProbs returns log p̃ of the rows of x, and how many of them were NaN, which become −Inf, and the first of these. +Inf is
// an error.
func logProbs(t Target, x *mat.Dense) (lp []float64, nan, firstNaN int, err error) {
	lp = t.LogProbs(nil, x)
	for i, v := range lp {
		switch {
		case math.IsInf(v, 1):
			return nil, 0, 0, fmt.Errorf("the target's log-density is +Inf at %.6g", x.RawRowView(i))
		case math.IsNaN(v):
			if nan++; nan == 1 {
				firstNaN = i
			}
			lp[i] = math.Inf(-1)
		}
	}
	return lp, nan, firstNaN, nil
}

var errConstant = errors.New("the target's log-density is the same number at all places tried, however far apart: it does not depend on its argument")

// constant returns an error if log p̃ is the same number at all rows and far outside of them: that has no finite mass.
func constant(t Target, x *mat.Dense) error {
	n, d := x.Dims()
	k := min(n, 32)
	far := mat.NewDense(2*k, d, nil)
	for i := range k {
		for j := range d {
			v := x.At(i*n/k, j)
			far.Set(2*i, j, v)
			far.Set(2*i+1, j, 1e3*v+float64(i))
		}
	}
	lp := t.LogProbs(nil, far)
	for _, v := range lp {
		if v != lp[0] || math.IsInf(v, 0) || math.IsNaN(v) {
			return nil
		}
	}
	return errConstant
}

func room(dst []float64, n int) []float64 {
	if dst == nil {
		return make([]float64, n)
	}
	if len(dst) != n {
		panic(fmt.Sprintf("mc: LogProbs: got room for %d numbers, want %d", len(dst), n))
	}
	return dst
}

func dense(x mat.Matrix) *mat.Dense {
	if x, ok := x.(*mat.Dense); ok {
		return x
	}
	return mat.DenseCopyOf(x)
}
