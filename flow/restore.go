package flow

import (
	"errors"
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/plain"
)

// Restore derives the unexported fields: [Load] calls it for a
// model that is the base, or another part, of a model. It returns an error if the
// parts do not fit.
func (m *Transformed) Restore() error { return m.restore(1 << 19) }

// restore is Restore in at most so many bytes.
func (m *Transformed) restore(memory int) (err error) {
	if m.Base == nil {
		return plain.At("Base", errors.New("got no distribution, want one"))
	}
	p := &prober{tape: autodiff.Borrow()}
	defer p.tape.Release()
	p.tape.Limit(memory / 16) // for values and for temporaries
	m.Map = slices.Clip(m.Map)
	m.all = m.Map
	if m.dim, err = p.base(m.Base); err != nil {
		return plain.At("Base", err)
	}
	if m.dim, err = p.chain(m.Map, m.dim); err != nil {
		return plain.At("Map", err)
	}
	m.cond, m.row = p.cond, p.row
	return nil
}

// A prober finds out whether the parts of a model fit by sending a row of
// zeros through, part by part: they say by a panic which widths they got and
// wanted. That is an error here, since the model comes from a file.
type prober struct {
	tape *autodiff.Tape
	cond int // width of the context so far
	row  int // values that a row has taken on the tape
}

// base returns the width of d's rows.
func (p *prober) base(d dist.Distribution) (width int, err error) {
	if err := p.try(func() { width, p.cond = d.Dim(), dist.CondDim(d) }); err != nil {
		return 0, err
	}
	if width <= 0 || p.cond < 0 {
		return 0, fmt.Errorf("got %d columns and context width %d, want at least 1 and none negative", width, p.cond)
	}
	return width, p.try(func() {
		var c autodiff.Var
		if p.cond > 0 {
			c = p.tape.Zeros(1, p.cond)
		}
		dist.LogDensityGiven(d, p.tape.Zeros(1, width), c).Value()
		p.count()
	})
}

// count adds the size of the tape to row.
func (p *prober) count() {
	n, _ := p.tape.Size()
	p.row += n
}

// chain returns the width of a row that has gone through all elements.
func (p *prober) chain(c bijector.Chain, width int) (int, error) {
	for i, b := range c {
		var err error
		if inner, ok := b.(bijector.Chain); ok {
			width, err = p.chain(inner, width)
		} else {
			width, err = p.part(b, width)
		}
		if err != nil {
			return 0, plain.At(i, err)
		}
	}
	return width, nil
}

// part returns the width of a row that has gone through b. Where the memory that
// it takes is out of proportion to the size of the file, that is left to the
// first use.
func (p *prober) part(b bijector.Bijector, width int) (out int, err error) {
	if b == nil {
		return 0, errors.New("got no bijector, want one")
	}
	cond := 0
	if err := p.try(func() { cond = bijector.CondDim(b) }); err != nil {
		return 0, err
	}
	if cond < 0 || cond > 0 && p.cond > 0 && cond != p.cond {
		return 0, fmt.Errorf("got context width %d, want %d as before it", cond, p.cond)
	}
	p.cond = max(p.cond, cond)
	given := func() bijector.Bijector {
		if cond == 0 {
			return b
		}
		return bijector.Given(b, p.tape.Zeros(1, cond))
	}
	out = width
	if err := p.try(func() { out = given().Forward(p.tape.Zeros(1, width)).Cols(); p.count() }); err != nil {
		return 0, err
	}
	back := width
	err = p.try(func() {
		f, y := given(), p.tape.Zeros(1, out)
		x, _ := bijector.InverseILDJ(f, y)
		back = x.Cols()
	})
	if err == nil && back != width {
		err = fmt.Errorf("got %d columns by Inverse, want %d", back, width)
	}
	return out, err
}

// try calls f, and empties the tape. A limit of memory that is reached is no error.
func (p *prober) try(f func()) error {
	err := plain.Try(f)
	p.tape.Reset()
	if err == autodiff.ErrMemory {
		return nil
	}
	return err
}
