package dist

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// A Conditional is a distribution that depends on a context: further values for
// each row, such as a class, or the observation of a posterior. [MADE] is one, a flow, and a
// [Mixture] or [Joint] of some.
type Conditional interface {
	Distribution
	// CondDim returns the width of the context, 0 if there is none.
	CondDim() int
	// LogDensityGiven returns log p(x | c) of each row, n×d → n×1, for contexts n×CondDim, one for
	// each row, or 1×CondDim, one for all. Where CondDim is 0, c is ignored.
	LogDensityGiven(x, c autodiff.Var) autodiff.Var
	// DrawGiven fills the rows of batch with independent samples given their contexts.
	DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source)
}

// A Composite is a distribution made of others, such as a [Mixture].
type Composite interface {
	Distribution
	// Walk calls visit for each part with its columns of the rows x and the part of their contexts
	// c that it sees. Where x or c is the zero Var, visit gets that.
	Walk(x, c autodiff.Var, visit func(part Distribution, x, c autodiff.Var))
}

// CondDim returns the width of the context that d needs, 0 if it needs none.
func CondDim(d Distribution) int {
	need.One("dist: CondDim", "distribution", d)
	if c, ok := d.(Conditional); ok {
		return c.CondDim()
	}
	return 0
}

// LogDensityGiven returns log p(x | c) of each row, and log p(x) for a d without a context, or if c is
// the zero Var.
func LogDensityGiven(d Distribution, x, c autodiff.Var) autodiff.Var {
	need.One("dist: LogDensityGiven", "distribution", d)
	if k, ok := d.(Conditional); ok && c != (autodiff.Var{}) {
		return k.LogDensityGiven(x, c)
	}
	return d.LogDensity(x)
}

// DrawGiven fills the rows of batch with samples given their contexts; a d without a context, and
// a nil c, are like [Distribution].Draw.
func DrawGiven(d Distribution, batch *mat.Dense, c mat.Matrix, src rand.Source) {
	need.One("dist: DrawGiven", "distribution", d)
	need.One("dist: DrawGiven", "matrix", batch)
	if k, ok := d.(Conditional); ok && c != nil {
		k.DrawGiven(batch, c, src)
		return
	}
	d.Draw(batch, src)
}

// Given returns d for the contexts c, or d itself if it has no use for them. It shares the
// parameters and lives on the tape of c. It panics for another width of c.
func Given(d Distribution, c autodiff.Var) Distribution {
	need.One("dist: Given", "distribution", d)
	w := CondDim(d)
	if w == 0 {
		return d
	}
	checkCols("Given: context", c.Cols(), w)
	return &given{d.(Conditional), c}
}

// A given is a distribution with its contexts.
type given struct {
	of Conditional
	c  autodiff.Var
}

func (g *given) Dim() int { return g.of.Dim() }

func (g *given) LogDensity(x autodiff.Var) autodiff.Var { return g.of.LogDensityGiven(x, g.c) }

func (g *given) Draw(batch *mat.Dense, src rand.Source) { g.of.DrawGiven(batch, g.c.Dense(), src) }

// commonCondDim returns the width of the context that parts need, and an error if they disagree.
func commonCondDim(what string, parts []Distribution) (width int, err error) {
	for i, p := range parts {
		switch d := CondDim(p); {
		case d == 0 || d == width:
		case width == 0:
			width = d
		default:
			return 0, fmt.Errorf("dist: %s: part %d: got context width %d, want %d as before it", what, i, d, width)
		}
	}
	return width, nil
}

// checkContext panics unless c has the right width, and a row for each of n or one for all.
func checkContext(what string, c mat.Matrix, n, width int) {
	if rows, cols := c.Dims(); cols != width || rows != 1 && rows != n {
		panic(fmt.Sprintf("dist: %s: got a context of %d×%d, want %d columns, and one row or %d", what, rows, cols, width, n))
	}
}

// pickRows returns some rows of c, or c itself if it has only one.
func pickRows(c mat.Matrix, rows []int) mat.Matrix {
	if c == nil {
		return nil
	}
	n, d := c.Dims()
	if n == 1 {
		return c
	}
	some := mat.NewDense(len(rows), d, nil)
	for i, r := range rows {
		mat.Row(some.RawRowView(i), r, c)
	}
	return some
}
