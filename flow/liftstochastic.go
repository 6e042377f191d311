package flow

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Metropolis is a stochastic layer: y is where a random walk from x through a density π is after some steps, each a normal move that is
// accepted with the probability of Metropolis. Since the walk is reversible, x is drawn from y by the same walk, and
//
//	w = π(y)/π(x)
//
// It costs a density of π for each step and row.
//
// Hao Wu, Jonas Köhler, Frank Noé, Stochastic Normalizing Flows, 2020, arXiv:2002.06707.
type Metropolis struct {
	Target dist.Distribution // π, perhaps known up to a constant
	Steps  int
	Scale  float64 // deviation of a move
}

// NewMetropolis returns the layer of so many steps. It panics unless there is a target and both numbers are positive.
func NewMetropolis(target dist.Distribution, steps int, scale float64) *Metropolis {
	b := &Metropolis{target, steps, scale}
	if err := b.Restore(); err != nil {
		panic("flow: NewMetropolis: " + err.Error())
	}
	return b
}

// Restore checks the fields.
func (b *Metropolis) Restore() error { return checkWalk(b.Target, b.Steps, b.Scale) }

func checkWalk(target dist.Distribution, steps int, scale float64) error {
	if target == nil || steps < 1 || !(scale > 0) || math.IsInf(scale, 1) {
		return fmt.Errorf("got target %v, %d steps of %v, want a target and positive numbers", target, steps, scale)
	}
	return nil
}

// Dims returns the columns of x, y and noise.
func (b *Metropolis) Dims() (x, y, noise int) { d := b.Target.Dim(); return d, d, b.Steps * (d + 2) }

// Holds reports whether y are numbers.
func (b *Metropolis) Holds(y []float64) bool { return true }

// Raise returns where a walk from y ends and log π(y) − log π(x), both constants.
func (b *Metropolis) Raise(y, noise autodiff.Var) (x, logW autodiff.Var) {
	d := b.Target.Dim()
	begin := b.Target.LogDensity(y)
	x, at := y, begin
	for k := range b.Steps {
		from := k * (d + 2)
		to := x.Add(noise.Slice(from, from+d).MulConst(b.Scale))
		lp := b.Target.LogDensity(to)
		// half the sum of two squares has an exponential distribution, as −log of a uniform number has
		accept := lp.Sub(at).Add(noise.Slice(from+d, from+d+2).SquareRowSum().MulConst(0.5)).Greater(y.Tape().Scalar(0))
		at = autodiff.Where(accept, lp, at)
		x = autodiff.Where(accept, to, x)
	}
	return x.Detach(), begin.Sub(at).Detach()
}

// Lower sets the rows of y to the ends of walks from x.
func (b *Metropolis) Lower(y, x *mat.Dense, src rand.Source) {
	raiseInto(y, x, src, b)
}

// raiseInto sets y to what a layer whose directions are alike draws from x.
func raiseInto(y, x *mat.Dense, src rand.Source, b Lift) {
	n, _ := x.Dims()
	_, _, k := b.Dims()
	noise := mat.NewDense(n, k, nil)
	rng.Normals(noise.RawMatrix().Data, rng.Or(src))
	t := autodiff.Borrow()
	defer t.Release()
	to, _ := b.Raise(t.Matrix(x), t.Matrix(noise))
	setRows(y, 0, to)
}

// Langevin is a stochastic layer: y is where noisy steps up the gradient of a log-density lead from x,
//
//	y = x + h·∇log π(x) + √(2h)·ε,  log w = Σ (‖x − y − h·∇log π(y)‖² − ‖y − x − h·∇log π(x)‖²)/4h
//
// where x is drawn from y by steps of the same kind. It costs three gradients of π for each step and row.
//
// Hao Wu, Jonas Köhler, Frank Noé, Stochastic Normalizing Flows, 2020, arXiv:2002.06707.
type Langevin struct {
	Target dist.Distribution // π, perhaps known up to a constant
	Steps  int
	Size   float64 // h
}

// NewLangevin returns the layer of so many steps. It panics unless there is a target and both numbers are positive.
func NewLangevin(target dist.Distribution, steps int, size float64) *Langevin {
	b := &Langevin{target, steps, size}
	if err := b.Restore(); err != nil {
		panic("flow: NewLangevin: " + err.Error())
	}
	return b
}

// Restore checks the fields.
func (b *Langevin) Restore() error { return checkWalk(b.Target, b.Steps, b.Size) }

// Dims returns the columns of x, y and noise.
func (b *Langevin) Dims() (x, y, noise int) { d := b.Target.Dim(); return d, d, b.Steps * d }

// Holds reports whether y are numbers.
func (b *Langevin) Holds(y []float64) bool { return true }

// Raise returns where steps from y lead, and log w, both constants.
func (b *Langevin) Raise(y, noise autodiff.Var) (x, logW autodiff.Var) {
	d := b.Target.Dim()
	x = y
	up := b.ascent(x)
	logW = y.Tape().Zeros(y.Rows(), 1)
	for k := range b.Steps {
		move := noise.Slice(k*d, (k+1)*d).MulConst(math.Sqrt(2 * b.Size))
		to := x.Add(up).Add(move)
		next := b.ascent(to)
		back := x.Sub(to).Sub(next)
		logW = logW.Add(move.SquareRowSum().Sub(back.SquareRowSum()).MulConst(0.25 / b.Size))
		x, up = to, next
	}
	return x.Detach(), logW.Detach()
}

// ascent returns h·∇log π, a constant.
func (b *Langevin) ascent(x autodiff.Var) autodiff.Var {
	t := autodiff.Borrow()
	defer t.Release()
	v := t.Variable(x.Dense())
	t.Backward(b.Target.LogDensity(v).Sum())
	return x.Tape().Matrix(mat.NewDense(x.Rows(), x.Cols(), v.Grad())).MulConst(b.Size)
}

// Lower sets the rows of y to where steps from x lead.
func (b *Langevin) Lower(y, x *mat.Dense, src rand.Source) { raiseInto(y, x, src, b) }
