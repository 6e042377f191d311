package nn

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// twins returns one network in float32 and in float64, with shared parameters.
func twins(in int, hidden []int, out int, act Activation) (single, double *MLP) {
	double = NewMLP(in, hidden, out, act, rng.New(3))
	return &MLP{Layers: double.Layers, Single: true}, double
}

// gradients returns the network at x, and the gradients of a weighted sum of it with
// respect to x and all parameters.
func gradients(m *MLP, x *mat.Dense) [][]float64 {
	tape := autodiff.NewTape()
	v := tape.Variable(x)
	y := m.Apply(v)
	weights := randomRows(y.Rows(), y.Cols())
	tape.Backward(y.Mul(tape.Matrix(weights)).Sum())
	all := [][]float64{y.Data(), v.Grad()}
	for _, l := range m.Layers {
		all = append(all, tape.Grad(l.W), tape.Grad(l.B))
	}
	return all
}

// The network in float32 and its gradients are those in float64 but for float32's
// roundings, 6e-8 each: some hundreds of them in a sum, with random signs, and a few layers make
// 1e-6 of the largest value, and ten times that is allowed. More than
// singleRows rows, and wide layers, are computed in parts.
func TestSingleFollowsDouble(t *testing.T) {
	for _, act := range []Activation{ReLU, Tanh, Linear} {
		for _, rows := range []int{1, 3, singleRows, 2*singleRows + 5} {
			for _, hidden := range [][]int{nil, {7}, {33, 20}, {300, 260}} {
				if rows > 3 && len(hidden) > 1 && hidden[0] == 300 && act != ReLU {
					continue // a single one is enough
				}
				single, double := twins(5, hidden, 3, act)
				x := randomRows(rows, 5)
				got, want := gradients(single, x), gradients(double, x)
				for i := range want {
					size := 0.0
					for _, v := range want[i] {
						size = max(size, math.Abs(v))
					}
					for j, w := range want[i] {
						if !(math.Abs(got[i][j]-w) <= 1e-5*size) {
							t.Fatalf("%s, %d rows, widths %v: result %d: got %v at %d, want %v", act, rows, hidden, i, got[i][j], j, w)
						}
					}
				}
			}
		}
	}
}

// Nobody asks for the gradients of constant rows and frozen parameters, and
// those of a parameter in two layers add up.
func TestSingleGradientsOfSome(t *testing.T) {
	single, double := twins(4, []int{4, 4}, 4, Tanh)
	single.Layers[0].B.Freeze(true)
	single.Layers[2].W.Freeze(true)
	single.Layers[1].W = single.Layers[0].W
	double.Layers[1].W = double.Layers[0].W
	grad := func(m *MLP) []float64 {
		tape := autodiff.NewTape()
		tape.Backward(m.Apply(tape.Matrix(randomRows(6, 4))).Square().Sum())
		if tape.Grad(m.Layers[0].B) != nil || tape.Grad(m.Layers[2].W) != nil {
			t.Errorf("got a gradient of a frozen parameter")
		}
		return tape.Grad(m.Layers[0].W)
	}
	got, want := grad(single), grad(double)
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= 1e-5*(1+math.Abs(w))) {
			t.Errorf("got %v at %d, want %v", got[i], i, w)
		}
	}
}

// Gradients against central differences of fourth order. Their step of 1/32
// makes 6e-8·32 = 2e-6 of float32's roundings of values of size 1, and leaves 1e-6 of
// the fifth derivative; sums over rows and columns make ten times that.
func TestSingleGradients(t *testing.T) {
	const h, tolerance = 1.0 / 32, 5e-5
	m, _ := twins(2, []int{5, 4}, 3, Tanh)
	x := randomRows(3, 2)
	grads := gradients(m, x)[1:]
	value := func() (sum float64) {
		tape := autodiff.NewTape()
		y := m.Apply(tape.Matrix(x))
		return y.Mul(tape.Matrix(randomRows(3, 3))).Sum().Value()
	}
	at := [][]float64{x.RawMatrix().Data}
	for _, l := range m.Layers {
		at = append(at, l.W.Data(), l.B.Data())
	}
	for i, p := range at {
		for j, v := range p {
			f := func(d float64) float64 { p[j] = v + d; defer func() { p[j] = v }(); return value() }
			want := (8*(f(h)-f(-h)) - (f(2*h) - f(-2*h))) / (12 * h)
			if got := grads[i][j]; !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
				t.Errorf("argument %d, element %d: got %v, want %v by differences", i, j, got, want)
			}
		}
	}
}

func TestSingleRowsAreIndependent(t *testing.T) {
	m, _ := twins(3, []int{20, 40}, 5, Tanh)
	x := randomRows(singleRows+9, 3)
	tape := autodiff.NewTape()
	all := m.Apply(tape.Matrix(x))
	for i := range all.Rows() {
		one := m.Apply(tape.Matrix(x.Slice(i, i+1, 0, 3)))
		for j := range 5 {
			if one.At(0, j) != all.At(i, j) {
				t.Fatalf("row %d: got %v alone, %v in a batch", i, one.At(0, j), all.At(i, j))
			}
		}
	}
	plain := autodiff.NewTape()
	plain.NoGrad(true)
	if got := m.Apply(plain.Matrix(x)); fmt.Sprint(got.Data()) != fmt.Sprint(all.Data()) {
		t.Error("a tape without gradients gives other bits")
	}
}

// Every processor and tier gives the same bits.
func TestSingleBits(t *testing.T) {
	h := fnv.New64a()
	for _, act := range []Activation{ReLU, Tanh} {
		m, _ := twins(5, []int{37, 70}, 9, act)
		for _, s := range gradients(m, randomRows(singleRows+7, 5)) {
			for _, v := range s {
				fmt.Fprintf(h, "%016x", math.Float64bits(v))
			}
		}
	}
	if got, want := h.Sum64(), uint64(0xba8f03209e30a238); got != want {
		t.Errorf("got a digest of %#x, want %#x", got, want)
	}
}

func TestSingleAllocatesNothing(t *testing.T) {
	m, _ := twins(5, []int{30, 20}, 9, ReLU)
	tape, x := autodiff.NewTape(), randomRows(300, 5)
	step := func() {
		tape.Reset()
		tape.Backward(m.Apply(tape.Variable(x)).Sum())
	}
	memtest.AllocatesNothing(t, step)
}

func TestSingleRefuses(t *testing.T) {
	m, _ := twins(2, []int{3}, 1, SiLU)
	if err := m.Restore(); err == nil || !strings.Contains(err.Error(), `Single and activation "silu"`) {
		t.Errorf("got error %v, want one about the activation", err)
	}
	for name, f := range map[string]func(){
		"activation": func() { m.Apply(autodiff.NewTape().Zeros(1, 2)) },
		"width": func() {
			m, _ := twins(2, []int{3}, 1, Tanh)
			m.Apply(autodiff.NewTape().Zeros(1, 3))
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: got no panic, want one", name)
				}
			}()
			f()
		}()
	}
}

// Large networks round weights as they need them for a few rows without gradients: the bits are
// those with gradients.
func TestSingleOnceHasTheBitsOfGradients(t *testing.T) {
	for _, act := range []Activation{ReLU, Tanh} {
		m, _ := twins(5, []int{300, 260}, 9, act)
		x := randomRows(7, 5)
		plain := autodiff.Borrow()
		got := slices.Clone(m.Apply(plain.Matrix(x)).Data())
		plain.Release()
		if want := m.Apply(autodiff.NewTape().Matrix(x)).Data(); !slices.Equal(got, want) {
			t.Errorf("%s: got other bits", act)
		}
		sharing := autodiff.NewTape()
		sharing.NoGrad(true)
		sharing.Share(new(autodiff.Shared))
		if shared := m.Apply(sharing.Matrix(x)).Data(); !slices.Equal(got, shared) {
			t.Errorf("%s: got other bits by weights that were rounded for several tapes", act)
		}
	}
}
