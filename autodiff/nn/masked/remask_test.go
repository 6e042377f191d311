package masked

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
)

// An ensemble of two networks with one set of weights.
func ExampleMADE_Remask() {
	net := NewMADE(Spec{Dim: 3, Hidden: []int{32}, Outputs: 1, Act: nn.ReLU}, rand.NewPCG(1, 0))
	other, err := net.Remask([]int{2, 1, 0}, RandomDegrees(3, []int{32}, false, rand.NewPCG(2, 0)))
	tape := autodiff.NewTape()
	x := tape.Matrix(randomRows(4, 3))
	mean := net.Apply(x).Add(other.Apply(x)).MulConst(0.5)
	fmt.Println(err)
	fmt.Println(mean.Dims())
	fmt.Println(len(tape.Params()))
	// Output:
	// <nil>
	// 4 3
	// 4
}

// byDefinition is a network of one or two hidden layers with the degrees of its
// units as they stand.
func byDefinition(m *MADE, order []int, degrees [][]int, x autodiff.Var) autodiff.Var {
	t, k, in := x.Tape(), m.Spec.Outputs, m.Spec.inputs()
	position := make([]int, m.Spec.Dim)
	for pos, j := range order {
		position[j] = pos
	}
	before := make([]int, m.In()) // the least degree of a unit that sees it
	for j := range before {
		before[j] = position[j/in] + 1
	}
	for l, layer := range m.Layers {
		after := make([]int, layer.Out())
		for u := range after {
			if l < len(degrees) {
				after[u] = degrees[l][u]
			} else {
				after[u] = position[u/k]
			}
		}
		w := layer.W.Matrix()
		masked := randomRows(layer.In(), layer.Out())
		masked.Apply(func(i, j int, _ float64) float64 {
			if before[i] > after[j] {
				return 0
			}
			return w.At(i, j)
		}, masked)
		x = dense(layer.Act, x, t.Matrix(masked), t.Use(layer.B))
		before = after
	}
	return x
}

func remasked(spec Spec, seed uint64) (m, r *MADE, order []int, degrees [][]int) {
	m = NewMADE(spec, rng.New(seed))
	for _, l := range m.Layers {
		nn.Uniform(l, rng.New(seed+1)) // also what m itself ignores
	}
	order = rand.New(rng.New(seed + 2)).Perm(spec.Dim)
	degrees = RandomDegrees(spec.Dim, spec.Hidden, false, rng.New(seed+3))
	for _, d := range degrees {
		rand.New(rng.New(seed+4)).Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
	}
	return m, remask(m, order, degrees), order, degrees
}

func remask(m *MADE, order []int, degrees [][]int) *MADE {
	r, err := m.Remask(order, degrees)
	must(err)
	return r
}

func TestRemaskErrors(t *testing.T) {
	m, r, order, degrees := remasked(Spec{Dim: 5, Hidden: []int{8}, Outputs: 2, Act: nn.Tanh}, 1)
	if _, err := r.Remask(order, degrees); err == nil {
		t.Error("got no error for a network with other masks")
	}
	if _, err := m.Remask(order[:3], degrees); err == nil {
		t.Error("got no error for an order of 3 columns of 5")
	}
	for _, bad := range [][][]int{nil, {{1}}, {{1, 2, 3, 4, 5, 1, 1, 1}}} {
		if _, err := m.Remask(order, bad); err == nil {
			t.Errorf("degrees %v: got no error", bad)
		}
	}
}

func TestRemask(t *testing.T) {
	for seed := range uint64(5) {
		spec := Spec{Dim: 5, Inputs: int(seed % 3), Hidden: []int{17, 20}, Outputs: 2, Act: nn.Tanh}
		m, r, order, degrees := remasked(spec, seed)
		tape := autodiff.NewTape()
		x := tape.Matrix(randomRows(7, m.In()))
		got, want := r.Apply(x), byDefinition(m, order, degrees, x)
		for i, v := range want.Data() {
			if math.Abs(got.Data()[i]-v) > 1e-13 {
				t.Fatalf("element %d: got %v, want %v", i, got.Data()[i], v)
			}
		}
		again := r.Natural().Apply(x.Gather(grouped(order, spec.inputs())))
		if !slices.Equal(again.Gather(r.ungroup).Data(), got.Data()) {
			t.Error("Natural is another network")
		}
	}
}

// A network that stands in another order itself is seen through that.
func TestRemaskOrdered(t *testing.T) {
	spec := Spec{Dim: 4, Hidden: []int{9}, Outputs: 2, Act: nn.Tanh, Direct: true, Order: []int{3, 1, 0, 2}}
	m := NewMADE(spec, rng.New(1))
	same := remask(m, spec.Order, m.Spec.Degrees)
	tape := autodiff.NewTape()
	x := tape.Matrix(randomRows(7, 4))
	if !slices.Equal(same.Apply(x).Data(), m.Apply(x).Data()) {
		t.Error("the same masks make another network")
	}
}

func TestRemaskGradients(t *testing.T) {
	spec := Spec{Dim: 4, Hidden: []int{6, 5}, Outputs: 2, Cond: 2, Act: nn.Tanh, Direct: true}
	_, r, _, _ := remasked(spec, 3)
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return r.ApplyGiven(x[0], x[1]) }, randomRows(3, 4), randomRows(3, 2))
	s := NewSolver(r, affine{2})
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var {
		y, _ := s.Solve(x[0], x[1])
		return y
	}, randomRows(3, 4), randomRows(1, 2))
	residual := NewMADE(Spec{Dim: 3, Hidden: []int{5, 5}, Outputs: 2, Act: nn.Tanh, Residual: true}, rng.New(1))
	residual = remask(residual, []int{2, 0, 1}, [][]int{{2, 1, 1, 2, 1}})
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return residual.Apply(x[0]) }, randomRows(3, 3))
}
