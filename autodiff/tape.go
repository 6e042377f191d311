package autodiff

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// A Tape records operations on matrices and differentiates one scalar that
// they lead to. The zero value is not ready: use [NewTape]. A tape is not safe
// for concurrent use.
type Tape struct {
	nodes  []node
	edges  []int32
	number numbering
	gen    uint32
	noGrad bool

	vals, temps arena
	grads       recycler
	fixed       int // elements of vals that depend on parameters alone

	params []*Param
	into   *Vector   // parameters whose gradients go to sum
	sum    []float64 // in the order of into
	summed []bool    // whether a gradient of the parameter has arrived in sum
	shared *Shared   // with other tapes; nil for none
	call   Call      // handed to ops; one at a time
}

// A node is one matrix on the tape: a leaf, or an output of an op.
type node struct {
	op         *Op
	args       Args
	first, nin int32 // its inputs are edges[first:first+nin]
	out, nout  int32 // which of the op's nout outputs; they follow each other
	rows, cols int
	val        []float64
	grad       []float64 // nil until a gradient arrives
	saved      []float64 // what Forward kept for Backward (first output only)
	param      *Param
	needs      bool // a gradient must be computed
	fixed      bool // it depends on parameters alone
}

// NewTape returns an empty tape.
func NewTape() *Tape { return &Tape{gen: 1} }

// NoGrad switches the tape to plain evaluation: parameters and variables
// become constants and operations keep nothing for a backward pass. It panics
// if anything has been recorded since the last Reset.
func (t *Tape) NoGrad(on bool) {
	if len(t.nodes) > 0 {
		panic("autodiff: NoGrad: got a tape in use, want one that is new or reset")
	}
	t.noGrad = on
}

// Limit bounds the memory of values and of temporaries to so many elements each:
// an operation that needs more panics with [ErrMemory]. This allows a model from a source
// that is not trusted to be tried. 0 means no limit.
func (t *Tape) Limit(elements int) { t.vals.limit, t.temps.limit = elements, elements }

// Reset forgets all that was recorded and keeps the memory. Every Var of the
// tape becomes invalid.
func (t *Tape) Reset() {
	clear(t.nodes) // drop references to parameters and to the callers' data
	t.nodes, t.edges, t.params = t.nodes[:0], t.edges[:0], t.params[:0]
	t.number.reset()
	t.vals.reset()
	t.grads.reset()
	t.temps.reset()
	t.fixed = 0
	t.gen++
}

// Len returns the number of nodes recorded since the last Reset.
func (t *Tape) Len() int { return len(t.nodes) }

// Size returns how many elements the results recorded since the last Reset take,
// including those that operations have saved for Backward: fixed is the part that depends on
// parameters alone, such as a matrix made of its factors, and is the same for any
// number of rows.
func (t *Tape) Size() (rows, fixed int) { return t.vals.given - t.fixed, t.fixed }

// Grow sets memory aside for results of n elements, as [Tape.Size] counts both parts:
// a tape grows by itself, but moves as it does.
// It panics if anything has been recorded since the last Reset.
func (t *Tape) Grow(n int) {
	if len(t.nodes) > 0 {
		panic("autodiff: Grow: got a tape in use, want one that is new or reset")
	}
	t.vals.grow(n)
}

// Accumulate makes Backward add the gradients of v's parameters to sum, laid
// out as v.Data, instead of leaving them on the tape, so that the gradients of
// several batches add up. The first gradient of each replaces the contents of sum. Other
// parameters that are used from then on are constants. Reset
// keeps the setting; a nil v ends it and sets to 0 the elements that no gradient has reached.
//
// It panics if sum is not as long as v.Data.
func (t *Tape) Accumulate(v *Vector, sum []float64) {
	if v != nil && len(sum) != len(v.Data) {
		panic(fmt.Sprintf("autodiff: Accumulate: got %d numbers, want %d", len(sum), len(v.Data)))
	}
	if v == nil && t.into != nil {
		for i, p := range t.into.Params {
			if !t.summed[i] {
				clear(t.sumOf(p))
			}
		}
	}
	t.into, t.sum = v, sum
	t.summed = t.summed[:0]
	if v != nil {
		t.summed = append(t.summed, make([]bool, len(v.Params))...)
	}
}

// sumOf returns the part of sum for a parameter.
func (t *Tape) sumOf(p *Param) []float64 { return t.sum[p.at : p.at+len(p.data)] }

// collects reports whether the gradient of a node goes to sum.
func (t *Tape) collects(n *node) bool {
	return n.param != nil && t.into != nil && n.param.home == t.into
}

// Matrix records a copy of m as a constant.
func (t *Tape) Matrix(m mat.Matrix) Var { return t.leaf(m, false) }

// Variable records a copy of m as a leaf with a gradient, [Var.Grad].
func (t *Tape) Variable(m mat.Matrix) Var { return t.leaf(m, true) }

func (t *Tape) leaf(m mat.Matrix, needs bool) Var {
	r, c := m.Dims()
	val := t.vals.get(r * c)
	if rm, ok := m.(mat.RawMatrixer); ok {
		raw := rm.RawMatrix()
		for i := range r {
			copy(val[i*c:(i+1)*c], raw.Data[i*raw.Stride:])
		}
	} else {
		for i := range r {
			for j := range c {
				val[i*c+j] = m.At(i, j)
			}
		}
	}
	return t.add(node{rows: r, cols: c, val: val, needs: needs && !t.noGrad})
}

// View records data as a constant of the given shape without copying it: it
// must not change until the tape is reset.
//
// It panics if data is not rows·cols long.
func (t *Tape) View(rows, cols int, data []float64) Var {
	if rows < 0 || cols < 0 || len(data) != rows*cols {
		panic(fmt.Sprintf("autodiff: View: got %d numbers, want %d×%d", len(data), rows, cols))
	}
	return t.add(node{rows: rows, cols: cols, val: data})
}

// Scalar records the 1×1 constant c.
func (t *Tape) Scalar(c float64) Var {
	return scalarOp.Apply(t, Args{A: c}, Shape{1, 1})
}

// Zeros records a rows×cols constant of zeros.
func (t *Tape) Zeros(rows, cols int) Var {
	return scalarOp.Apply(t, Args{}, Shape{rows, cols})
}

var scalarOp = &Op{Name: "Scalar", Forward: func(c *Call) {
	y := c.Out(0)
	for i := range y {
		y[i] = c.Args().A
	}
}}

// Use records the parameter p, without copying it. The same parameter is one node per tape.
func (t *Tape) Use(p *Param) Var {
	if p == nil {
		panic("autodiff: Use: got a nil Param")
	}
	key := key{param: p}
	h := key.hash(nil)
	if id, ok := t.find(h, &key, nil); ok {
		return t.at(id)
	}
	needs := !p.frozen && !t.noGrad && (t.into == nil || p.home == t.into)
	n := node{rows: p.rows, cols: p.cols, val: p.data, param: p, needs: needs}
	t.params = append(t.params, p)
	v := t.add(n)
	t.number.put(h, v.id)
	return v
}

// Params returns the parameters used since the last Reset, in order of first
// use, the frozen ones included.
func (t *Tape) Params() []*Param { return append([]*Param(nil), t.params...) }

func (t *Tape) add(n node) Var {
	if n.nout == 0 {
		n.nout = 1
	}
	t.nodes = append(t.nodes, n)
	return t.at(int32(len(t.nodes) - 1))
}

func (t *Tape) at(id int32) Var { return Var{t: t, id: id, gen: t.gen} }

// Backward computes the gradient of loss with respect to every parameter and
// variable that it depends on. An earlier Backward's gradients are forgotten,
// but for those that [Tape.Accumulate] collects.
//
// It panics unless loss is 1×1. The cost is about twice that of recording.
func (t *Tape) Backward(loss Var) {
	root := loss.node("Backward")
	if root.rows != 1 || root.cols != 1 {
		panic(fmt.Sprintf("autodiff: Backward: got %d×%d, want 1×1", root.rows, root.cols))
	}
	if !root.needs {
		return
	}
	t.grads.reset()
	for i := range t.nodes {
		n := &t.nodes[i]
		n.grad = nil
		if t.collects(n) && n.needs && t.summed[n.param.index] {
			n.grad = t.sumOf(n.param)
		}
	}
	root.grad = t.grads.get(1)
	root.grad[0] = 1
	for id := loss.id; id >= 0; id-- {
		n := &t.nodes[id]
		if n.op == nil || n.out != 0 || !n.needs || !t.reached(id, n.nout) {
			continue
		}
		t.call = Call{t: t, id: id}
		n.op.Backward(&t.call)
		t.temps.reset()
		t.recycle(id, n.nout)
	}
}

// recycle gives back the gradients of the outputs from id on, which are not needed
// any more: their memory serves the nodes before, while still in the cache.
func (t *Tape) recycle(id, nout int32) {
	for i := id; i < id+nout; i++ {
		if n := &t.nodes[i]; n.grad != nil {
			t.grads.put(n.grad)
			n.grad = nil
		}
	}
}

// reached reports whether a gradient has arrived at one of the outputs from id on.
func (t *Tape) reached(id, nout int32) bool {
	for i := id; i < id+nout; i++ {
		if t.nodes[i].grad != nil {
			return true
		}
	}
	return false
}

// Grad returns the gradient of the last Backward's loss with respect to p,
// row by row: nil if the loss does not depend on p. It is valid until the
// next Backward or Reset.
func (t *Tape) Grad(p *Param) []float64 {
	key := key{param: p}
	if id, ok := t.find(key.hash(nil), &key, nil); ok {
		return t.nodes[id].grad
	}
	return nil
}
