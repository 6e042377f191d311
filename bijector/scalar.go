package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A scalarMap is a strictly monotone map y = f(x; θ) of single values, given
// by three loops over slices of one length; all else, both directions and
// every gradient, follows from them.
//
// Outside the open domain or range the loops give the nearest end of the other
// side and the log-slope −Inf: no density. No gradient flows where the
// log-slope is infinite. If scalarArgs.valueOnly is set ls is not read: a loop
// may leave anything there, and skips work that the value does not need.
type scalarMap struct {
	// forward sets y = f(x) and ls = log|f′(x)|.
	forward func(y, ls, x []float64, a scalarArgs)
	// inverse sets x = f⁻¹(y) and ls = −log|f′(x)|.
	inverse func(x, ls, y []float64, a scalarArgs)
	// derive sets the derivatives of f and log|f′|.
	derive func(d derivatives)
	// decreasing is set if f decreases.
	decreasing bool
	// prescaled is set if the log-slope is that of f and of a linear map of x
	// before it: the last parameter is the logarithm of the factor, to add no
	// rounding of its own to a sum. It has no gradient here.
	prescaled bool
}

// parameters returns how many parameters have gradients.
func (m scalarMap) parameters(c *autodiff.Call) int {
	if m.prescaled {
		return c.Len() - 2
	}
	return c.Len() - 1
}

// maxTheta is the largest number of parameters that a scalarMap has.
const maxTheta = 3

// scalarArgs are a scalarMap's parameters, repeated to the length of x.
type scalarArgs struct {
	theta     [maxTheta][]float64
	valueOnly bool
	call      *autodiff.Call
}

// alike reports whether each parameter is one number.
func (a scalarArgs) alike() bool {
	for k := range a.call.Len() - 1 {
		if a.call.InShape(k+1) != (autodiff.Shape{Rows: 1, Cols: 1}) {
			return false
		}
	}
	return len(a.theta[0]) > 0
}

// log returns log v, rounded as everywhere.
func (a scalarArgs) log(v float64) float64 {
	t := a.temp(1)
	t[0] = v
	kernel.Log(t, t)
	return t[0]
}

// logs sets ls = log x, unless the log-slope that it is part of is not asked for.
func (a scalarArgs) logs(ls, x []float64) {
	if !a.valueOnly {
		kernel.Log(ls, x)
	}
}

// temp returns n elements of unspecified value.
func (a scalarArgs) temp(n int) []float64 { return a.call.Temp(n) }

// derivatives holds, for x, y = f(x) and ls = log|f′(x)|, what derive sets:
// lsByX = ∂ls/∂x, and for every parameter k yByTheta[k] = ∂y/∂θₖ and
// lsByTheta[k] = ∂ls/∂θₖ.
type derivatives struct {
	x, y, ls []float64
	scalarArgs
	lsByX               []float64
	yByTheta, lsByTheta [maxTheta][]float64
}

// needs reports whether the derivatives by parameter k are of use.
func (d derivatives) needs(k int) bool { return d.call.InGrad(k+1) != nil }

// newScalar returns the operation with inputs x (or y, when Args.J is inverse)
// and the parameters, 1×1 or 1×d, and with outputs value and log-slope.
func newScalar(name string, m scalarMap) *autodiff.Op {
	return &autodiff.Op{Name: "bijector." + name, Forward: m.evaluate, Backward: m.differentiate}
}

// scalar applies op to x. The log-slope is the zero Var if dir asks for the value alone.
func scalar(op *autodiff.Op, x autodiff.Var, dir direction, theta ...autodiff.Var) (v, ls autodiff.Var) {
	return scalarOf(autodiff.Args{}, op, x, dir, theta...)
}

// scalarOf applies op with constants, which the loops find in the call's Args;
// J is not free.
func scalarOf(constants autodiff.Args, op *autodiff.Op, x autodiff.Var, dir direction, theta ...autodiff.Var) (v, ls autodiff.Var) {
	var in [1 + maxTheta]autodiff.Var
	in[0] = x
	n := copy(in[1:], theta)
	constants.J = int(dir.toApply(in[:1+n]...))
	v, ls = op.Apply2(nil, constants, x.Shape(), x.Shape(), in[:1+n]...)
	if dir.valueOnly() {
		ls = autodiff.Var{}
	}
	return v, ls
}

// summed returns the values, and the row sums of log-slopes if they are asked for.
func summed(v, ls autodiff.Var) (autodiff.Var, autodiff.Var) { return v, rowSum(ls) }

// rowSum returns the row sums of log-slopes if they are asked for.
func rowSum(ls autodiff.Var) autodiff.Var {
	if ls == (autodiff.Var{}) {
		return ls
	}
	return ls.RowSum()
}

func newScalarArgs(c *autodiff.Call) scalarArgs {
	a := scalarArgs{call: c, valueOnly: direction(c.Args().J).valueOnly()}
	shape := c.OutShape(0)
	for k := range c.Len() - 1 {
		a.theta[k] = c.Temp(shape.Rows * shape.Cols)
		repeat(a.theta[k], c.In(k+1))
	}
	return a
}

// repeat sets dst with copies of src.
func repeat(dst, src []float64) {
	for n := copy(dst, src); n > 0 && n < len(dst); { // twice as many each time
		n += copy(dst[n:], dst[:n])
	}
}

func (m scalarMap) evaluate(c *autodiff.Call) {
	f, in := m.forward, c.In(0)
	if direction(c.Args().J).back() {
		f = m.inverse
	}
	a := newScalarArgs(c)
	f(c.Out(0), c.Out(1), in, a)
	if s := kernel.Dot(in, in); !math.IsNaN(s - s) {
		return // all finite, and the usual case
	}
	for i, x := range in {
		if math.IsInf(x, 0) {
			atInfinity(f, i, c, a)
		}
	}
}

// atInfinity treats an infinite argument as outside the domain: it
// comes from a map that was given a value outside its own domain.
func atInfinity(f func(v, ls, x []float64, a scalarArgs), i int, c *autodiff.Call, a scalarArgs) {
	v, ls := c.Out(0), c.Out(1)
	if math.IsNaN(v[i]) {
		for k := range c.Len() - 1 {
			a.theta[k] = a.theta[k][i : i+1]
		}
		x := a.temp(1)
		x[0] = math.Copysign(math.MaxFloat64, c.In(0)[i])
		f(v[i:i+1], ls[i:i+1], x, a)
	}
	ls[i] = math.Inf(-1)
}
