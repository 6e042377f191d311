package flow

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Lift is a map from rows x to rows y that is no bijection: many x, or random ones, have the same y. It is known by a
// distribution q of x given y, such that
//
//	p(y) = E[p(x)·w]  for x drawn from q(x | y)
//
// where p(y) is a probability if y are categories or whole numbers. Package flowtest tests it.
//
// Didrik Nielsen, Priyank Jaini, Emiel Hoogeboom, Ole Winther, Max Welling, SurVAE Flows: Surjections to Bridge the Gap between VAEs and
// Flows, 2020, arXiv:2007.02731.
type Lift interface {
	// Dims returns the columns of x, of y, and of the standard normal noise that a draw of x takes.
	Dims() (x, y, noise int)
	// Holds reports whether y, a row of numbers, is one that x map to.
	Holds(y []float64) bool
	// Raise returns x drawn from q(x | y) by noise, and log w, n×1, differentiable in learned parameters.
	Raise(y, noise autodiff.Var) (x, logW autodiff.Var)
	// Lower sets the rows of y to those that rows x map to.
	Lower(y, x *mat.Dense, src rand.Source)
}

// A Lifted is the distribution of y = By(x) for x drawn from Of. [FitLifted] trains it by the bound
//
//	E log(p(x)·w) ≤ log p(y)
//
// and it is scored by the logarithm of the mean of p(x)·w over Draws rows x, always the same function of y, with its standard
// error. On average that is below log p(y), by about half the square of that error. If Of takes a context, it is p(y | c), see [Lifted.Given];
// the lift knows nothing of contexts.
type Lifted struct {
	Of    *Transformed
	By    Lift
	Draws int // for scoring
}

// NewLifted returns the distribution of rows of m mapped by a lift, scored by 256 draws. It panics unless the columns fit, and if m is bound to a context.
func NewLifted(m *Transformed, by Lift) *Lifted {
	need.One("flow: NewLifted", "model", m)
	need.One("flow: NewLifted", "lift", by)
	if x, _, _ := by.Dims(); x != m.Dim() || m.ctx != nil {
		panic(fmt.Sprintf("flow: NewLifted: got a model of %d columns (bound to a context: %t), want %d, and none bound", m.Dim(), m.ctx != nil, x))
	}
	return &Lifted{Of: m, By: by, Draws: 256}
}

// Dim returns the number of columns of y.
func (l *Lifted) Dim() int { _, d, _ := l.By.Dims(); return d }

// CondDim returns the number of columns of the context, 0 if there is none or Given has bound it.
func (l *Lifted) CondDim() int { return l.Of.CondDim() }

// Given returns the distribution p(y | c), which shares the parameters of l. Contexts and panics are those of [Transformed.Given].
func (l *Lifted) Given(c mat.Matrix) *Lifted {
	bound := *l
	bound.Of = l.Of.bind("Lifted.Given", c)
	return &bound
}

// Bound returns log(p(x)·w) of rows y, for x drawn by noise: n×1. Its mean over noise is a lower bound of log p(y). It costs a
// draw of x and its density.
func (l *Lifted) Bound(y, noise autodiff.Var) autodiff.Var {
	x, logW := l.By.Raise(y, noise)
	return l.Of.LogDensity(x).Add(logW)
}

// bound is Bound given contexts, one row for all or one for each, on behalf of what.
func (l *Lifted) bound(what string, y, noise, c autodiff.Var) autodiff.Var {
	x, logW := l.By.Raise(y, noise)
	return l.Of.logDensity(what, x, c).Add(logW)
}

// LogProbs returns estimates of log p of the rows of y and their standard errors, the same for the same row; −Inf for rows that nothing maps to. It costs Draws times what Bound costs.
func (l *Lifted) LogProbs(y mat.Matrix) (logProbs, errors []float64) {
	n := shape("LogProbs", y, l.Dim())
	switch {
	case l.CondDim() > 0:
		panic(fmt.Sprintf("flow: LogProbs: got a conditional model without context, want %d columns by Given", l.CondDim()))
	case l.Of.ctx != nil:
		l.Of.checkContext("LogProbs", n)
	}
	rows := dense(y)
	_, _, k := l.By.Dims()
	noise := make([]float64, max(1, l.Draws*k))
	rng.Normals(noise, rng.New(0))
	logProbs, errors = make([]float64, n), make([]float64, n)
	l.Of.eachChunk("LogProbs", n, func(t *autodiff.Tape, i, j int) {
		for ; i < j; i++ {
			t.Reset()
			if y := rows.RawRowView(i); hasNaN(y) {
				logProbs[i], errors[i] = math.NaN(), math.NaN()
				continue
			} else if !l.By.Holds(y) {
				logProbs[i] = math.Inf(-1)
				continue
			}
			row := viewRows(t, rows, i, i+1).Expand(l.Draws, l.Dim())
			c := l.Of.context("LogProbs", t, i, i+1, n)
			logProbs[i], errors[i] = meanOfExp(l.bound("LogProbs", row, t.View(l.Draws, k, noise[:l.Draws*k]), c).Data())
		}
	})
	return logProbs, errors
}

// meanOfExp returns the logarithm of the mean of eˣ, and its standard error.
func meanOfExp(x []float64) (logMean, se float64) {
	most := math.Inf(-1)
	for _, v := range x {
		if math.IsNaN(v) {
			return v, v
		}
		most = max(most, v)
	}
	if math.IsInf(most, 0) {
		return most, 0
	}
	var sum, squares float64
	for _, v := range x {
		e := special.Exp(v - most)
		sum += e
		squares += float64(e * e)
	}
	n := float64(len(x))
	mean := sum / n
	if n > 1 {
		se = math.Sqrt(max(0, squares/n-float64(mean*mean))/(n-1)) / mean
	}
	return most + special.Log(mean), se
}

// Draw fills the rows of batch with samples.
func (l *Lifted) Draw(batch *mat.Dense, src rand.Source) {
	n := shape("Draw", batch, l.Dim())
	if n == 0 {
		return
	}
	x := mat.NewDense(n, l.Of.Dim(), nil)
	l.Of.Draw(x, src)
	l.By.Lower(batch, x, src)
}

// drawnBy returns rows of a conditional flow given c that noise of its base maps to, and their log-density.
func drawnBy(q *Transformed, noise, c autodiff.Var) (u, logQ autodiff.Var) {
	u, fldj := forwardGiven(q, noise, c)
	return u, dist.LogDensityGiven(q.Base, noise, c).Sub(fldj)
}
