package flow

import (
	"errors"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// An explorer walks through a density that is known up to a factor: rows are
// walkers, each with its own context, if there are any.
type explorer struct {
	walkers.Population
	target func(y, c autodiff.Var) autodiff.Var
	c      *mat.Dense // contexts of the walkers; nil for none
	tape   *autodiff.Tape
}

func newExplorer(target func(y, c autodiff.Var) autodiff.Var, at, c *mat.Dense, src rand.Source) *explorer {
	e := &explorer{target: target, c: c, tape: autodiff.NewTape()}
	e.At, e.Rand = at, rand.New(src)
	e.Density = func(dst []float64, rows *mat.Dense, first int) {
		e.tape.Reset()
		e.tape.NoGrad(true)
		copy(dst, e.target(e.tape.Matrix(rows), e.contexts(first, len(dst))).Data())
	}
	e.Evaluate()
	return e
}

// contexts returns those of n walkers on the tape.
func (e *explorer) contexts(first, n int) autodiff.Var {
	if e.c == nil {
		return autodiff.Var{}
	}
	return e.tape.Matrix(e.c.Slice(first, first+n, 0, e.c.RawMatrix().Cols))
}

// gradient returns the gradient of log p at the walkers.
func (e *explorer) gradient(*mat.Dense) *mat.Dense {
	n, d := e.At.Dims()
	e.tape.Reset()
	e.tape.NoGrad(false)
	y := e.tape.Variable(e.At)
	lp := e.target(y, e.contexts(0, n))
	g := mat.NewDense(n, d, nil)
	if lp.Constant() {
		return g
	}
	e.tape.Backward(lp.Sum())
	if by := y.Grad(); by != nil {
		copy(g.RawMatrix().Data, by)
	}
	return g
}

// errNoGradient is what a density says that was computed outside the tape.
var errNoGradient = errors.New("the log-density does not depend on y: its gradient is 0 at all places tried; compute it on the tape of y, or let a DensityFunc set its gradient")

func repeatRow(c *mat.Dense, i, n int) *mat.Dense {
	if c == nil {
		return nil
	}
	out := mat.NewDense(n, c.RawMatrix().Cols, nil)
	for k := range n {
		copy(out.RawRowView(k), c.RawRowView(i))
	}
	return out
}

// walk takes steps, and shows every state.
func (e *explorer) walk(steps int, visit func(at *mat.Dense)) {
	for range steps {
		e.Step()
		if visit != nil {
			visit(e.At)
		}
	}
}

// drawStart returns n rows for walkers: standard normal ones, times 1, 3 and 10 in turn.
func drawStart(n, d int, src rand.Source) *mat.Dense {
	at := mat.NewDense(n, d, nil)
	dist.NewStdNormal(d).Draw(at, src)
	for i := range n {
		s := []float64{1, 3, 10}[i%3]
		for j := range d {
			at.Set(i, j, at.At(i, j)*s)
		}
	}
	return at
}
