package masked

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A Map is an elementwise map with raw parameters, such as a bijector's
// univariate: of x n×d and raw n×(d·K) to y and the logarithm of the slope, n×d each, where
// element (i, j) depends on xᵢⱼ and columns j·K to j·K+K−1 of row i of raw only. Parameters of
// its own are constants to a [Solver].
type Map interface {
	Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var)
}

// A ColumnMap is a Map whose element (i, j) may depend on j too. What Column returns is applied to column j of x and of raw
// alone, n×1 and n×K.
type ColumnMap interface {
	Map
	Column(j int) Map
}

// A Solver solves for the y that g gives with parameters made from y itself by a masked network:
//
//	y = g(x; raw),  raw = Net.Apply(y)
//
// It computes column after column, each hidden unit once, when the columns that
// it sees are known: the whole at about the cost of one Net.Apply, where repeated
// application would cost Dim of them. P. Ramachandran et al., Fast Generation for
// Convolutional Autoregressive Models, arXiv 1704.06001, keep hidden units in this
// way in another network.
//
// The values are those of Net.Apply at the solution to the last bit (if no other
// BLAS is in use), and the gradient is exact: it is propagated through the same
// columns in reverse, which amounts to the implicit function theorem with its
// triangular system solved by substitution, again at the cost of one pass.
type Solver struct {
	Net *MADE
	Map Map

	position []int // of each column in the order; nil if the natural one
}

// NewSolver returns a solver. It panics if net or g is nil, or if columns
// have several values.
func NewSolver(net *MADE, g Map) *Solver {
	if net == nil || g == nil {
		panic("masked: NewSolver: got no network or no map, want both")
	}
	if k := net.Spec.inputs(); k != 1 {
		panic(fmt.Sprintf("masked: NewSolver: got columns of %d numbers, want 1", k))
	}
	s := &Solver{Net: net, Map: g}
	if net.ungroup != nil {
		s.position = make([]int, len(net.Spec.Order))
		for pos, j := range net.Spec.Order {
			s.position[j] = pos
		}
	}
	return s
}

// maxLayers is how many layers a network may have for Solve not to allocate.
const maxLayers = 16

// Solve returns y and raw for the context c, as [MADE.ApplyGiven] takes it, the zero
// Var for none. It panics as ApplyGiven does.
func (s *Solver) Solve(x, c autodiff.Var) (y, raw autodiff.Var) {
	m, t := s.Net, x.Tape()
	m.check(x.Rows(), x.Cols(), c)
	if s.position != nil {
		x = x.Gather(m.Spec.Order)
	}
	var few [2 + 2*maxLayers]autodiff.Var
	in := append(few[:0], x)
	for l := range m.Layers {
		in = append(in, m.weights(l, t), m.start(l, t, c))
	}
	if m.Single {
		must(m.checkSingle())
		in = append(in, m.narrow(t))
	}
	n := x.Rows()
	y, raw = solveOp.Apply2(t, autodiff.Args{Ref: s},
		autodiff.Shape{Rows: n, Cols: m.In()}, autodiff.Shape{Rows: n, Cols: m.Out()}, in...)
	if s.position != nil {
		y, raw = y.Gather(s.position), raw.Gather(m.ungroup)
	}
	return y, raw
}

// solveOp has inputs x, W and start of each layer, and the result of narrowMADEOp if the
// network is in float32, and outputs y and raw.
// Args.Ref is the *Solver. Samples are taken in chunks; the buffers of each are
// saved one after the other.
var solveOp = &autodiff.Op{
	Name: "masked.Solver",
	Forward: func(c *autodiff.Call) {
		sol := c.Args().Ref.(*Solver)
		p, rows := sol.Net.prog, c.InShape(0).Rows
		chunk := p.chunk()
		var memory []float64
		if c.Needs() {
			memory = c.Save(p.total * rows)
		} else {
			memory = c.Temp(p.total * min(chunk, rows))
		}
		for r := 0; r < rows; r += chunk {
			s := openEvaluator(c, sol, r, min(chunk, rows-r))
			s.bufs = s.split(s.bufs, memory)
			if sol.Net.Single {
				s.keep = c.Needs()
				s.openSingle(c.In(c.Len() - 1))
			}
			s.forward(solveNext)
			transpose(c.Out(0)[r*p.dim:], s.bufs[0], p.dim, s.n)
			transpose(c.Out(1)[r*sol.Net.Out():], s.bufs[p.outputs()], sol.Net.Out(), s.n)
			if c.Needs() {
				memory = memory[p.total*s.n:]
			}
			s.done()
		}
	},
	Backward: func(c *autodiff.Call) {
		sol := c.Args().Ref.(*Solver)
		p, rows := sol.Net.prog, c.InShape(0).Rows
		chunk, saved := p.chunk(), c.Saved()
		memory := c.Temp(p.total * min(chunk, rows))
		for r := 0; r < rows; r += chunk {
			s := openEvaluator(c, sol, r, min(chunk, rows-r))
			s.bufs = s.split(s.bufs, saved)
			saved = saved[p.total*s.n:]
			s.grads = s.split(s.grads, memory)
			s.openGrads(c, r)
			s.backward(solvePrev)
			s.closeGrads(c, r)
			s.done()
		}
	},
}

// openEvaluator returns an evaluator over samples r to r+n−1 of the call.
func openEvaluator(c *autodiff.Call, sol *Solver, r, n int) *evaluator {
	s := newEvaluator(sol.Net.prog, n)
	s.solver = sol
	d := s.dim
	s.x = c.In(0)[r*d : (r+n)*d]
	for l := range s.linear {
		start := c.In(2 + 2*l)
		if c.InShape(2+2*l).Rows != 1 {
			out := s.linear[l].mask.out
			start = start[r*out : (r+n)*out]
		}
		s.weights, s.starts = append(s.weights, c.In(1+2*l)), append(s.starts, start)
	}
	return s
}

// solveNext sets column m to g(x; raw).
func solveNext(s *evaluator, m int) {
	k := s.solver.Net.Spec.Outputs
	s.raw = grow(s.raw, s.n*(k+1))
	raw, x := s.raw[:s.n*k], s.raw[s.n*k:]
	transpose(raw, s.rows(s.bufs[s.outputs()], m*k, (m+1)*k), k, s.n)
	for i := range x {
		x[i] = s.x[i*s.dim+m]
	}
	g := s.solver.Map
	if c, ok := g.(ColumnMap); ok {
		g = c.Column(m)
	}
	y, _ := g.Forward(s.tape.View(s.n, 1, x), s.tape.View(s.n, k, raw))
	copy(s.rows(s.bufs[0], m, m+1), y.Data())
	s.tape.Reset()
}

// openGrads clears the gradients but those of the columns and outputs, and
// computes the derivatives of the activations and the map: since these act on
// single values, one backward pass from the sum of all gives them.
func (s *evaluator) openGrads(c *autodiff.Call, r int) {
	for _, g := range s.grads {
		clear(g)
	}
	d, out := s.dim, s.solver.Net.Out()
	if dy := c.OutGrad(0); dy != nil {
		transpose(s.grads[0], dy[r*d:(r+s.n)*d], s.n, d)
	}
	if draw := c.OutGrad(1); draw != nil {
		transpose(s.grads[s.outputs()], draw[r*out:(r+s.n)*out], s.n, out)
	}
	s.tape.Reset()
	s.tape.NoGrad(false)
	x, raw := s.variable(s.n, d, s.x), s.variable(s.n, out, c.Out(1)[r*out:(r+s.n)*out])
	y, _ := s.solver.Map.Forward(x, raw)
	sum := y.Sum()
	s.vars = s.vars[:0]
	for _, st := range s.stages {
		if st.layer < 0 {
			z := s.variable(1, len(s.bufs[st.src]), s.bufs[st.src])
			sum = sum.Add(st.act.Apply(z).Sum())
			s.vars = append(s.vars, z)
		}
	}
	s.tape.Backward(sum)
	s.slopes = append(s.slopes[:0], s.grads...)
	s.slopes[0], s.slopes[s.outputs()] = x.Grad(), raw.Grad()
	i := 0
	for _, st := range s.stages {
		if st.layer < 0 {
			s.slopes[st.dst] = s.vars[i].Grad()
			i++
		}
	}
}

// solvePrev moves the gradient of column m to x, in place, and to its outputs.
func solvePrev(s *evaluator, m int) {
	k := s.solver.Net.Spec.Outputs
	dy, byX, byRaw := s.rows(s.grads[0], m, m+1), s.slopes[0], s.slopes[s.outputs()]
	for j := range k {
		if byRaw == nil {
			break
		}
		draw := s.rows(s.grads[s.outputs()], m*k+j, m*k+j+1)
		for i := range draw {
			draw[i] = kernel.FMA(dy[i], byRaw[(i*s.dim+m)*k+j], draw[i])
		}
	}
	for i := range dy {
		dy[i] *= byX[i*s.dim+m]
	}
}

// closeGrads adds the gradients to those of the call's inputs.
func (s *evaluator) closeGrads(c *autodiff.Call, r int) {
	if dx := c.InGrad(0); dx != nil {
		for j := range s.dim {
			for i, d := range s.rows(s.grads[0], j, j+1) {
				dx[(r+i)*s.dim+j] += d
			}
		}
	}
	for _, st := range s.stages {
		if st.layer < 0 {
			continue
		}
		start := c.InGrad(2 + 2*st.layer)
		if start != nil && c.InShape(2+2*st.layer).Rows != 1 {
			out := s.linear[st.layer].mask.out
			start = start[r*out : (r+s.n)*out]
		}
		s.addWeights(st, c.InGrad(1+2*st.layer), start)
	}
}
