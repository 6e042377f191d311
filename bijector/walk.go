package bijector

import (
	"sync"

	"github.com/normflow/normflow/autodiff"
)

// A Composite is a bijector made of others, its parts. By its Walk [Initialize], [Observe] and
// [Statistics] reach the parts inside, however deep, and in whichever direction the data pass.
type Composite interface {
	Bijector
	// Walk calls visit for each part with the rows that arrive there when a arrives at the
	// bijector, in the order in which they do.
	Walk(a Arrival, visit func(part Bijector, a Arrival))
}

// An Arrival is rows that arrive at a bijector: at its output, on their way from data to base, or,
// if it is inverted, at its input. They are computed when they are first
// asked for.
type Arrival struct {
	rows    func() autodiff.Var
	AtInput bool
}

// Rows returns the rows.
func (a Arrival) Rows() autodiff.Var { return a.rows() }

// Mapped returns f of the rows that a part sees, such as some of their columns.
func (a Arrival) Mapped(f func(v autodiff.Var) autodiff.Var) Arrival {
	from := a.rows
	a.rows = sync.OnceValue(func() autodiff.Var { return f(from()) })
	return a
}

// Behind returns the rows that have gone on through b: by Inverse, or by Forward if they
// arrived at its input.
func (a Arrival) Behind(b Bijector) Arrival {
	if a.AtInput {
		return a.Mapped(b.Forward)
	}
	return a.Mapped(b.Inverse)
}

// Turned returns the rows as they arrive at the part of a bijector that turns it around.
func (a Arrival) Turned() Arrival {
	a.AtInput = !a.AtInput
	return a
}

// atOutput returns the arrival of y at an output.
func atOutput(y autodiff.Var) Arrival { return Arrival{rows: func() autodiff.Var { return y }} }

// Walk visits the elements from last to first, or from first to last if a arrives at the input.
func (c Chain) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	for k := range c {
		b := c[k]
		if !a.AtInput {
			b = c[len(c)-1-k]
		}
		visit(b, a)
		a = a.Behind(b)
	}
}

// Walk visits B.
func (i *Invert) Walk(a Arrival, visit func(part Bijector, a Arrival)) { visit(i.B, a.Turned()) }

// Walk visits B with its columns.
func (c *Subset) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	visit(c.B, a.Mapped(c.columns))
}

// Walk visits the blocks with their columns.
func (b *Blockwise) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	at := 0
	for _, k := range b.Blocks {
		from, to := at, at+k.columns(!a.AtInput)
		visit(k.B, a.Mapped(func(v autodiff.Var) autodiff.Var {
			wantCols("Blockwise", v, b.width(!a.AtInput))
			return v.Slice(from, to)
		}))
		at = to
	}
}

// Walk visits f with the pixels as rows.
func (p *PerPixel) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	visit(p.B, a.Mapped(p.rows))
}

// Walk visits the levels with their columns, from last to first, or from first to last if a arrives
// at the input.
func (m *Multiscale) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	columns := func(i, j int) Arrival {
		return a.Mapped(func(v autodiff.Var) autodiff.Var { return v.Slice(i, j) })
	}
	if !a.AtInput {
		for i := len(m.Levels) - 1; i >= 0; i-- {
			visit(m.Levels[i], a)
			if i > 0 {
				a = a.Behind(m.Levels[i])
				a = columns(0, m.Dims[i-1])
			}
		}
		return
	}
	h := columns(0, m.Dims[0])
	for i, b := range m.Levels {
		if i > 0 {
			h = h.beside(columns(m.Dims[i-1], m.Dims[i]))
		}
		visit(b, h)
		h = h.Behind(b)
	}
}

// beside returns the rows of a and b side by side.
func (a Arrival) beside(b Arrival) Arrival {
	return a.Mapped(func(v autodiff.Var) autodiff.Var { return autodiff.Concat(v, b.Rows()) })
}

// Walk visits B with the diagonal.
func (t *TransformDiagonal) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	visit(t.B, a.Mapped(t.diag))
}

// Walk visits what it is composed of, B among them.
func (f *FillScaleTriL) Walk(a Arrival, visit func(part Bijector, a Arrival)) { f.chain.Walk(a, visit) }

// Walk visits B.
func (e *Embedded) Walk(a Arrival, visit func(part Bijector, a Arrival)) { visit(e.bound(), a) }
