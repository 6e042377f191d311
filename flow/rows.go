package flow

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// viewRows puts rows i to j−1 of m on a tape without copying.
func viewRows(t *autodiff.Tape, m *mat.Dense, i, j int) autodiff.Var {
	raw := m.RawMatrix()
	if raw.Stride == raw.Cols {
		return t.View(j-i, raw.Cols, raw.Data[i*raw.Cols:j*raw.Cols])
	}
	return t.Matrix(m.Slice(i, j, 0, raw.Cols))
}

// dense returns m itself if it is a *mat.Dense, else a copy.
func dense(m mat.Matrix) *mat.Dense {
	if d, ok := m.(*mat.Dense); ok {
		return d
	}
	return mat.DenseCopyOf(m)
}

// setRows copies the values of v to rows i, i+1, … of m.
func setRows(m *mat.Dense, i int, v autodiff.Var) {
	data, d := v.Data(), v.Cols()
	if raw := m.RawMatrix(); raw.Stride == d {
		copy(raw.Data[i*d:], data)
		return
	}
	for k := range v.Rows() {
		copy(m.RawRowView(i+k), data[k*d:(k+1)*d])
	}
}

// none reports whether there is no matrix.
func none(m mat.Matrix) bool {
	d, ok := m.(*mat.Dense)
	return m == nil || ok && d == nil
}

// shape returns the numbers of rows and columns of m, of which there must be want unless there are no rows.
func shape(what string, m mat.Matrix, want int) (n int) {
	if none(m) {
		panic(fmt.Sprintf("flow: %s: got no matrix, want one of %d columns", what, want))
	}
	n, d := m.Dims()
	if n > 0 {
		checkWidth(what, d, want)
	}
	return n
}

func checkWidth(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("flow: %s: got %d columns, want %d", what, got, want))
	}
}

func sized(what string, dst []float64, n int) []float64 {
	if dst == nil {
		return make([]float64, n)
	}
	if len(dst) != n {
		panic(fmt.Sprintf("flow: %s: got a destination of %d numbers, want %d", what, len(dst), n))
	}
	return dst
}

func roomDense(what string, dst *mat.Dense, n, d int) *mat.Dense {
	switch {
	case dst == nil && n == 0:
		return new(mat.Dense)
	case dst == nil:
		return mat.NewDense(n, d, nil)
	}
	if r, c := dst.Dims(); r != n || c != d && n > 0 {
		panic(fmt.Sprintf("flow: %s: got a destination of %d×%d, want %d×%d", what, r, c, n, d))
	}
	return dst
}
