package autodiff

import (
	"fmt"
	"math"
	"sync/atomic"
)

// An Op is a differentiable operation: the tape's own operations and those of
// other packages are made the same way, each a package-level variable.
//
// Forward computes the outputs, [Call.Out], from the inputs, [Call.In]. Backward
// adds to [Call.InGrad] the contribution of [Call.OutGrad]: for y = f(x),
// dx += (∂f/∂x)ᵀ·dy. Both must be functions of the inputs and the [Args] only,
// and must not keep the slices they see. An Op without Backward is a constant.
type Op struct {
	Name     string
	Forward  func(c *Call)
	Backward func(c *Call)
	num      atomic.Uint32
}

// ops and params count what has been numbered.
var ops, params atomic.Uint32

// number tells ops apart in hashes.
func (op *Op) number() uint32 {
	if n := op.num.Load(); n != 0 {
		return n
	}
	op.num.CompareAndSwap(0, ops.Add(1))
	return op.num.Load()
}

// Args are the attributes of one use of an Op: constants that, with the inputs,
// decide the result. Two uses with equal Args and inputs are one node.
type Args struct {
	A, B, C float64
	I, J    int
	// Ref points to further attributes, which must never change; pointers are
	// compared, not what they point to.
	Ref any
}

func (a *Args) equal(b *Args) bool {
	return math.Float64bits(a.A) == math.Float64bits(b.A) && math.Float64bits(a.B) == math.Float64bits(b.B) &&
		math.Float64bits(a.C) == math.Float64bits(b.C) &&
		a.I == b.I && a.J == b.J && a.Ref == b.Ref
}

// A Shape is a number of rows and columns.
type Shape struct{ Rows, Cols int }

// Shape returns the shape of v.
func (v Var) Shape() Shape { n := v.node("Shape"); return Shape{n.rows, n.cols} }

// Apply records the operation on the inputs, with one output of the given
// shape, or returns the node that has computed the same before. t may be nil
// when there are inputs.
//
// It panics if an input belongs to another tape or to a time before a Reset.
func (op *Op) Apply(t *Tape, args Args, out Shape, in ...Var) Var {
	id := op.record(t, args, out, Shape{}, 1, in)
	if t == nil {
		t = in[0].t
	}
	return t.at(id)
}

// Apply2 is like [Op.Apply] with two outputs: heavy maps compute their value
// and their log-slope in one operation, whichever of the two is asked for first.
func (op *Op) Apply2(t *Tape, args Args, out0, out1 Shape, in ...Var) (Var, Var) {
	id := op.record(t, args, out0, out1, 2, in)
	if t == nil {
		t = in[0].t
	}
	return t.at(id), t.at(id + 1)
}

func (op *Op) record(t *Tape, args Args, out0, out1 Shape, nout int32, in []Var) int32 {
	if t == nil {
		t = in[0].t
	}
	needs, fixed := false, len(in) > 0
	for _, v := range in {
		n := v.node(op.Name)
		if v.t != t {
			panic("autodiff: " + op.Name + ": got inputs on two tapes, want one")
		}
		needs = needs || n.needs
		fixed = fixed && (n.fixed || n.param != nil)
	}
	k := key{op: op, args: args, shape: out0}
	h := k.hash(in)
	if id, ok := t.find(h, &k, in); ok {
		return id
	}
	n := node{op: op, args: args, first: int32(len(t.edges)), nin: int32(len(in)), nout: nout,
		rows: out0.Rows, cols: out0.Cols, needs: needs && op.Backward != nil, fixed: fixed}
	for _, v := range in {
		t.edges = append(t.edges, v.id)
	}
	if fixed && op.Backward == nil && nout == 1 && t.shared != nil {
		if e, gen := t.shared.entry(op, &args, out0, t, in); e != nil {
			n.val = e.val
			id := t.add(n).id
			e.compute(gen, func() { t.forward(op, id) })
			t.number.put(h, id)
			return id
		}
	}
	before := t.vals.given
	n.val = t.vals.get(n.rows * n.cols)
	id := t.add(n).id
	if nout == 2 {
		n.out, n.rows, n.cols = 1, out1.Rows, out1.Cols
		n.val = t.vals.get(n.rows * n.cols)
		t.add(n)
	}
	t.forward(op, id)
	if fixed {
		t.fixed += t.vals.given - before
	}
	t.number.put(h, id)
	return id
}

// forward runs an operation's Forward.
func (t *Tape) forward(op *Op, id int32) {
	t.call = Call{t: t, id: id}
	op.Forward(&t.call)
	t.temps.reset()
}

// A Call is one evaluation of an Op, forward or backward. It is valid only
// until that function returns.
type Call struct {
	t  *Tape
	id int32
}

func (c *Call) node() *node { return &c.t.nodes[c.id] }

func (c *Call) input(i int) *node { return &c.t.nodes[c.t.edges[int(c.node().first)+i]] }

// Args returns the attributes given to Apply.
func (c *Call) Args() Args { return c.node().args }

// Len returns the number of inputs.
func (c *Call) Len() int { return int(c.node().nin) }

// In returns the values of input i, row by row, to be read only.
func (c *Call) In(i int) []float64 { return c.input(i).val }

// InShape returns the shape of input i.
func (c *Call) InShape(i int) Shape { n := c.input(i); return Shape{n.rows, n.cols} }

// Out returns the values of output k, row by row; Forward sets them. They
// come with unspecified values.
func (c *Call) Out(k int) []float64 { return c.t.nodes[int(c.id)+k].val }

// OutShape returns the shape of output k.
func (c *Call) OutShape(k int) Shape {
	n := &c.t.nodes[int(c.id)+k]
	return Shape{n.rows, n.cols}
}

// Needs reports whether Backward will be asked for a gradient of any input.
func (c *Call) Needs() bool { return c.node().needs }

// OutGrad returns the gradient that arrived at output k: nil if none did. Backward is
// the last to see it and may overwrite it.
func (c *Call) OutGrad(k int) []float64 { return c.t.nodes[int(c.id)+k].grad }

// InGrad returns the gradient of input i, to be added to: nil if it is not needed.
func (c *Call) InGrad(i int) []float64 {
	g, add := c.InGradAdd(i)
	if !add {
		clear(g)
	}
	return g
}

// InGradAdd returns the gradient of input i and whether to add to it; if not,
// its elements are unspecified and all must be set. It saves large gradients the
// zeros of [Call.InGrad].
func (c *Call) InGradAdd(i int) (g []float64, add bool) {
	n := c.input(i)
	if !n.needs {
		return nil, false
	}
	if n.grad != nil {
		return n.grad, true
	}
	if c.t.collects(n) {
		n.grad = c.t.sumOf(n.param)
		c.t.summed[n.param.index] = true
	} else {
		n.grad = c.t.grads.get(len(n.val))
	}
	return n.grad, false
}

// Save returns n elements of unspecified value that Forward sets for
// Backward, where [Call.Saved] returns them. It may be called once.
func (c *Call) Save(n int) []float64 {
	s := c.t.vals.get(n)
	c.node().saved = s
	return s
}

// Saved returns what Forward saved.
func (c *Call) Saved() []float64 { return c.node().saved }

// Temp returns n elements of unspecified value that live until the function
// returns.
func (c *Call) Temp(n int) []float64 { return c.t.temps.get(n) }

func shapeError(op string, a, b Shape) string {
	return fmt.Sprintf("autodiff: %s: got %d×%d and %d×%d, want shapes that fit", op, a.Rows, a.Cols, b.Rows, b.Cols)
}
