package autodiff

import (
	"fmt"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"
)

// A Param is a matrix of values that a model learns. Tapes only read it, so
// that models are shared between goroutines; an optimizer writes it between
// evaluations.
type Param struct {
	rows, cols int
	data       []float64
	frozen     bool
	within     *interval // bounds of a Value whose unconstrained parameters data holds; nil for other parameters
	num        uint32    // tells parameters apart in hashes
	home       *Vector   // the vector that data is a part of, from element at
	at         int
	index      int // in home.Params
	changes    atomic.Uint64
}

// NewParam returns a rows×cols parameter with the given elements, row by row;
// nil data means zeros. It keeps data.
//
// It panics if rows or cols is not positive or data has another length.
func NewParam(rows, cols int, data []float64) *Param {
	if rows <= 0 || cols <= 0 {
		panic(fmt.Sprintf("autodiff: NewParam: got %d×%d, want at least 1×1", rows, cols))
	}
	if data == nil {
		data = make([]float64, rows*cols)
	}
	if len(data) != rows*cols {
		panic(fmt.Sprintf("autodiff: NewParam: got %d numbers, want %d×%d", len(data), rows, cols))
	}
	return &Param{rows: rows, cols: cols, data: data, num: params.Add(1)}
}

// Dims returns the number of rows and of columns.
func (p *Param) Dims() (rows, cols int) { return p.rows, p.cols }

// Len returns the number of elements.
func (p *Param) Len() int { return len(p.data) }

// Data returns the parameter's own elements, row by row. Writing to them changes the
// parameter; do so only while no tape that used it is in use, and call Changed after it.
func (p *Param) Data() []float64 { return p.data }

// Set copies the elements of x. It panics if the length differs.
func (p *Param) Set(x []float64) {
	if len(x) != len(p.data) {
		panic(fmt.Sprintf("autodiff: Param.Set: got %d numbers, want %d", len(x), len(p.data)))
	}
	copy(p.data, x)
	p.Changed()
}

// Changed says that elements were written through Data, so that what is kept of them, as by a
// prepared model, is computed anew. Set calls it. It is safe for concurrent use.
func (p *Param) Changed() { p.changes.Add(1) }

// Changes counts the calls of Changed. It is safe for concurrent use.
func (p *Param) Changes() uint64 { return p.changes.Load() }

// Matrix returns the parameter as a matrix that shares its elements.
func (p *Param) Matrix() *mat.Dense { return mat.NewDense(p.rows, p.cols, p.data) }

// Freeze makes the parameter a constant, or with false a learned one again:
// tapes compute no gradient for a frozen parameter and training leaves it alone.
func (p *Param) Freeze(frozen bool) { p.frozen = frozen }

// Frozen reports whether the parameter is frozen.
func (p *Param) Frozen() bool { return p.frozen }

// A Vector holds the elements of several parameters one after the other, so
// that optimizers, clipping, averaging and checkpoints see one []float64.
type Vector struct {
	Params []*Param
	Data   []float64
}

// NewVector moves the elements of the parameters into one vector, in the given
// order; from then on each parameter's Data is a part of it. A parameter lives
// in the vector made last. It panics if a parameter is nil.
func NewVector(params []*Param) *Vector {
	n := 0
	for i, p := range params {
		if p == nil {
			panic(fmt.Sprintf("autodiff: NewVector: got nil as parameter %d, want a parameter", i))
		}
		n += len(p.data)
	}
	v := &Vector{Params: params, Data: make([]float64, n)}
	at := 0
	for i, p := range params {
		k := copy(v.Data[at:], p.data)
		p.data, p.home, p.at, p.index = v.Data[at:at+k:at+k], v, at, i
		at += k
	}
	return v
}

// Find returns the parameter that holds element i of the vector, and the
// element's index in that parameter.
func (v *Vector) Find(i int) (p *Param, at int) {
	for _, p := range v.Params {
		if i < len(p.data) {
			return p, i
		}
		i -= len(p.data)
	}
	panic(fmt.Sprintf("autodiff: Vector.Find: got number %d, want less than %d", i, len(v.Data)))
}
