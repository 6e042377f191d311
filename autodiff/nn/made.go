package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// A MADE is a masked network: of Dim columns it makes Outputs numbers for each,
// which depend only on the columns before it in an order.
//
// Every unit has a degree, the number of columns that it sees, the first ones in the
// order; it is connected to units of the layer before that have no greater
// degree, and the numbers of the column at position k (from 0) to units of degree k
// or less. Units are sorted by degree, so that a weight matrix counts above a
// stairway only: what stands below is ignored, has no gradient, and is 0 in new
// networks. Nearly half of the products are left out, and the numbers of a
// column are complete as soon as the columns before it are known, which
// [MADE.Fill] and [Solver] use.
//
// With a context, every layer adds a linear map of it, see [MADE.ApplyGiven].
//
// M. Germain, K. Gregor, I. Murray and H. Larochelle, MADE: Masked Autoencoder for
// Distribution Estimation, arXiv 1502.03509.
type MADE struct {
	Spec MADESpec
	// Layers are hidden ones and the last; with residual blocks the first, two
	// for each block, and the last.
	Layers []Layer
	// Context has a Cond×out matrix for each layer; none if there is no context.
	Context []*autodiff.Param

	prog    *program
	ungroup []int // columns of Apply among those in the order; nil if the same
}

// A MADESpec says how a [MADE] is connected.
type MADESpec struct {
	Dim     int        // columns
	Hidden  []int      // widths of hidden layers; of residual blocks, all the same
	Outputs int        // numbers for each column
	Cond    int        // width of the context, 0 for none
	Act     Activation // between layers
	// Residual makes blocks h + B(act(A(act(h)))) of two layers.
	Residual bool
	// Order lists the columns in their order; nil is the natural one.
	Order []int
	// Degrees are those of the units, for each hidden layer, or one list that is
	// shared by all residual blocks. NewMADE sorts them; nil means
	// SequentialDegrees, from 0 if there is a context.
	Degrees [][]int
}

// NewMADE returns a masked network, drawn by [Uniform] and masked; nil src is the
// process-wide source.
//
// It panics if Dim, a width or Outputs is not positive, Cond is negative, Order
// is no permutation, degrees are not between 0 and Dim−1, or Act is not the
// name of an activation.
func NewMADE(spec MADESpec, src rand.Source) *MADE {
	spec.Hidden, spec.Order = slices.Clone(spec.Hidden), slices.Clone(spec.Order)
	must(spec.check())
	if spec.Degrees == nil {
		widths := spec.Hidden
		if spec.Residual {
			widths = widths[:1]
		}
		spec.Degrees = SequentialDegrees(spec.Dim, widths, spec.Cond > 0)
	}
	spec.Degrees = slices.Clone(spec.Degrees)
	for l, d := range spec.Degrees {
		spec.Degrees[l] = slices.Sorted(slices.Values(d))
	}
	m := &MADE{Spec: spec}
	must(m.build())
	for _, g := range m.prog.linear {
		l := NewLayer(g.stairs.in, g.stairs.out, g.act, src)
		g.stairs.mask(l.W.Data())
		m.Layers = append(m.Layers, l)
		if spec.Cond > 0 {
			m.Context = append(m.Context, NewLayer(spec.Cond, g.stairs.out, Linear, src).W)
		}
	}
	must(m.Restore())
	return m
}

// check returns an error unless the numbers of the specification make sense; it leaves
// the degrees to the network.
func (s *MADESpec) check() error {
	if s.Dim < 1 || s.Outputs < 1 || s.Cond < 0 {
		return fmt.Errorf("nn: MADE: got %d columns, %d outputs and a context of %d, want at least 1, 1 and 0", s.Dim, s.Outputs, s.Cond)
	}
	for _, h := range s.Hidden {
		if h < 1 {
			return fmt.Errorf("nn: MADE: got hidden widths %v, want at least 1", s.Hidden)
		}
		if s.Residual && h != s.Hidden[0] {
			return fmt.Errorf("nn: MADE: got residual blocks of widths %v, want equal ones", s.Hidden)
		}
	}
	if s.Residual && len(s.Hidden) == 0 {
		return fmt.Errorf("nn: MADE: got no residual blocks, want at least one")
	}
	if err := s.Act.check(); err != nil {
		return err
	}
	return checkOrder(s.Order, s.Dim)
}

// Restore makes what follows from the exported fields. It returns an error
// unless they fit each other.
func (m *MADE) Restore() error {
	if err := m.build(); err != nil {
		return err
	}
	want := len(m.prog.linear)
	if len(m.Layers) != want || len(m.Context) != want && m.Spec.Cond > 0 || m.Spec.Cond == 0 && len(m.Context) > 0 {
		return fmt.Errorf("nn: MADE: got %d layers and %d of context, want %d", len(m.Layers), len(m.Context), want)
	}
	for i, g := range m.prog.linear {
		if err := m.checkLayer(i, g); err != nil {
			return fmt.Errorf("%w (layer %d)", err, i)
		}
	}
	return nil
}

func (m *MADE) checkLayer(i int, g linear) error {
	l := m.Layers[i]
	if err := l.follows(g.stairs.in); err != nil {
		return err
	}
	if l.Out() != g.stairs.out || l.Act != g.act {
		return fmt.Errorf("nn: MADE: got %d units with %q, want %d with %q", l.Out(), l.Act, g.stairs.out, g.act)
	}
	if m.Spec.Cond == 0 {
		return nil
	}
	if m.Context[i] == nil {
		return fmt.Errorf("nn: MADE: got no weights of the context")
	}
	if r, c := m.Context[i].Dims(); r != m.Spec.Cond || c != l.Out() {
		return fmt.Errorf("nn: MADE: got weights of the context of %d×%d, want %d×%d", r, c, m.Spec.Cond, l.Out())
	}
	return nil
}

// build checks the specification and makes the program.
func (m *MADE) build() error {
	s := &m.Spec
	if err := s.check(); err != nil {
		return err
	}
	want := len(s.Hidden)
	if s.Residual {
		want = 1
	}
	if len(s.Degrees) != want {
		return fmt.Errorf("nn: MADE: got degrees of %d layers, want %d", len(s.Degrees), want)
	}
	for l, d := range s.Degrees {
		if err := checkDegrees(d, s.Dim); err != nil {
			return err
		}
		if len(d) != s.Hidden[l] {
			return fmt.Errorf("nn: MADE: got %d degrees, want %d", len(d), s.Hidden[l])
		}
	}
	m.prog = newProgram(s)
	m.ungroup = nil
	if !inOrder(s.Order) {
		m.ungroup = make([]int, s.Dim*s.Outputs)
		for pos, j := range s.Order {
			for k := range s.Outputs {
				m.ungroup[j*s.Outputs+k] = pos*s.Outputs + k
			}
		}
	}
	return nil
}

// inOrder reports whether order is the natural one.
func inOrder(order []int) bool { return slices.IsSorted(order) }

// In returns the number of columns of x.
func (m *MADE) In() int { return m.Spec.Dim }

// Out returns the number of columns of the result, Dim·Outputs.
func (m *MADE) Out() int { return m.Spec.Dim * m.Spec.Outputs }

// Natural returns the network whose columns stand in their order already: m.Apply(x)
// is its Apply(x.Gather(Order)) with the columns put back. It shares the
// parameters of m.
func (m *MADE) Natural() *MADE {
	n := &MADE{Spec: m.Spec, Layers: m.Layers, Context: m.Context}
	n.Spec.Order = nil
	must(n.Restore())
	return n
}

// Apply returns the outputs, n×Dim → n×(Dim·Outputs): those of column j are columns
// j·Outputs to (j+1)·Outputs−1. It costs about half of what an unmasked network of
// these widths does. It panics if x has another width, or if the network needs a context.
func (m *MADE) Apply(x autodiff.Var) autodiff.Var { return m.ApplyGiven(x, autodiff.Var{}) }

// ApplyGiven is like Apply with the context c: n×Cond with one row per sample,
// or 1×Cond for all; the zero Var if the network has none.
func (m *MADE) ApplyGiven(x, c autodiff.Var) autodiff.Var {
	m.check(x.Rows(), x.Cols(), c)
	if m.ungroup != nil {
		x = x.Gather(m.Spec.Order)
	}
	last := len(m.Layers) - 1
	h := m.layer(0, x, c)
	if m.Spec.Residual {
		for l := 1; l < last; l += 2 {
			h = h.Add(m.layer(l+1, m.layer(l, m.Spec.Act.Apply(h), c), c))
		}
	} else {
		for l := 1; l < last; l++ {
			h = m.layer(l, h, c)
		}
	}
	if last > 0 {
		h = m.layer(last, h, c)
	}
	if m.ungroup != nil {
		h = h.Gather(m.ungroup)
	}
	return h
}

// check panics unless rows×cols arguments and the context c fit the network.
func (m *MADE) check(rows, cols int, c autodiff.Var) {
	if cols != m.Spec.Dim {
		panic(fmt.Sprintf("nn: MADE: got %d columns, want %d", cols, m.Spec.Dim))
	}
	if c == (autodiff.Var{}) {
		if m.Spec.Cond != 0 {
			panic(fmt.Sprintf("nn: MADE: got no context, want one of %d columns", m.Spec.Cond))
		}
		return
	}
	if c.Cols() != m.Spec.Cond || c.Rows() != 1 && c.Rows() != rows {
		panic(fmt.Sprintf("nn: MADE: got a context of %d×%d, want %d×%d or one row", c.Rows(), c.Cols(), rows, m.Spec.Cond))
	}
}

// layer returns layer l at h.
func (m *MADE) layer(l int, h, c autodiff.Var) autodiff.Var {
	act, t := m.Layers[l].Act, h.Tape()
	fused := autodiff.Linear
	switch act {
	case ReLU:
		fused, act = autodiff.ReLU, Linear
	case Tanh:
		fused, act = autodiff.Tanh, Linear
	}
	s := m.prog.linear[l].stairs
	args := autodiff.Args{I: int(fused), Ref: s}
	return act.Apply(stairsOp.Apply(t, args, autodiff.Shape{Rows: h.Rows(), Cols: s.out}, h, t.Use(m.Layers[l].W), m.start(l, t, c)))
}

// start returns what the products of layer l are added to: the bias, and the
// part of the context if there is one.
func (m *MADE) start(l int, t *autodiff.Tape, c autodiff.Var) autodiff.Var {
	b := t.Use(m.Layers[l].B)
	if c == (autodiff.Var{}) {
		return b
	}
	return autodiff.Dense(c, t.Use(m.Context[l]), b, autodiff.Linear)
}

// ZeroLast sets the last layer to zero and returns m: the network is 0
// everywhere, so that what it conditions starts as the identity.
func (m *MADE) ZeroLast() *MADE {
	last := len(m.Layers) - 1
	m.Layers[last].Zero()
	if m.Context != nil {
		clear(m.Context[last].Data())
	}
	return m
}
