package masked

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// affine is y = x·exp(tanh(b)) + a for the first and last of K raw parameters a … b.
type affine struct{ k int }

func (g affine) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	d := x.Cols()
	var a, b []int
	for j := range d {
		a, b = append(a, j*g.k), append(b, (j+1)*g.k-1)
	}
	s := raw.Gather(b).Tanh()
	return x.Mul(s.Exp()).Add(raw.Gather(a)), s
}

// inverse is the x of y.
func (g affine) inverse(y, raw autodiff.Var) []float64 {
	d := y.Cols()
	x := make([]float64, y.Rows()*d)
	for i := range y.Rows() {
		for j := range d {
			x[i*d+j] = (y.At(i, j) - raw.At(i, j*g.k)) * math.Exp(-math.Tanh(raw.At(i, (j+1)*g.k-1)))
		}
	}
	return x
}

func TestSolve(t *testing.T) {
	for name, spec := range madeSpecs() {
		if spec.Inputs > 1 {
			continue
		}
		m := NewMADE(spec, rng.New(1))
		g := affine{spec.Outputs}
		s := NewSolver(m, g)
		for _, n := range []int{1, 5, 300} { // 300 are several chunks
			tape := autodiff.NewTape()
			x, c := tape.Matrix(randomRows(n, m.In())), madeContext(tape, m, n)
			y, raw := s.Solve(x, c)
			net := m.ApplyGiven(y, c)
			if !slices.Equal(raw.Data(), net.Data()) {
				t.Errorf("%s, %d rows: raw parameters are not those of the network at the solution", name, n)
			}
			for i, v := range g.inverse(y, net) {
				if d := math.Abs(v - x.Data()[i]); !(d < 1e-14*(1+math.Abs(v))*(1+math.Abs(y.Data()[i]))) {
					t.Fatalf("%s, %d rows: element %d: got back %v, want %v", name, n, i, v, x.Data()[i])
				}
			}
		}
	}
}

func TestSolveGradients(t *testing.T) {
	for name, spec := range madeSpecs() {
		if name == "wide" || spec.Inputs > 1 {
			continue // 20,000 weights
		}
		t.Run(name, func(t *testing.T) {
			s := NewSolver(NewMADE(spec, rng.New(2)), affine{spec.Outputs})
			if spec.Cond == 0 {
				gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var {
					y, raw := s.Solve(x[0], autodiff.Var{})
					return autodiff.Concat(y, raw)
				}, randomRows(3, spec.Dim))
				return
			}
			for _, rows := range []int{1, 3} {
				gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var {
					y, raw := s.Solve(x[0], x[1])
					return autodiff.Concat(y, raw)
				}, randomRows(3, spec.Dim), randomRows(rows, spec.Cond))
			}
		})
	}
}

// Over several chunks, blocks and panels the gradient is that of Dim
// applications of the network, each of which settles one more column.
func TestSolveGradientsAreThoseOfRepetition(t *testing.T) {
	for _, spec := range []Spec{
		{Dim: 3, Hidden: []int{150, 120}, Outputs: 30, Act: nn.Tanh},
		{Dim: 30, Hidden: []int{40, 90}, Outputs: 2, Act: nn.SiLU},
		{Dim: 9, Hidden: []int{64, 64}, Outputs: 3, Act: nn.Tanh, Residual: true, Cond: 2},
	} {
		m := NewMADE(spec, rng.New(2))
		g := affine{spec.Outputs}
		s := NewSolver(m, g)
		const rows = 200
		grads := func(f func(x, c autodiff.Var) autodiff.Var) [][]float64 {
			tape := autodiff.NewTape()
			x, c := tape.Variable(randomRows(rows, m.In())), madeContext(tape, m, rows)
			tape.Backward(f(x, c).Square().Mean())
			all := [][]float64{slices.Clone(x.Grad())}
			for _, p := range tape.Params() {
				all = append(all, slices.Clone(tape.Grad(p)))
			}
			return all
		}
		got := grads(func(x, c autodiff.Var) autodiff.Var { y, _ := s.Solve(x, c); return y })
		want := grads(func(x, c autodiff.Var) autodiff.Var {
			y := x
			for range spec.Dim {
				y, _ = g.Forward(x, m.ApplyGiven(y, c))
			}
			return y
		})
		if len(got) != len(want) {
			t.Fatalf("got gradients of %d variables, want %d", len(got), len(want))
		}
		for i := range want {
			for j, w := range want[i] {
				if !(math.Abs(got[i][j]-w) <= 1e-12*(1+math.Abs(w))) {
					t.Fatalf("%d columns: gradient %d, element %d: got %v, want %v", spec.Dim, i, j, got[i][j], w)
				}
			}
		}
	}
}

func TestSolveRowsAreIndependent(t *testing.T) {
	s := NewSolver(NewMADE(madeSpecs()["plain"], rng.New(1)), affine{2})
	rows := randomRows(300, 4)
	tape := autodiff.NewTape()
	all, _ := s.Solve(tape.Matrix(rows), autodiff.Var{})
	for _, i := range []int{0, 7, 299} {
		one, _ := s.Solve(tape.Matrix(rows.Slice(i, i+1, 0, 4)), autodiff.Var{})
		if !slices.Equal(one.Data(), all.Data()[4*i:4*i+4]) {
			t.Errorf("row %d: got %v alone, %v among others", i, one.Data(), all.Data()[4*i:4*i+4])
		}
	}
}

func TestFill(t *testing.T) {
	for name, spec := range madeSpecs() {
		m := NewMADE(spec, rng.New(1))
		const n = 300
		tape := autodiff.NewTape()
		x, c, k := randomRows(n, m.In()), madeContext(tape, m, n), spec.inputs()
		var contexts mat.Matrix
		if spec.Cond > 0 {
			contexts = c.Dense()
		}
		y := mat.NewDense(n, m.In(), nil)
		m.Fill(y, contexts, func(row, col int, raw, dst []float64) {
			for i := range dst {
				dst[i] = x.At(row+i/k, col*k+i%k) + raw[i/k*spec.Outputs]
			}
		})
		raw := m.ApplyGiven(tape.Matrix(y), c)
		for i := range n {
			for j := range m.In() {
				if got, want := y.At(i, j), x.At(i, j)+raw.At(i, j/k*spec.Outputs); got != want {
					t.Fatalf("%s: row %d, column %d: got %v, want %v", name, i, j, got, want)
				}
			}
		}
	}
}

// shift is y = x + raw, which allocates nothing.
type shift struct{}

func (shift) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) { return x.Add(raw), x }
