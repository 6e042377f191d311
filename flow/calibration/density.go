package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// chunk is how many rows are scored at a time: bounded memory.
const chunk = 512

// logProbs returns log p of the rows of x.
func logProbs(d dist.Distribution, x *mat.Dense) []float64 {
	n, cols := x.Dims()
	if cols != d.Dim() {
		panic(fmt.Sprintf("calibration: got rows of %d columns for a distribution of %d", cols, d.Dim()))
	}
	if s, ok := d.(interface {
		LogProbs(dst []float64, x mat.Matrix) []float64
	}); ok {
		return s.LogProbs(nil, x)
	}
	t := autodiff.Borrow()
	defer t.Release()
	lp := make([]float64, 0, n)
	for i := 0; i < n; i += chunk {
		part := x.Slice(i, min(i+chunk, n), 0, cols)
		lp = append(lp, d.LogDensity(t.Matrix(part)).Data()...)
		t.Reset()
	}
	return lp
}

// draw returns n rows of d.
func draw(d dist.Distribution, n int, src rand.Source) *mat.Dense {
	x := mat.NewDense(n, d.Dim(), nil)
	d.Draw(x, src)
	return x
}

func checkDraws(what string, n, least int) {
	if n < least {
		panic(fmt.Sprintf("calibration: %s: got %d draws, want at least %d", what, n, least))
	}
}

func checkColumn(what string, j, d int) {
	if j < 0 || j >= d {
		panic(fmt.Sprintf("calibration: %s: got column %d, want 0 to %d", what, j, d-1))
	}
}

// checkSamples panics unless the matrices have the same number of columns.
func checkSamples(what string, x, y mat.Matrix) {
	if _, a := x.Dims(); a > 0 {
		if _, b := y.Dims(); a == b {
			return
		}
	}
	_, a := x.Dims()
	_, b := y.Dims()
	panic(fmt.Sprintf("calibration: %s: got samples of %d and %d columns, want as many", what, a, b))
}

func generator(src rand.Source) *rand.Rand { return rand.New(rng.Or(src)) }

// standardized returns copies of x and y after subtracting the means of x and
// dividing by its deviations, where these are positive.
func standardized(x, y mat.Matrix) (a, b *mat.Dense) {
	a, b = mat.DenseCopyOf(x), mat.DenseCopyOf(y)
	n, d := a.Dims()
	for j := range d {
		var mean, variance float64
		for i := range n {
			mean += a.At(i, j) / float64(n)
		}
		for i := range n {
			variance += (a.At(i, j) - mean) * (a.At(i, j) - mean) / float64(n)
		}
		s := math.Sqrt(variance)
		if !(s > 0) {
			s = 1
		}
		for _, m := range []*mat.Dense{a, b} {
			for i := range m.RawMatrix().Rows {
				m.Set(i, j, (m.At(i, j)-mean)/s)
			}
		}
	}
	return a, b
}

// as returns d as a T, if it is one and so are all its parts: a mixture has
// every method, whatever its parts know.
func as[T any](d dist.Distribution) (t T, ok bool) {
	var parts []dist.Distribution
	switch d := d.(type) {
	case *dist.Mixture:
		parts = d.Parts
	case *dist.Joint:
		parts = d.Parts
	}
	for _, p := range parts {
		if _, ok := as[T](p); !ok {
			return t, false
		}
	}
	t, ok = d.(T)
	return t, ok
}
