package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Coupling maps some columns by a univariate whose parameters a network
// computes from the others, which pass unchanged, and from the context:
//
//	y[Keep] = x[Keep],  y[Change]ⱼ = g(x[Change]ⱼ; rⱼ),  r = Net(x[Keep], c)
//
// Its log-determinant is Σⱼ log g′. Each direction costs one pass of the
// network. Laurent Dinh, Jascha Sohl-Dickstein, Samy Bengio, Density
// estimation using Real NVP, 2016, arXiv:1605.08803; with splines: Conor
// Durkan, Artur Bekasov, Iain Murray, George Papamakarios, Neural Spline
// Flows, 2019, arXiv:1906.04032.
type Coupling struct {
	// Keep and Change are the columns that pass and that are mapped: together
	// 0 to d−1, each once. Keep may be empty, then Net sees only the context.
	Keep, Change []int
	Map          Univariate
	// Net maps len(Keep)+Cond values to len(Change)·Map.Params(). If it has no
	// inputs, it is an [nn.Constant].
	Net  nn.Network
	Cond int // width of the context, 0 for none
	// Clip bounds what Net sees of the columns, not the context, to [−Clip, Clip], so that a
	// row far from all others gets parameters like those in training; 0 means no bound.
	Clip float64

	ctx autodiff.Var // bound by Given
}

// NewCoupling returns a coupling that maps all of the d columns that are not
// in keep, given a context of cond columns, 0 for none. net makes the conditioner: in is the number of
// columns that are kept and of those of the context together, len(keep)+cond, and a row that it sees
// has them in this order; out is len(change)·m.Params(). It is not called when in is 0. If the network's last
// layer is zero, as ZeroLast makes it, its bias is set to where m starts: see [Univariate].
//
// It panics if keep is not a set of fewer than d columns, there is no map, or the
// network does not have the widths asked for.
func NewCoupling(d int, keep []int, m Univariate, cond int, net func(in, out int) nn.Network) *Coupling {
	must(checkMap("Coupling", m))
	if len(keep) >= d {
		panic(fmt.Sprintf("bijector: Coupling: got %d of %d columns to keep, want less", len(keep), d))
	}
	kept := make([]bool, d)
	for _, j := range keep {
		if j < 0 || j >= d || kept[j] {
			panic(fmt.Sprintf("bijector: Coupling: got column %d to keep, want different ones of 0 to %d", j, d-1))
		}
		kept[j] = true
	}
	c := &Coupling{Keep: append([]int(nil), keep...), Map: m, Cond: cond}
	for j, k := range kept {
		if !k {
			c.Change = append(c.Change, j)
		}
	}
	in, out := len(c.Keep)+cond, len(c.Change)*m.Params()
	switch {
	case in == 0:
		c.Net = nn.NewConstant(out)
	case net != nil:
		c.Net = net(in, out)
	}
	must(c.Restore())
	startNet(c.Net, m)
	return c
}

// Restore checks the fields.
func (c *Coupling) Restore() error {
	d := len(c.Keep) + len(c.Change)
	seen := make([]bool, d)
	for _, set := range [][]int{c.Keep, c.Change} {
		for _, j := range set {
			if j < 0 || j >= d || seen[j] {
				return fmt.Errorf("bijector: Coupling: got column %d among %d to keep and %d to change, want each of 0 to %d once", j, len(c.Keep), len(c.Change), d-1)
			}
			seen[j] = true
		}
	}
	if len(c.Change) == 0 || c.Map == nil || c.Net == nil || c.Cond < 0 {
		return fmt.Errorf("bijector: Coupling: got %d columns to change, map %T, network %T and context width %d, want at least one column, both, and no negative width",
			len(c.Change), c.Map, c.Net, c.Cond)
	}
	if err := checkClip("Coupling", c.Clip); err != nil {
		return err
	}
	if err := checkColumns("Coupling", c.Map, len(c.Change)); err != nil {
		return err
	}
	in, out := len(c.Keep)+c.Cond, len(c.Change)*c.Map.Params()
	if c.Net.In() != in || c.Net.Out() != out {
		return fmt.Errorf("bijector: Coupling: got a network from %d to %d numbers, want %d to %d", c.Net.In(), c.Net.Out(), in, out)
	}
	return nil
}

func checkClip(what string, clip float64) error {
	if !(clip >= 0) {
		return fmt.Errorf("bijector: %s: got Clip %v, want at least 0", what, clip)
	}
	return nil
}

// clipped returns x bounded to [−clip, clip], or as it is if clip is 0.
func clipped(x autodiff.Var, clip float64) autodiff.Var {
	if clip == 0 {
		return x
	}
	return x.Clamp(-clip, clip)
}

// parts returns the columns to change and the parameters of their maps.
func (c *Coupling) parts(x autodiff.Var) (change, raw autodiff.Var) {
	return x.Gather(c.Change), c.Net.Apply(c.in(x))
}

// in returns the network's input.
func (c *Coupling) in(x autodiff.Var) autodiff.Var {
	wantCols("Coupling", x, len(c.Keep)+len(c.Change))
	in := x
	if len(c.Keep) > 0 {
		in = clipped(x.Gather(c.Keep), c.Clip)
	}
	if c.Cond > 0 {
		if c.ctx == (autodiff.Var{}) {
			panic(fmt.Sprintf("bijector: Coupling: got no context, want %d columns by Given", c.Cond))
		}
		ctx := c.ctx.Expand(x.Rows(), c.Cond)
		if len(c.Keep) > 0 {
			ctx = autodiff.Concat(in, ctx)
		}
		in = ctx
	}
	return in
}

// Forward returns y.
func (c *Coupling) Forward(x autodiff.Var) autodiff.Var {
	y, _ := c.Map.Forward(c.parts(x))
	return x.Replace(c.Change, y)
}

// Inverse returns x.
func (c *Coupling) Inverse(y autodiff.Var) autodiff.Var {
	x, _ := c.Map.Inverse(c.parts(y))
	return y.Replace(c.Change, x)
}

// ILDJ returns Σⱼ log(dxⱼ/dyⱼ) over the changed columns.
func (c *Coupling) ILDJ(y autodiff.Var) autodiff.Var { _, l := c.InverseILDJ(y); return l }

// InverseILDJ returns x and Σⱼ log(dxⱼ/dyⱼ) over the changed columns.
func (c *Coupling) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	x, s := c.Map.Inverse(c.parts(y))
	return y.Replace(c.Change, x), s.RowSum()
}

// ForwardFLDJ returns y and Σⱼ log(dyⱼ/dxⱼ) over the changed columns.
func (c *Coupling) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	y, s := c.Map.Forward(c.parts(x))
	return x.Replace(c.Change, y), s.RowSum()
}

// Initialize sets the network's running statistics from the rows of y, if it is an
// [nn.Observer].
func (c *Coupling) Initialize(y autodiff.Var) {
	if o, ok := c.Net.(nn.Observer); ok {
		o.Initialize(c.in(y))
	}
}

// InitializeInput does the same: the network sees columns that pass unchanged.
func (c *Coupling) InitializeInput(x autodiff.Var) { c.Initialize(x) }

// initialized reports whether the network has nothing to set.
func (c *Coupling) initialized() bool {
	_, ok := c.Net.(nn.Observer)
	return !ok
}

// Observe shows the network the rows of y.
func (c *Coupling) Observe(y autodiff.Var) {
	if o, ok := c.Net.(nn.Observer); ok {
		o.Observe(c.in(y))
	}
}

// Statistics returns the network's running statistics.
func (c *Coupling) Statistics() []*autodiff.Param {
	if o, ok := c.Net.(nn.Observer); ok {
		return o.Statistics()
	}
	return nil
}

// CondDim returns Cond.
func (c *Coupling) CondDim() int { return c.Cond }

// Given returns the coupling for the contexts.
func (c *Coupling) Given(ctx autodiff.Var) Bijector {
	wantContext("Coupling", ctx, c.Cond)
	bound := *c
	bound.ctx = ctx
	return &bound
}
