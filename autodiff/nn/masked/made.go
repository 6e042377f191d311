package masked

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// A MADE is a masked network: for each of Dim columns it makes Outputs values
// that depend only on the columns before it in an order.
//
// Every unit has a degree, the number of columns that it sees, the first ones in the
// order; it is connected to units of the layer before that have no greater
// degree, and the outputs of the column at position k (from 0) to units of degree k
// or lower. Units are sorted by degree, so that weight matrices are block upper
// triangular: a weight below is ignored, has no gradient, and is 0 in new
// networks. Nearly half of the products are left out, and the outputs of a
// column are complete as soon as the columns before it are known, which
// [MADE.Fill] and [Solver] use.
//
// With a context, every layer adds a linear map of it, see [MADE.ApplyGiven].
//
// M. Germain, K. Gregor, I. Murray and H. Larochelle, MADE: Masked Autoencoder for
// Distribution Estimation, arXiv 1502.03509.
type MADE struct {
	Spec Spec
	// Layers are hidden ones and the last; with residual blocks the first, two
	// for each block, and the last. One from x to the outputs comes before the last
	// if Spec.Direct.
	Layers []nn.Layer
	// Context has a Cond×out matrix for each layer; none if there is no context.
	Context []*autodiff.Param
	// Single computes the network in float32, as [nn.MLP].Single does, and so do [Solver] and
	// Fill, which see the same bits. Few rows gain little, since all weights are rounded
	// for them. It needs ReLU, Tanh or Linear, without Residual, and must be set
	// before the network becomes part of something else.
	Single bool

	prog    *program
	group   []int   // the columns of x in the order; nil if natural
	ungroup []int   // those of the result among those in the order; nil if the same
	views   []*view // how a network made by Remask sees each layer; nil if as it is
}

// NewMADE returns a masked network, drawn by [nn.Uniform] and masked; nil src is the
// process-wide source.
//
// It panics if Dim, a width or Outputs is not positive, Cond is negative, Order
// is no permutation, degrees are not between 0 and Dim−1, or Act is not the
// name of an activation.
func NewMADE(spec Spec, src rand.Source) *MADE {
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
		l := nn.NewLayer(g.mask.in, g.mask.out, g.act, src)
		g.mask.apply(l.W.Data())
		m.Layers = append(m.Layers, l)
		if spec.Cond > 0 {
			m.Context = append(m.Context, nn.NewLayer(spec.Cond, g.mask.out, nn.Linear, src).W)
		}
	}
	must(m.Restore())
	return m
}

// Restore sets the unexported fields from the exported ones. It returns an error
// unless they fit each other.
func (m *MADE) Restore() error {
	if err := m.checkWidths(); err != nil {
		return err
	}
	if err := m.checkSingle(); err != nil {
		return err
	}
	if err := m.build(); err != nil {
		return err
	}
	want := len(m.prog.linear)
	if len(m.Layers) != want || len(m.Context) != want && m.Spec.Cond > 0 || m.Spec.Cond == 0 && len(m.Context) > 0 {
		return fmt.Errorf("masked: MADE: got %d layers and %d of context, want %d", len(m.Layers), len(m.Context), want)
	}
	for i, g := range m.prog.linear {
		if err := m.checkLayer(i, g); err != nil {
			return fmt.Errorf("%w (layer %d)", err, i)
		}
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
		return fmt.Errorf("masked: MADE: got degrees of %d layers, want %d", len(s.Degrees), want)
	}
	for l, d := range s.Degrees {
		if err := checkDegrees(d, s.Dim); err != nil {
			return err
		}
		if len(d) != s.Hidden[l] {
			return fmt.Errorf("masked: MADE: got %d degrees, want %d", len(d), s.Hidden[l])
		}
	}
	m.prog = newProgram(s)
	m.group, m.ungroup = nil, nil
	if !inOrder(s.Order) {
		m.group, m.ungroup = grouped(s.Order, s.inputs()), make([]int, s.Dim*s.Outputs)
		for i, j := range grouped(s.Order, s.Outputs) {
			m.ungroup[j] = i
		}
	}
	return nil
}

// grouped returns the order of columns of k values as one of values.
func grouped(order []int, k int) []int {
	g := make([]int, 0, len(order)*k)
	for _, j := range order {
		for i := range k {
			g = append(g, j*k+i)
		}
	}
	return g
}

// inOrder reports whether order is the natural one.
func inOrder(order []int) bool { return slices.IsSorted(order) }

// In returns the width of x, Dim·Inputs.
func (m *MADE) In() int { return m.Spec.Dim * m.Spec.inputs() }

// Out returns the width of the result, Dim·Outputs.
func (m *MADE) Out() int { return m.Spec.Dim * m.Spec.Outputs }

// Natural returns the network whose columns stand in their order already: m.Apply(x)
// is its Apply of the columns in their order, with the results put back. It shares the
// parameters of m.
func (m *MADE) Natural() *MADE {
	n := &MADE{Spec: m.Spec, Layers: m.Layers, Context: m.Context, Single: m.Single, views: m.views}
	n.Spec.Order = nil
	must(n.Restore())
	return n
}

// Apply returns the outputs, n×(Dim·Inputs) → n×(Dim·Outputs): column j of the data
// is columns j·Inputs to (j+1)·Inputs−1 of x, and its outputs are columns
// j·Outputs to (j+1)·Outputs−1. It costs about half of the cost of an unmasked network of
// these widths does. It panics if x has another width, or if the network needs a context.
func (m *MADE) Apply(x autodiff.Var) autodiff.Var { return m.ApplyGiven(x, autodiff.Var{}) }

// ApplyGiven is like Apply with the context c: n×Cond with one row per sample,
// or 1×Cond for all; the zero Var if the network has none.
func (m *MADE) ApplyGiven(x, c autodiff.Var) autodiff.Var {
	m.check(x.Rows(), x.Cols(), c)
	if m.group != nil {
		x = x.Gather(m.group)
	}
	h := m.ordered(x, c)
	if m.ungroup != nil {
		h = h.Gather(m.ungroup)
	}
	return h
}

// ordered returns the outputs in order for columns in order.
func (m *MADE) ordered(x, c autodiff.Var) autodiff.Var {
	if m.Single {
		return m.single(x, c)
	}
	h, hidden, last := x, m.hidden(), len(m.Layers)-1
	if m.Spec.Residual {
		h = m.layer(0, h, c)
		for l := 1; l < hidden; l += 2 {
			h = h.Add(m.layer(l+1, m.layer(l, m.Spec.Act.Apply(h), c), c))
		}
	} else {
		for l := range hidden {
			h = m.layer(l, h, c)
		}
	}
	h = m.layer(last, h, c)
	if m.Spec.Direct {
		h = h.Add(m.layer(hidden, x, c))
	}
	return h
}

// layer returns layer l at h.
func (m *MADE) layer(l int, h, c autodiff.Var) autodiff.Var {
	act, t := m.Layers[l].Act, h.Tape()
	fused, ok := act.Fused()
	if ok {
		act = nn.Linear
	}
	s := m.prog.linear[l].mask
	args := autodiff.Args{I: int(fused), Ref: s}
	return act.Apply(maskedOp.Apply(t, args, autodiff.Shape{Rows: h.Rows(), Cols: s.out}, h, m.weights(l, t), m.start(l, t, c)))
}

// hidden returns the number of layers that do not lead to the outputs.
func (m *MADE) hidden() int {
	if m.Spec.Direct {
		return len(m.Layers) - 2
	}
	return len(m.Layers) - 1
}

// weights returns the weights of layer l, units in order of degree.
func (m *MADE) weights(l int, t *autodiff.Tape) autodiff.Var {
	w := t.Use(m.Layers[l].W)
	if m.views != nil {
		w = viewOp.Apply(t, autodiff.Args{Ref: m.views[l]}, w.Shape(), w)
	}
	return w
}

// start returns the values that the products of layer l are added to: the bias, and the
// part of the context if there is one.
func (m *MADE) start(l int, t *autodiff.Tape, c autodiff.Var) autodiff.Var {
	b := t.Use(m.Layers[l].B)
	if c != (autodiff.Var{}) {
		b = autodiff.Dense(c, t.Use(m.Context[l]), b, autodiff.Linear)
	}
	if m.views != nil {
		b = b.Gather(m.views[l].cols)
	}
	return b
}

// ZeroLast sets the layers that lead to the outputs to zero and returns m: the
// network is 0 everywhere, so that a map that it conditions starts as the identity.
func (m *MADE) ZeroLast() *MADE {
	first := m.hidden()
	for l, layer := range m.Layers[first:] {
		layer.Zero()
		if m.Context != nil {
			clear(m.Context[first+l].Data())
		}
	}
	return m
}
