package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// Absolute is the distribution of |x| in some columns of rows x of another, a map of 2ᵏ branches to one for k columns. Its
// density is exact, the sum over branches:
//
//	log p(y) = log Σₛ q(s·y)  for signs s of the columns, −Inf where one is negative
//
// Any other even map is this one with a bijector behind it, such as x² with [github.com/normflow/normflow/bijector.Power]. A density costs 2ᵏ of Of, a draw one.
// It is safe for concurrent use where Of is.
//
// Didrik Nielsen, Priyank Jaini, Emiel Hoogeboom, Ole Winther, Max Welling, SurVAE Flows: Surjections to Bridge the Gap between VAEs and
// Flows, 2020, arXiv:2007.02731.
type Absolute struct {
	Of      Distribution
	Columns []int // at most 10
}

var (
	_ Conditional = (*Absolute)(nil)
	_ Composite   = (*Absolute)(nil)
)

// NewAbsolute returns the distribution of rows of d with absolute values in some columns, in all if none are named. It panics if a column is
// none of d's or there twice, or there are more than 10.
func NewAbsolute(d Distribution, columns ...int) *Absolute {
	need.One("dist: NewAbsolute", "distribution", d)
	if d != nil && len(columns) == 0 {
		for j := range d.Dim() {
			columns = append(columns, j)
		}
	}
	a := &Absolute{Of: d, Columns: columns}
	if err := a.Restore(); err != nil {
		panic(err.Error())
	}
	return a
}

// Restore checks the fields.
func (a *Absolute) Restore() error {
	if a.Of == nil {
		return fmt.Errorf("dist: Absolute: got no distribution, want one")
	}
	seen := map[int]bool{}
	for _, j := range a.Columns {
		if j < 0 || j >= a.Of.Dim() || seen[j] {
			return fmt.Errorf("dist: Absolute: got columns %v, want different ones of %d", a.Columns, a.Of.Dim())
		}
		seen[j] = true
	}
	if n := len(a.Columns); n < 1 || n > 10 {
		return fmt.Errorf("dist: Absolute: got %d columns, want 1 to 10", n)
	}
	return nil
}

// Dim returns the number of columns.
func (a *Absolute) Dim() int { return a.Of.Dim() }

// CondDim returns that of Of.
func (a *Absolute) CondDim() int { return CondDim(a.Of) }

// LogDensity returns log p of each row.
func (a *Absolute) LogDensity(y autodiff.Var) autodiff.Var {
	return a.LogDensityGiven(y, autodiff.Var{})
}

// LogDensityGiven returns log p(y | c) of each row.
func (a *Absolute) LogDensityGiven(y, c autodiff.Var) autodiff.Var {
	checkLen("Absolute", y.Cols(), a.Dim())
	t := y.Tape()
	branches := make([]autodiff.Var, 0, 1<<len(a.Columns))
	for s := range 1 << len(a.Columns) {
		x := y.Mul(t.Matrix(mat.NewDense(1, a.Dim(), a.signs(s))))
		branches = append(branches, LogDensityGiven(a.Of, x, c))
	}
	outside := t.Scalar(0).Greater(y.Gather(a.Columns)).RowSum()
	return autodiff.Where(outside, t.Scalar(math.Inf(-1)), autodiff.Concat(branches...).RowLogSumExp())
}

// signs returns the signs of branch s, 1 in columns that have none.
func (a *Absolute) signs(s int) []float64 {
	signs := make([]float64, a.Dim())
	for j := range signs {
		signs[j] = 1
	}
	for k, j := range a.Columns {
		if s>>k&1 == 1 {
			signs[j] = -1
		}
	}
	return signs
}

// Draw fills the rows of batch.
func (a *Absolute) Draw(batch *mat.Dense, src rand.Source) {
	a.Of.Draw(batch, src)
	a.fold(batch)
}

// DrawGiven fills the rows of batch given their contexts.
func (a *Absolute) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	DrawGiven(a.Of, batch, c, src)
	a.fold(batch)
}

func (a *Absolute) fold(batch *mat.Dense) {
	n, _ := batch.Dims()
	for i := range n {
		row := batch.RawRowView(i)
		for _, j := range a.Columns {
			row[j] = math.Abs(row[j])
		}
	}
}

// Walk calls visit for the distribution within, with rows of all branches in turn.
func (a *Absolute) Walk(x, c autodiff.Var, visit func(part Distribution, x, c autodiff.Var)) {
	if x == (autodiff.Var{}) {
		visit(a.Of, x, c)
		return
	}
	n, d := x.Dims()
	signs := mat.NewDense(n, d, nil)
	for i := range n {
		signs.SetRow(i, a.signs(i%(1<<len(a.Columns))))
	}
	visit(a.Of, x.Mul(x.Tape().Matrix(signs)), c)
}
