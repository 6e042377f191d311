package nn

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var activations = []Activation{Linear, ReLU, Tanh, LeakyReLU, ELU, SiLU, GELU, Softplus, Sigmoid}

// randomRows returns numbers from U(−2, 2).
func randomRows(n, d int) *mat.Dense {
	r := rand.New(rng.New(7))
	m := mat.NewDense(n, d, nil)
	for i := range m.RawMatrix().Data {
		m.RawMatrix().Data[i] = 4*r.Float64() - 2
	}
	return m
}

func TestActivation(t *testing.T) {
	want := map[Activation][2]float64{ // at −1 and 2
		Linear: {-1, 2}, ReLU: {0, 2}, Tanh: {math.Tanh(-1), math.Tanh(2)}, LeakyReLU: {-0.01, 2},
		ELU: {math.Exp(-1) - 1, 2}, SiLU: {-1 / (1 + math.E), 2 / (1 + math.Exp(-2))},
		GELU:     {-0.15865525393145707, 2 * 0.9772498680518208},
		Softplus: {math.Log1p(math.Exp(-1)), 2 + math.Log1p(math.Exp(-2))},
		Sigmoid:  {1 / (1 + math.E), 1 / (1 + math.Exp(-2))},
	}
	tape := autodiff.NewTape()
	x := tape.Matrix(mat.NewDense(1, 2, []float64{-1, 2}))
	one, zero := tape.Matrix(mat.NewDense(2, 2, []float64{1, 0, 0, 1})), tape.Zeros(1, 2)
	for _, a := range activations {
		for j, w := range want[a] {
			if got := a.Apply(x).At(0, j); !(math.Abs(got-w) < 1e-15) {
				t.Errorf("%s at %v: got %v, want %v", a, x.At(0, j), got, w)
			}
			if got := a.dense(x, one, zero).At(0, j); !(math.Abs(got-w) < 1e-15) {
				t.Errorf("%s after a layer, at %v: got %v, want %v", a, x.At(0, j), got, w)
			}
		}
	}
}

func TestGradients(t *testing.T) {
	for _, a := range activations {
		t.Run(string(a), func(t *testing.T) {
			// Seeds with which no unit is within a step of its kink.
			mlp := NewMLP(2, []int{5, 4}, 3, a, rng.New(2))
			gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return mlp.Apply(x[0]) }, randomRows(3, 2))
			res := NewResMLP(2, 4, 2, 3, a, rng.New(4))
			gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return res.Apply(x[0]) }, randomRows(3, 2))
		})
	}
}

// Every parameter must matter: none is left out of the formula.
func TestAllParametersAreUsed(t *testing.T) {
	tape := autodiff.NewTape()
	for name, c := range map[string]struct {
		net  Network
		want int
	}{
		"MLP":    {NewMLP(3, []int{8, 8}, 2, Tanh, rng.New(1)), 6},
		"ResMLP": {NewResMLP(3, 8, 3, 2, Tanh, rng.New(1)), 16},
	} {
		tape.Reset()
		y := c.net.Apply(tape.Matrix(randomRows(4, 3)))
		if y.Rows() != 4 || y.Cols() != c.net.Out() || c.net.In() != 3 || c.net.Out() != 2 {
			t.Errorf("%s: got %d×%d from %d to %d", name, y.Rows(), y.Cols(), c.net.In(), c.net.Out())
		}
		tape.Backward(y.Square().Sum())
		used := 0
		for _, p := range tape.Params() {
			for _, g := range tape.Grad(p) {
				if g != 0 {
					used++
					break
				}
			}
		}
		if used != c.want {
			t.Errorf("%s: got %d parameters with a gradient, want %d", name, used, c.want)
		}
	}
}

func TestZeroLast(t *testing.T) {
	tape := autodiff.NewTape()
	x := tape.Matrix(randomRows(4, 3))
	for _, net := range []Network{
		NewMLP(3, []int{8}, 2, ReLU, rng.New(1)).ZeroLast(),
		NewResMLP(3, 8, 1, 2, ReLU, rng.New(1)).ZeroLast(),
	} {
		for _, v := range net.Apply(x).Data() {
			if v != 0 {
				t.Errorf("%T: got %v, want 0", net, v)
			}
		}
	}
}

func TestSameSeedSameNumbers(t *testing.T) {
	a, b := NewResMLP(3, 8, 2, 2, ReLU, rng.New(5)), NewResMLP(3, 8, 2, 2, ReLU, rng.New(5))
	c := NewResMLP(3, 8, 2, 2, ReLU, rng.New(6))
	if !mat.Equal(a.Last.W.Matrix(), b.Last.W.Matrix()) {
		t.Error("got different weights from one seed")
	}
	if mat.Equal(a.Last.W.Matrix(), c.Last.W.Matrix()) {
		t.Error("got the same weights from two seeds")
	}
}

func TestRowsAreIndependent(t *testing.T) {
	net := NewResMLP(3, 16, 2, 4, SiLU, rng.New(5))
	rows := randomRows(9, 3)
	tape := autodiff.NewTape()
	all := net.Apply(tape.Matrix(rows))
	for i := range 9 {
		one := net.Apply(tape.Matrix(rows.Slice(i, i+1, 0, 3)))
		for j, v := range one.Data() {
			if v != all.At(i, j) {
				t.Fatalf("row %d, column %d: got %v alone, %v among others", i, j, v, all.At(i, j))
			}
		}
	}
}

// moments returns the mean, the variance and the largest size of x.
func moments(x []float64) (mean, variance, largest float64) {
	for _, v := range x {
		mean += v / float64(len(x))
		largest = max(largest, math.Abs(v))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance, largest
}

func TestInit(t *testing.T) {
	const in, out = 100, 60
	for name, c := range map[string]struct {
		init  Init
		bound float64 // weights are uniform up to it
		bias  bool
	}{
		"Uniform": {Uniform, 0.1, true},
		"He":      {He, math.Sqrt(6.0 / in), false},
		"Glorot":  {Glorot, math.Sqrt(6.0 / (in + out)), false},
	} {
		l := NewLayer(in, out, ReLU, rng.New(2))
		c.init(l, rng.New(1))
		mean, variance, largest := moments(l.W.Data())
		want := c.bound * c.bound / 3
		// Of n = 6000 draws the mean has a standard error of bound/√(3n), the
		// variance one of variance·√(0.8/n).
		if math.Abs(mean) > 4*c.bound/math.Sqrt(3*in*out) || math.Abs(variance/want-1) > 4*math.Sqrt(0.8/(in*out)) ||
			largest > c.bound || largest < 0.99*c.bound {
			t.Errorf("%s: got mean %v, variance %v, largest %v; want 0, %v, %v", name, mean, variance, largest, want, c.bound)
		}
		if _, _, b := moments(l.B.Data()); b > c.bound || (b > 0) != c.bias {
			t.Errorf("%s: got biases up to %v", name, b)
		}
	}
}

func TestOrthogonal(t *testing.T) {
	for _, shape := range [][2]int{{5, 5}, {3, 7}, {7, 3}, {64, 64}} {
		l := NewLayer(shape[0], shape[1], Linear, rng.New(2))
		Orthogonal(l, rng.New(1))
		w := l.W.Matrix()
		var gram mat.Dense
		if shape[0] <= shape[1] {
			gram.Mul(w, w.T())
		} else {
			gram.Mul(w.T(), w)
		}
		n, _ := gram.Dims()
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = 1
				}
				if math.Abs(gram.At(i, j)-want) > 1e-14 {
					t.Fatalf("%v: product of rows %d and %d: got %v, want %v", shape, i, j, gram.At(i, j), want)
				}
			}
		}
	}
}

func TestOrthonormalRejectsDependentRows(t *testing.T) {
	if orthonormal([]float64{0, 1}, []float64{1, 0, 0, 1}) {
		t.Error("got a third orthonormal row in the plane")
	}
}

func TestPanics(t *testing.T) {
	tape := autodiff.NewTape()
	for want, f := range map[string]func(){
		"nn: NewLayer: got 0×3, want at least 1×1":          func() { NewMLP(0, nil, 3, ReLU, nil) },
		"nn: NewLayer: got 2×-1, want at least 1×1":         func() { NewMLP(2, []int{-1}, 3, ReLU, nil) },
		"nn: NewResMLP: got -1 blocks, want at least 0":     func() { NewResMLP(2, 4, -1, 3, ReLU, nil) },
		"nn: Activation: got \"Relu\", want linear, relu":   func() { NewMLP(2, nil, 3, "Relu", nil) },
		"nn: Activation: got \"\", want linear, relu, tanh": func() { NewResMLP(2, 4, 1, 3, "", nil) },
		"nn: Layer: got 3 columns, want 2":                  func() { NewMLP(2, []int{4}, 3, ReLU, nil).Apply(tape.Zeros(5, 3)) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

func TestRestore(t *testing.T) {
	mlp := func() *MLP { return NewMLP(2, []int{4}, 3, ReLU, rng.New(1)) }
	res := func() *ResMLP { return NewResMLP(2, 4, 2, 3, ReLU, rng.New(1)) }
	for name, c := range map[string]struct {
		net  interface{ Restore() error }
		want string // empty for no error
	}{
		"MLP":     {mlp(), ""},
		"ResMLP":  {res(), ""},
		"empty":   {&MLP{}, "nn: MLP: got no layers"},
		"missing": {func() *MLP { m := mlp(); m.Layers[0].W = nil; return m }(), "nn: Layer: got no weights"},
		"bias":    {func() *MLP { m := mlp(); m.Layers[1].B = m.Layers[0].B; return m }(), "nn: Layer: got a bias of 1×4, want 1×3"},
		"order": {func() *MLP { m := mlp(); m.Layers[0], m.Layers[1] = m.Layers[1], m.Layers[0]; return m }(),
			"nn: Layer: got weights of 2×4, want 3 rows (layer 1)"},
		"name":  {func() *ResMLP { m := res(); m.Blocks[1].A.Act = "x"; return m }(), `nn: Activation: got "x"`},
		"act":   {func() *ResMLP { m := res(); m.Blocks[1].Act = "y"; return m }(), `nn: Activation: got "y"`},
		"width": {func() *ResMLP { m := res(); m.Blocks[1].B = m.Last; return m }(), "nn: Block: got 3 columns out, want 4 (block 1)"},
		"first": {&ResMLP{}, "nn: Layer: got no weights"},
		"last":  {func() *ResMLP { m := res(); m.Last = m.First; return m }(), "nn: Layer: got weights of 2×4, want 4 rows (last layer)"},
	} {
		err := c.net.Restore()
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
