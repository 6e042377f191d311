package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// eachFlow calls visit for every flow that d is, or is made of.
func eachFlow(d dist.Distribution, visit func(m *Transformed)) {
	switch d := d.(type) {
	case *Transformed:
		visit(d)
		eachFlow(d.Base, visit)
	case dist.Composite:
		d.Walk(autodiff.Var{}, autodiff.Var{}, func(part dist.Distribution, _, _ autodiff.Var) { eachFlow(part, visit) })
	}
}

// eachPart calls visit for a bijector and all its parts.
func eachPart(b bijector.Bijector, visit func(bijector.Bijector)) {
	visit(b)
	if c, ok := b.(bijector.Composite); ok {
		c.Walk(bijector.Arrival{}, func(part bijector.Bijector, _ bijector.Arrival) { eachPart(part, visit) })
	}
}

// walk calls visit for the map, given its context, of every flow that d is, or is made of, with the
// rows that arrive there when y and their contexts c arrive at d. What visit changes in a map holds
// for the rows that go on from there to the base.
func walk(d dist.Distribution, y, c autodiff.Var, visit func(f bijector.Bijector, y autodiff.Var)) {
	switch d := d.(type) {
	case *Transformed:
		c = d.contextOr(y, c)
		f := d.given(c)
		visit(f, y)
		switch d.Base.(type) {
		case *Transformed, dist.Composite:
			walk(d.Base, f.Inverse(y), c, visit)
		}
	case dist.Composite:
		d.Walk(y, c, func(part dist.Distribution, y, c autodiff.Var) { walk(part, y, c, visit) })
	}
}

// statistics returns the running statistics of all flows in m.
func (m *Transformed) statistics() (all []*autodiff.Param) {
	eachFlow(m, func(m *Transformed) { all = append(all, bijector.Statistics(m.all)...) })
	return all
}

// initialize sets the data-dependent parameters of all flows in m from rows and their contexts.
func (m *Transformed) initialize(y, c autodiff.Var) { walk(m, y, c, bijector.Initialize) }

// observe shows rows and their contexts to all flows in m: first they go all the way, then the
// statistics change.
func (m *Transformed) observe(y, c autodiff.Var) {
	var shown []func()
	walk(m, y, c, func(f bijector.Bijector, y autodiff.Var) {
		shown = append(shown, func() { bijector.Observe(f, y) })
	})
	for _, show := range shown {
		show()
	}
}
