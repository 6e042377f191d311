package bijector

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Sylvester spreads or presses together along m directions at once, a planar map in each with room for all to mix:
//
//	y = x + Q·R·tanh(S·Qᵀ·x + b),  log|det| = Σᵢ log(1 + rᵢᵢ·sᵢᵢ·(1 − tanh²))
//
// Q, d×m, are the first m columns of a product of reflections, see [Householder], R and S upper triangular m×m matrices whose diagonals are 0.999·tanh of
// parameters: so rᵢᵢ·sᵢᵢ > −1, and it is a bijection of Rᵈ. Forward costs O(m² + d·k) a row, with k reflections. So does Inverse, but for some ten
// steps for each of the m coordinates Qᵀ·x: the last is the root of an equation of its own, which is bracketed and found
// to the last digits, then the one before it; gradients are those of the implicit function.
//
// Rianne van den Berg, Leonard Hasenclever, Jakub M. Tomczak, Max Welling, Sylvester Normalizing Flows for Variational
// Inference, 2018, arXiv:1803.05649.
type Sylvester struct {
	Axes *autodiff.Param // k×d: of the reflections
	// R and S are the upper triangles, row by row, of 1×m(m+1)/2 numbers, their diagonals before tanh; B is 1×m.
	R, S, B *autodiff.Param
	// Net maps the context to what is added to R, S and B, side by side; nil is no context.
	Net nn.Network

	diagonal []int        // where the diagonals of R and S are, side by side
	ctx      autodiff.Var // bound by Given
}

// sylvesterBound is what diagonals stay below.
const sylvesterBound = 0.999

// NewSylvester returns a map of d columns along m directions that starts as the identity: R is 0, and what else there is drawn
// from src, nil for the process-wide source. net, nil for none, maps a context to m(m+2) numbers. It panics unless
// 1 ≤ m ≤ d, or if the network has another number of outputs.
func NewSylvester(d, m int, net nn.Network, src rand.Source) *Sylvester {
	if m < 1 || m > d {
		panic(fmt.Sprintf("bijector: Sylvester: got %d directions of %d columns, want from 1 to all", m, d))
	}
	size := 1 / math.Sqrt(float64(m))
	b := &Sylvester{Axes: autodiff.LearnedNormal(m, d, 1, src), R: autodiff.NewParam(1, m*(m+1)/2, nil),
		S: autodiff.LearnedNormal(1, m*(m+1)/2, size, src), B: autodiff.LearnedNormal(1, m, size, src), Net: optional("NewSylvester", net)}
	must(b.Restore())
	return b
}

// Restore checks the fields.
func (b *Sylvester) Restore() error {
	m, err := checkOneRow("Sylvester: B", b.B)
	if err != nil {
		return err
	}
	for _, p := range []*autodiff.Param{b.R, b.S} {
		if err := checkDims("Sylvester: R, S", p, 1, m*(m+1)/2); err != nil {
			return err
		}
	}
	d := 0
	if b.Axes != nil {
		_, d = b.Axes.Dims()
	}
	if err := checkAxes("Sylvester", b.Axes, d); err != nil {
		return err
	}
	if m > d {
		return fmt.Errorf("bijector: Sylvester: got %d directions of %d columns, want at most as many", m, d)
	}
	b.diagonal = b.diagonal[:0]
	for i := range 2 * m {
		b.diagonal = append(b.diagonal, i/m*(m*(m+1)/2)+upperAt(m, i%m, i%m))
	}
	return checkContextual("Sylvester", b.Net, m*(m+2))
}

// upperAt returns where element i, j ≥ i of an upper triangle m×m is, row by row.
func upperAt(m, i, j int) int { return i*m - i*(i-1)/2 + j - i }

// through maps rows in a direction.
func (b *Sylvester) through(x autodiff.Var, dir direction) (y, l autodiff.Var) {
	_, d := b.Axes.Dims()
	m := b.B.Len()
	wantCols("Sylvester", x, d)
	axes := x.Tape().Use(b.Axes)
	p := contextual("Sylvester", x, b.ctx, b.Net, b.R, b.S, b.B)
	p = p.Replace(b.diagonal, p.Gather(b.diagonal).Tanh().MulConst(sylvesterBound))
	all := reflect(x, axes, true) // Qᵀ·x comes first
	z := all.Slice(0, m)
	w, l := sylvesterOp.Apply2(nil, autodiff.Args{I: int(dir)}, z.Shape(), autodiff.Shape{Rows: x.Rows(), Cols: 1}, z, p)
	if m < d {
		w = autodiff.Concat(w, all.Slice(m, d))
	}
	return reflect(w, axes, false), l
}

// Forward returns x + Q·R·tanh(S·Qᵀ·x + b).
func (b *Sylvester) Forward(x autodiff.Var) autodiff.Var { y, _ := b.through(x, forward); return y }

// Inverse returns the x with Forward(x) = y.
func (b *Sylvester) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.through(y, inverse); return x }

// ILDJ returns minus the log-determinant at Inverse(y).
func (b *Sylvester) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.through(y, inverse); return l }

// ForwardFLDJ returns y and the log-determinant.
func (b *Sylvester) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) { return b.through(x, forward) }

// InverseILDJ returns x and minus the log-determinant there.
func (b *Sylvester) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) { return b.through(y, inverse) }

// CondDim returns the number of the network's inputs.
func (b *Sylvester) CondDim() int { return contextWidth(b.Net) }

// Given returns the map for the contexts.
func (b *Sylvester) Given(c autodiff.Var) Bijector {
	wantContext("Sylvester", c, b.CondDim())
	bound := *b
	bound.ctx = c
	return &bound
}
