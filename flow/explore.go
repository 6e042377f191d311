package flow

import (
	"errors"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// An explorer walks through a density that is known up to a factor: rows are
// walkers, each with its own context, if there are any.
//
// C. J. F. ter Braak, A Markov Chain Monte Carlo version of the genetic algorithm
// Differential Evolution, Statistics and Computing 16, 2006.
type explorer struct {
	target func(y, c autodiff.Var) autodiff.Var
	c      *mat.Dense // contexts of the walkers; nil for none
	at     *mat.Dense // where the walkers are
	logs   []float64  // log p there
	rand   *rand.Rand
	tape   *autodiff.Tape
}

func newExplorer(target func(y, c autodiff.Var) autodiff.Var, at, c *mat.Dense, src rand.Source) *explorer {
	e := &explorer{target: target, at: at, c: c, rand: rand.New(src), tape: autodiff.NewTape()}
	e.logs = e.logDensity(at, c)
	return e
}

// logDensity returns log p of rows: −Inf where it is not a number.
func (e *explorer) logDensity(y, c *mat.Dense) []float64 {
	e.tape.Reset()
	e.tape.NoGrad(true)
	lp := append([]float64(nil), e.target(e.tape.Matrix(y), e.contexts(c)).Data()...)
	for i, v := range lp {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			lp[i] = math.Inf(-1)
		}
	}
	return lp
}

func (e *explorer) contexts(c *mat.Dense) autodiff.Var {
	if c == nil {
		return autodiff.Var{}
	}
	return e.tape.Matrix(c)
}

// gradient returns the gradient of log p at the walkers.
func (e *explorer) gradient() *mat.Dense {
	e.tape.Reset()
	e.tape.NoGrad(false)
	y := e.tape.Variable(e.at)
	lp := e.target(y, e.contexts(e.c))
	n, d := e.at.Dims()
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
var errNoGradient = errors.New("the log-density does not depend on y: its gradient is 0 at all places tried; compute it on the tape of y")

// climb moves the first k walkers uphill by steps whose lengths grow while the
// slope keeps its sign and shrink when it turns, so that any scale is reached soon.
//
// M. Riedmiller and H. Braun, A direct adaptive method for faster backpropagation
// learning: the RPROP algorithm, IEEE International Conference on Neural Networks, 1993.
func (e *explorer) climb(k, steps int) error {
	n, d := e.at.Dims()
	step, last := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil)
	step.Apply(func(int, int, float64) float64 { return 0.1 }, step)
	flat := true
	for range steps {
		g := e.gradient()
		before := mat.DenseCopyOf(e.at)
		for i := range k {
			for j := range d {
				v := g.At(i, j)
				if math.IsNaN(v) {
					v = 0
				}
				flat = flat && v == 0
				switch p := v * last.At(i, j); {
				case p > 0:
					step.Set(i, j, min(step.At(i, j)*1.5, 1e12))
				case p < 0:
					step.Set(i, j, step.At(i, j)*0.4)
					v = 0
				}
				last.Set(i, j, v)
				if v != 0 {
					e.at.Set(i, j, e.at.At(i, j)+math.Copysign(step.At(i, j), v))
				}
			}
		}
		for i, lp := range e.logDensity(e.at, e.c) {
			if i < k && lp == math.Inf(-1) { // left the support
				copy(e.at.RawRowView(i), before.RawRowView(i))
				for j := range d {
					step.Set(i, j, step.At(i, j)*0.25)
				}
			}
		}
	}
	e.logs = e.logDensity(e.at, e.c)
	if flat {
		return errNoGradient
	}
	return nil
}

// spread moves the first k walkers by as much as log p allows: in each column by normal steps of the
// length at which log p has fallen by a half at the best of them.
func (e *explorer) spread(k int) {
	best := 0
	for i := range k {
		if e.logs[i] > e.logs[best] {
			best = i
		}
	}
	_, d := e.at.Dims()
	const lengths = 90
	probe := mat.NewDense(2*lengths, d, nil)
	width := make([]float64, d)
	for j := range d {
		least := 1e-12 * (1 + math.Abs(e.at.At(best, j)))
		for l := range 2 * lengths {
			copy(probe.RawRowView(l), e.at.RawRowView(best))
			δ := math.Ldexp(least, l/2)
			if l%2 == 1 {
				δ = -δ
			}
			probe.Set(l, j, e.at.At(best, j)+δ)
		}
		lp := e.logDensity(probe, repeatRow(e.c, best, 2*lengths))
		width[j] = least
		for l := 0; l < 2*lengths && max(lp[l], lp[l+1]) > e.logs[best]-0.5; l += 2 {
			width[j] = math.Ldexp(least, l/2)
		}
	}
	for i := range k {
		for j := range d {
			e.at.Set(i, j, e.at.At(i, j)+width[j]*e.rand.NormFloat64())
		}
	}
	e.logs = e.logDensity(e.at, e.c)
}

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

// walk takes Metropolis steps along differences of two other walkers, and shows every state.
func (e *explorer) walk(steps int, visit func(at *mat.Dense)) {
	n, d := e.at.Dims()
	proposal := mat.NewDense(n, d, nil)
	for s := range steps {
		γ := 2.38 / math.Sqrt(2*float64(d)) * math.Exp(-1.5*e.rand.Float64())
		if s%5 == 4 {
			γ = 1 // from mode to mode
		}
		for i := range n {
			a, b := e.rand.IntN(n), e.rand.IntN(n)
			row := proposal.RawRowView(i)
			for j := range row {
				δ := e.at.At(a, j) - e.at.At(b, j)
				row[j] = e.at.At(i, j) + γ*δ*(1+1e-3*e.rand.NormFloat64())
			}
		}
		for i, lp := range e.logDensity(proposal, e.c) {
			if lp > math.Inf(-1) && math.Log(e.rand.Float64()) < lp-e.logs[i] {
				copy(e.at.RawRowView(i), proposal.RawRowView(i))
				e.logs[i] = lp
			}
		}
		if visit != nil {
			visit(e.at)
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
