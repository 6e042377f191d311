package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// row returns a parameter on the tape of x: 1×1, or 1×d for the d columns of x.
func row(what string, v autodiff.Value, x autodiff.Var) autodiff.Var {
	v.Check(what, x.Cols())
	return v.On(x.Tape())
}

// sumOver returns the sum over d columns of a parameter, 1×1.
func sumOver(v autodiff.Var, d int) autodiff.Var {
	if v.Cols() == 1 {
		return v.MulConst(float64(d))
	}
	return v.RowSum()
}

// A param is a parameter of an elementwise map.
type param struct {
	name   string // "Softplus: hinge"
	value  *autodiff.Value
	domain domain
	def    float64 // the default of an empty value; NaN if it must not be empty
}

// params are the parameters of an elementwise map; those without a value are not there.
type params [4]param

// A domain says which values a parameter may hold.
type domain string

const (
	finite      domain = "a finite number"
	positive    domain = "a finite number above 0"
	nonnegative domain = "a finite number of at least 0" // above 0 if it is learned
)

// required stands for a default that does not exist.
var required = math.NaN()

func (d domain) has(x float64) bool {
	return !math.IsNaN(x-x) && (d == finite || x > 0 || d == nonnegative && x == 0)
}

// made returns b, whose learned parameters are kept in their domains from now on. It panics if
// one is not there.
func made[B interface {
	params() params
	Restore() error
}](b B) B {
	for _, p := range b.params() {
		if !p.empty() && (p.domain == positive || p.domain == nonnegative && !p.value.Constant) {
			*p.value = p.value.Positive("bijector: " + p.name)
		}
	}
	must(b.Restore())
	return b
}

// check returns an error unless every parameter is there or has a default, and in its domain.
func (p params) check() error {
	for _, q := range p {
		switch {
		case q.value == nil:
			return nil
		case q.empty() && math.IsNaN(q.def):
			return fmt.Errorf("bijector: %s: got no numbers, want at least one", q.name)
		case q.empty():
			continue
		}
		for _, x := range q.value.Numbers() {
			if !q.domain.has(x) {
				return fmt.Errorf("bijector: %s: got %v, want %s", q.name, x, q.domain)
			}
		}
	}
	return nil
}

// pair returns the first two parameters on the tape of x.
func (p params) pair(x autodiff.Var) (a, b autodiff.Var) { return p[0].on(x), p[1].on(x) }

// empty reports whether the parameter is not there, or its default.
func (p param) empty() bool { return p.value == nil || p.value.IsZero() }

// on returns the parameter on the tape of x: 1×1, or 1×d for the d columns of x.
func (p param) on(x autodiff.Var) autodiff.Var {
	if p.empty() && !math.IsNaN(p.def) {
		return x.Tape().Scalar(p.def)
	}
	if d := x.Cols(); p.empty() || p.value.Len() != 1 && p.value.Len() != d {
		p.value.Check("bijector: "+p.name, d) // which panics with the reason
	}
	return p.value.On(x.Tape())
}
