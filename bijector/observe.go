package bijector

import "github.com/normflow/normflow/autodiff"

// An Observer keeps running statistics of the data that pass through it, such
// as [BatchNorm]. Evaluation only reads them. Whoever trains shows it every
// minibatch, between steps, when nobody evaluates: so that a step is one
// function of the parameters, whatever the number of workers and the rows
// that each of them sees.
type Observer interface {
	// Observe takes the rows of y, data as they arrive at the output of
	// Forward, into the statistics.
	Observe(y autodiff.Var)
	// Statistics returns what Observe changes, frozen parameters: none if there
	// is nothing to observe.
	Statistics() []*autodiff.Param
}

// Observe shows b the rows of y, if it keeps statistics.
func Observe(b Bijector, y autodiff.Var) {
	if o, ok := b.(Observer); ok {
		o.Observe(y)
	}
}

// Statistics returns the running statistics of b, none if it keeps none.
func Statistics(b Bijector) []*autodiff.Param {
	if o, ok := b.(Observer); ok {
		return o.Statistics()
	}
	return nil
}

// Observe shows the elements, from last to first, the data as they arrive
// there, up to the first one that keeps statistics.
func (c Chain) Observe(y autodiff.Var) {
	first := 0
	for first < len(c) && len(Statistics(c[first])) == 0 {
		first++
	}
	for i := len(c) - 1; i >= first; i-- {
		x := y
		if i > first { // before the statistics change
			x = c[i].Inverse(y)
		}
		Observe(c[i], y)
		y = x
	}
}

// Statistics returns those of the elements.
func (c Chain) Statistics() (all []*autodiff.Param) {
	for _, b := range c {
		all = append(all, Statistics(b)...)
	}
	return all
}

// Observe shows B its columns.
func (s *Subset) Observe(y autodiff.Var) { Observe(s.B, y.Gather(s.Index)) }

// Statistics returns those of B.
func (s *Subset) Statistics() []*autodiff.Param { return Statistics(s.B) }

// Observe shows every block its columns.
func (b *Blockwise) Observe(y autodiff.Var) {
	b.each(nil, y, true, func(k Block, y autodiff.Var) autodiff.Var { Observe(k.B, y); return y })
}

// Statistics returns those of the blocks.
func (b *Blockwise) Statistics() (all []*autodiff.Param) {
	for _, k := range b.Blocks {
		all = append(all, Statistics(k.B)...)
	}
	return all
}

// Observe shows f the pixels of y.
func (p *PerPixel) Observe(y autodiff.Var) { Observe(p.B, p.rows(y)) }

// Statistics returns those of f.
func (p *PerPixel) Statistics() []*autodiff.Param { return Statistics(p.B) }

// Observe shows the levels the data as they arrive there.
func (m *Multiscale) Observe(y autodiff.Var) {
	m.down(y, func(b Bijector, h autodiff.Var) autodiff.Var { Observe(b, h); return b.Inverse(h) })
}

// Statistics returns those of the levels.
func (m *Multiscale) Statistics() []*autodiff.Param { return Chain(m.Levels).Statistics() }
