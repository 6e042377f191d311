package masked

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
)

func TestMADEIsThePlainNetwork(t *testing.T) {
	for name, spec := range madeSpecs() {
		m := NewMADE(spec, rng.New(1))
		for _, l := range m.Layers { // masked weights must not matter
			nn.Glorot(l, rng.New(9))
		}
		tape := autodiff.NewTape()
		x, c := tape.Matrix(randomRows(33, m.In())), madeContext(tape, m, 33)
		got, want := m.ApplyGiven(x, c), plain(m, x, c)
		for i, v := range got.Data() {
			// The context's part is added first here, last there.
			if d := math.Abs(v - want.Data()[i]); !(d == 0 || spec.Cond > 0 && d < 1e-14) {
				t.Fatalf("%s: element %d: got %v, want %v", name, i, v, want.Data()[i])
			}
		}
	}
}

// Column j must depend on exactly those before it in the order, or on some of
// them if there are fewer units than degrees.
func TestMADEDependence(t *testing.T) {
	for name, spec := range madeSpecs() {
		m := NewMADE(spec, rng.New(1))
		d, k := m.In(), spec.Outputs
		position := make([]int, spec.Dim)
		for j := range spec.Dim {
			position[j] = j
		}
		for pos, j := range spec.Order {
			position[j] = pos
		}
		tape := autodiff.NewTape()
		for col := range m.Out() {
			tape.Reset()
			x := tape.Variable(randomRows(5, d))
			out := m.ApplyGiven(x, madeContext(tape, m, 5)).Slice(col, col+1).Sum()
			grad := make([]float64, d)
			if !out.Constant() {
				tape.Backward(out)
				for i, g := range x.Grad() {
					grad[i%d] += math.Abs(g)
				}
			}
			for j, g := range grad {
				before, all := position[j/spec.inputs()] < position[col/k], name != "random" && name != "narrow"
				if !before && g != 0 || before && all && g == 0 {
					t.Errorf("%s: output %d by column %d: got gradient %v, want non-zero %v", name, col, j, g, before)
				}
			}
		}
	}
}

func TestMADEGradients(t *testing.T) {
	for name, spec := range madeSpecs() {
		if name == "wide" {
			continue // 20,000 weights
		}
		t.Run(name, func(t *testing.T) {
			m := NewMADE(spec, rng.New(2))
			if spec.Cond == 0 {
				gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return m.Apply(x[0]) }, randomRows(3, m.In()))
				return
			}
			for _, rows := range []int{1, 3} {
				gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return m.ApplyGiven(x[0], x[1]) },
					randomRows(3, m.In()), randomRows(rows, spec.Cond))
			}
		})
	}
}

// The gradients of the wide network, which has several panels, are those of the plain one,
// also if there are weights below the mask.
func TestMADEPanelGradients(t *testing.T) {
	m := NewMADE(madeSpecs()["wide"], rng.New(2))
	testPanelGradients(t, m)
	for _, l := range m.Layers {
		nn.Glorot(l, rng.New(9))
	}
	testPanelGradients(t, m)
}

func testPanelGradients(t *testing.T, m *MADE) {
	t.Helper()
	grads := func(f func(m *MADE, x autodiff.Var) autodiff.Var) [][]float64 {
		tape := autodiff.NewTape()
		x := tape.Variable(randomRows(20, m.In()))
		tape.Backward(f(m, x).Square().Sum())
		return [][]float64{slices.Clone(x.Grad()), slices.Clone(tape.Grad(m.Layers[0].B)), slices.Clone(tape.Grad(m.Layers[1].B))}
	}
	got := grads(func(m *MADE, x autodiff.Var) autodiff.Var { return m.Apply(x) })
	want := grads(func(m *MADE, x autodiff.Var) autodiff.Var { return plain(m, x, autodiff.Var{}) })
	for i := range want {
		for j, w := range want[i] {
			if !(math.Abs(got[i][j]-w) <= 1e-12*(1+math.Abs(w))) {
				t.Fatalf("gradient %d, element %d: got %v, want %v", i, j, got[i][j], w)
			}
		}
	}
	tape := autodiff.NewTape()
	x := tape.Matrix(randomRows(20, m.In()))
	tape.Backward(m.Apply(x).Square().Sum())
	for l, g := range m.prog.linear {
		dw := slices.Clone(tape.Grad(m.Layers[l].W))
		g.mask.apply(dw)
		if !slices.Equal(dw, tape.Grad(m.Layers[l].W)) {
			t.Errorf("layer %d: got gradients of masked weights, want none", l)
		}
	}
}

func TestNatural(t *testing.T) {
	spec := madeSpecs()["residual with context and order"]
	m := NewMADE(spec, rng.New(2))
	tape := autodiff.NewTape()
	x, c := tape.Matrix(randomRows(4, 3)), tape.Matrix(randomRows(4, 1))
	got := m.Natural().ApplyGiven(x.Gather(spec.Order), c)
	want := m.ApplyGiven(x, c)
	for pos, j := range spec.Order {
		for i := range 4 {
			if got.At(i, pos) != want.At(i, j) {
				t.Errorf("row %d, column %d: got %v, want %v", i, j, got.At(i, pos), want.At(i, j))
			}
		}
	}
}

func TestDegrees(t *testing.T) {
	for _, c := range []struct {
		got, want []int
	}{
		{SequentialDegrees(3, []int{4}, false)[0], []int{1, 1, 2, 2}},
		{SequentialDegrees(3, []int{3}, true)[0], []int{0, 1, 2}},
		{SequentialDegrees(9, []int{3}, false)[0], []int{3, 6, 8}}, // the last column's inputs are all seen
		{SequentialDegrees(1, []int{2}, false)[0], []int{0, 0}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("got degrees %v, want %v", c.got, c.want)
		}
	}
	for seed := range uint64(20) {
		d := RandomDegrees(6, []int{5, 5, 5}, seed%2 == 0, rng.New(seed))
		least := 1 - int(1-seed%2)
		for l, layer := range d {
			if err := checkDegrees(layer, 6); err != nil || layer[0] < least {
				t.Errorf("layer %d: got degrees %v, want at least %d", l, layer, least)
			}
			least = layer[0]
		}
	}
}

func TestMADEPanics(t *testing.T) {
	tape := autodiff.NewTape()
	base := Spec{Dim: 3, Hidden: []int{4}, Outputs: 2, Act: nn.ReLU}
	with := func(change func(s *Spec)) func() {
		return func() { s := base; change(&s); NewMADE(s, nil) }
	}
	for want, f := range map[string]func(){
		"masked: MADE: got Dim 0, Inputs 0, Outputs 2":            with(func(s *Spec) { s.Dim = 0 }),
		"masked: MADE: got hidden widths [4 0]":                   with(func(s *Spec) { s.Hidden = []int{4, 0} }),
		"masked: MADE: got residual blocks of widths [4 5]":       with(func(s *Spec) { s.Hidden = []int{4, 5}; s.Residual = true }),
		"masked: MADE: got Direct and no hidden layer":            with(func(s *Spec) { s.Hidden = nil; s.Direct = true }),
		"masked: MADE: got no residual blocks":                    with(func(s *Spec) { s.Hidden = nil; s.Residual = true }),
		"masked: MADE: got column 1 at place 2 of the order":      with(func(s *Spec) { s.Order = []int{0, 1, 1} }),
		"masked: MADE: got an order of 2 columns":                 with(func(s *Spec) { s.Order = []int{0, 1} }),
		"masked: MADE: got degrees from 1 to 3":                   with(func(s *Spec) { s.Degrees = [][]int{{3, 1, 2, 1}} }),
		"masked: MADE: got 2 degrees, want 4":                     with(func(s *Spec) { s.Degrees = [][]int{{1, 2}} }),
		"masked: MADE: got degrees of 2 layers":                   with(func(s *Spec) { s.Degrees = [][]int{{1, 2}, {1}} }),
		`nn: Activation: got "x"`:                                 with(func(s *Spec) { s.Act = "x" }),
		"masked: MADE: got 2 columns, want 3":                     func() { NewMADE(base, nil).Apply(tape.Zeros(5, 2)) },
		"masked: MADE: got a context of 5×1, want 5×0":            func() { NewMADE(base, nil).ApplyGiven(tape.Zeros(5, 3), tape.Zeros(5, 1)) },
		"masked: MADE: got no context, want one of 2 columns":     func() { b := base; b.Cond = 2; NewMADE(b, nil).Apply(tape.Zeros(5, 3)) },
		"masked: MADE: got a context of 4×2, want 5×2 or one row": func() { b := base; b.Cond = 2; NewMADE(b, nil).ApplyGiven(tape.Zeros(5, 3), tape.Zeros(4, 2)) },
		"masked: NewSolver: got columns of 2 numbers, want 1":     func() { b := base; b.Inputs = 2; NewSolver(NewMADE(b, nil), affine{2}) },
		"masked: NewSolver: got no network":                       func() { NewSolver(nil, affine{}) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

func TestMADERestore(t *testing.T) {
	m := NewMADE(madeSpecs()["context"], rng.New(1))
	if err := (&MADE{Spec: m.Spec, Layers: m.Layers, Context: m.Context}).Restore(); err != nil {
		t.Error(err)
	}
	for want, bad := range map[string]*MADE{
		"masked: MADE: got 2 layers and 3 of context, want 3": {Spec: m.Spec, Layers: m.Layers[:2], Context: m.Context},
		"masked: MADE: got 3 layers and 0 of context, want 3": {Spec: m.Spec, Layers: m.Layers},
		"masked: MADE: got weights of 5×6":                    {Spec: m.Spec, Layers: []nn.Layer{m.Layers[0], m.Layers[2], m.Layers[1]}, Context: m.Context},
		"masked: MADE: got weights of the context of 2×6":     {Spec: m.Spec, Layers: m.Layers, Context: []*autodiff.Param{m.Context[0], m.Context[2], m.Context[1]}},
		"masked: MADE: got Dim 0":                             {},
	} {
		if err := bad.Restore(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestZeroLastMADE(t *testing.T) {
	m := NewMADE(madeSpecs()["context"], rng.New(1)).ZeroLast()
	tape := autodiff.NewTape()
	for _, v := range m.ApplyGiven(tape.Matrix(randomRows(4, 3)), tape.Matrix(randomRows(4, 2))).Data() {
		if v != 0 {
			t.Errorf("got %v, want 0", v)
		}
	}
}
