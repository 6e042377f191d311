package masked

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// singleSpecs are networks that can be computed in float32.
func singleSpecs() map[string]Spec {
	return map[string]Spec{
		"one layer": {Dim: 3, Outputs: 2, Act: nn.ReLU},
		"relu":      {Dim: 5, Hidden: []int{37, 70}, Outputs: 3, Act: nn.ReLU, Order: []int{4, 0, 2, 1, 3}},
		"tanh":      {Dim: 3, Hidden: []int{9}, Outputs: 2, Act: nn.Tanh},
		"context":   {Dim: 4, Hidden: []int{20, 12}, Outputs: 2, Act: nn.Tanh, Cond: 3},
		"direct":    {Dim: 4, Hidden: []int{6, 5}, Outputs: 2, Cond: 1, Act: nn.Tanh, Direct: true, Order: []int{1, 3, 0, 2}},
		"wide":      {Dim: 9, Hidden: []int{210, 300}, Outputs: 23, Act: nn.ReLU},
	}
}

// madeTwins returns one network in float32 and in float64, with shared parameters; weights
// that are masked do not matter.
func madeTwins(spec Spec) (single, double *MADE) {
	double = NewMADE(spec, rng.New(1))
	for _, l := range double.Layers {
		nn.Glorot(l, rng.New(9))
	}
	single = &MADE{Spec: double.Spec, Layers: double.Layers, Context: double.Context, Single: true}
	must(single.Restore())
	return single, double
}

// madeGradients returns f of the network, and the gradients of a weighted sum of it with
// respect to the columns, the context and all parameters.
func madeGradients(m *MADE, x, context *mat.Dense, f func(x, c autodiff.Var) autodiff.Var) [][]float64 {
	tape := autodiff.NewTape()
	v, c := tape.Variable(x), autodiff.Var{}
	if context != nil {
		c = tape.Variable(context)
	}
	y := f(v, c)
	tape.Backward(y.Mul(tape.Matrix(randomRows(y.Rows(), y.Cols()))).Sum())
	all := [][]float64{y.Data(), v.Grad()}
	if context != nil {
		all = append(all, c.Grad())
	}
	for l, layer := range m.Layers {
		all = append(all, tape.Grad(layer.W), tape.Grad(layer.B))
		if context != nil {
			all = append(all, tape.Grad(m.Context[l]))
		}
	}
	return all
}

// eachSingle calls f for networks, rows and contexts: one for all and one for each.
func eachSingle(f func(name string, spec Spec, x, context *mat.Dense)) {
	for name, spec := range singleSpecs() {
		for _, n := range []int{1, 3, singleRows + 9} {
			for _, contexts := range []int{1, n} {
				var context *mat.Dense
				if spec.Cond > 0 {
					context = randomRows(contexts, spec.Cond)
				} else if contexts > 1 {
					continue
				}
				f(fmt.Sprintf("%s, %d rows, %d contexts", name, n, contexts), spec, randomRows(n, spec.Dim), context)
			}
		}
	}
}

// The network in float32, what a solver makes of it and their gradients are those in
// float64 but for roundings, as in TestSingleFollowsDouble; the solver's map makes ten times
// as much of them.
func TestSingleMADEFollowsDouble(t *testing.T) {
	eachSingle(func(name string, spec Spec, x, context *mat.Dense) {
		single, double := madeTwins(spec)
		g := affine{spec.Outputs}
		for what, of := range map[string]func(m *MADE) func(x, c autodiff.Var) autodiff.Var{
			"network": func(m *MADE) func(x, c autodiff.Var) autodiff.Var { return m.ApplyGiven },
			"solver": func(m *MADE) func(x, c autodiff.Var) autodiff.Var {
				return func(x, c autodiff.Var) autodiff.Var {
					y, raw := NewSolver(m, g).Solve(x, c)
					return autodiff.Concat(y, raw)
				}
			},
		} {
			tolerance := 1e-5
			if what == "solver" {
				tolerance = 1e-4
			}
			got, want := madeGradients(single, x, context, of(single)), madeGradients(double, x, context, of(double))
			for i := range want {
				size := 0.0
				for _, v := range want[i] {
					size = max(size, math.Abs(v))
				}
				for j, w := range want[i] {
					if !(math.Abs(got[i][j]-w) <= tolerance*size) {
						t.Fatalf("%s, %s: result %d: got %v at %d, want %v", name, what, i, got[i][j], j, w)
					}
				}
			}
		}
	})
}

// A solver, Fill, and one row alone see the bits that the network has at the solution.
func TestSingleMADEBits(t *testing.T) {
	h := fnv.New64a()
	for _, name := range []string{"one layer", "relu", "tanh", "context", "wide", "direct"} {
		spec := singleSpecs()[name]
		m, _ := madeTwins(spec)
		var context *mat.Dense
		n := singleRows + 9
		if spec.Cond > 0 {
			context = randomRows(n, spec.Cond)
		}
		for _, s := range madeGradients(m, randomRows(n, spec.Dim), context, m.ApplyGiven) {
			for _, v := range s {
				fmt.Fprintf(h, "%016x", math.Float64bits(v))
			}
		}
		tape := autodiff.NewTape()
		var c autodiff.Var
		if context != nil {
			c = tape.Matrix(context)
		}
		y, raw := NewSolver(m, affine{spec.Outputs}).Solve(tape.Matrix(randomRows(n, spec.Dim)), c)
		net := m.ApplyGiven(y, c)
		if !slices.Equal(raw.Data(), net.Data()) {
			t.Errorf("%s: raw parameters are not those of the network at the solution", name)
		}
		for i := range 3 {
			if c != (autodiff.Var{}) {
				c = tape.Matrix(context.Slice(i, i+1, 0, spec.Cond))
			}
			one := m.ApplyGiven(tape.Matrix(y.Dense().Slice(i, i+1, 0, spec.Dim)), c)
			if k := one.Cols(); !slices.Equal(one.Data(), net.Data()[i*k:(i+1)*k]) {
				t.Errorf("%s: row %d has other bits alone", name, i)
			}
		}
		filled, k := mat.NewDense(n, spec.Dim, nil), spec.Outputs
		var given mat.Matrix
		if context != nil {
			given = context
		}
		m.Fill(filled, given, func(row, col int, raw, dst []float64) {
			for i := range dst {
				for j := range k {
					if want := net.At(row+i, col*k+j); raw[i*k+j] != want {
						t.Fatalf("%s: Fill got %v in row %d, want %v", name, raw[i*k+j], row+i, want)
					}
				}
				dst[i] = y.At(row+i, col)
			}
		})
	}
	if got, want := h.Sum64(), uint64(0x3dcd03ce150187b0); got != want {
		t.Errorf("got a digest of %#x, want %#x", got, want)
	}
}

func TestSingleMADERefuses(t *testing.T) {
	for name, spec := range map[string]Spec{
		"activation": {Dim: 2, Hidden: []int{3}, Outputs: 1, Act: nn.SiLU},
		"residual":   {Dim: 2, Hidden: []int{3}, Outputs: 1, Act: nn.ReLU, Residual: true},
	} {
		m := NewMADE(spec, rng.New(1))
		m.Single = true
		if err := m.Restore(); err == nil || !strings.Contains(err.Error(), "Single and activation") {
			t.Errorf("%s: got error %v, want one about Single", name, err)
		}
	}
}
