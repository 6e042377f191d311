package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Spline is the monotone rational-quadratic spline: on [−Bound, Bound] it has
// Bins pieces, each a quotient of two quadratics, with a continuous derivative;
// outside it is what its Tails say, as a rule the identity.
//
// Its raw parameters are Bins widths and Bins heights, from which a softmax makes
// shares of the interval, none less than MinSize, and the slopes of the inner
// knots, MinSlope + log(1 + exp(r + const)), with those at the ends where Tails have
// them. Zeros are the identity. It is defined for any finite parameters and
// arguments. Free tails cost as much as identity tails, circular ones up to half as
// much again.
//
// Conor Durkan, Artur Bekasov, Iain Murray, George Papamakarios, Neural Spline
// Flows, 2019, arXiv:1906.04032.
type Spline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
	Tails Tails
	// MinSize is the least share of a bin, MinSlope the least slope; 0 is 1/1000.
	MinSize, MinSlope float64
}

const (
	minBin   = 1e-3
	minSlope = 1e-3
)

// kernel returns the spline's kernel.
func (m Spline) kernel() kernel.RQS {
	q := kernel.RQS{Bins: m.Bins, Bound: m.Bound, MinSize: minBin, MinSlope: minSlope, Free: m.Tails != IdentityTails}
	if q.Bins == 0 {
		q.Bins = 8
	}
	if q.Bound == 0 {
		q.Bound = 5
	}
	if m.MinSize != 0 {
		q.MinSize = m.MinSize
	}
	if m.MinSlope != 0 {
		q.MinSlope = m.MinSlope
	}
	return q
}

// Restore checks the fields.
func (m Spline) Restore() error {
	if err := m.kernel().Check(); err != nil {
		return fmt.Errorf("bijector: Spline: %w", err)
	}
	if !m.Tails.known() {
		return fmt.Errorf("bijector: Spline: got tails %q, want one of %q", string(m.Tails), []Tails{IdentityTails, FreeTails, CircularTails})
	}
	return nil
}

// Params returns 3·Bins − 1, with free tails 3·Bins + 1, with circular ones 3·Bins.
func (m Spline) Params() int {
	k := m.kernel().Stride()
	if m.Tails == CircularTails {
		k--
	}
	return k
}

// Forward returns the spline's value and the logarithm of its slope.
func (m Spline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) { return m.apply(x, raw, 0) }

// Inverse returns the inverse's value and the logarithm of its slope.
func (m Spline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) { return m.apply(y, raw, 1) }

func (m Spline) apply(x, raw autodiff.Var, inverse int) (autodiff.Var, autodiff.Var) {
	must(m.Restore())
	wantRaw("Spline", m.Params(), x, raw)
	q := m.kernel()
	args := autodiff.Args{A: q.Bound, I: q.Bins, J: inverse}
	if q.MinSize != minBin || q.MinSlope != minSlope {
		args.B, args.C = q.MinSize, q.MinSlope
	}
	if q.Free {
		args.J |= freeEnds
	}
	if m.Tails == CircularTails {
		return circular(x, raw, args)
	}
	return splineOp.Apply2(nil, args, x.Shape(), x.Shape(), x, raw)
}

// freeEnds in Args.J says that the slopes at the ends are raw parameters.
const freeEnds = 2

// splineKernel returns the kernel for the attributes of splineOp.
func splineKernel(a autodiff.Args) kernel.RQS {
	q := Spline{Bins: a.I, Bound: a.A}.kernel()
	q.Free = a.J&freeEnds != 0
	if a.B > 0 {
		q.MinSize, q.MinSlope = a.B, a.C
	}
	return q
}

// splineOp has inputs x (n×d) and raw (n×dK or 1×dK) and outputs value and
// log-slope. Args.A is the bound, Args.I the number of bins, Args.J 1 for the
// inverse, plus freeEnds; Args.B and Args.C are the least share and slope, 0 for 1/1000.
var splineOp = &autodiff.Op{
	Name: "bijector.Spline",
	Forward: func(c *autodiff.Call) {
		a := c.Args()
		q, x, y, ls := splineKernel(a), c.In(0), c.Out(0), c.Out(1)
		raw, block := repeated(c)
		for i := 0; i < len(x); i += block {
			n := min(block, len(x)-i)
			if a.J&1 == 1 {
				q.Inverse(y[i:i+n], ls[i:i+n], x[i:i+n], raw, n)
			} else {
				q.Forward(y[i:i+n], ls[i:i+n], x[i:i+n], raw, n)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		a := c.Args()
		q, x, y := splineKernel(a), c.In(0), c.Out(0)
		raw, block := repeated(c)
		dx, draw := orTemp(c, c.InGrad(0), x), c.InGrad(1)
		shared := draw == nil || len(raw) != len(draw)
		if shared {
			draw = orTemp(c, nil, raw)
		}
		dy, dls := orTemp(c, c.OutGrad(0), x), orTemp(c, c.OutGrad(1), x)
		for i := 0; i < len(x); i += block {
			n := min(block, len(x)-i)
			if a.J&1 == 1 {
				q.InverseGrad(dx[i:i+n], draw, dy[i:i+n], dls[i:i+n], y[i:i+n], raw, n)
			} else {
				q.ForwardGrad(dx[i:i+n], draw, dy[i:i+n], dls[i:i+n], x[i:i+n], raw, n)
			}
		}
		if g := c.InGrad(1); g != nil && shared {
			kernel.ColSum(g, draw, len(draw)/len(g), len(g))
		}
	},
}

// repeated returns raw parameters for a block of elements: for all of them, or,
// if the rows share them, for some rows that use the same parameters in turn.
func repeated(c *autodiff.Call) (raw []float64, block int) {
	x, raw := c.InShape(0), c.In(1)
	if c.InShape(1).Rows == x.Rows {
		return raw, x.Rows * x.Cols
	}
	rows := min(x.Rows, 64)
	many := c.Temp(rows * len(raw))
	for i := range rows {
		copy(many[i*len(raw):], raw)
	}
	return many, rows * x.Cols
}

// orTemp returns g, or zeros as long as x if there is no g.
func orTemp(c *autodiff.Call, g, x []float64) []float64 {
	if g == nil {
		g = c.Temp(len(x))
		clear(g)
	}
	return g
}
