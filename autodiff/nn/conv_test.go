package nn

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// naive is the formula of Conv2D's documentation.
func naive(c *Conv2D, x []float64) []float64 {
	in, out := c.channels()
	r, y := c.Size/2, make([]float64, c.Out())
	for o := range out {
		for i := range c.Height {
			for j := range c.Width {
				sum := c.B.Data()[o]
				for a := range c.Size {
					for b := range c.Size {
						for ch := range in {
							if p, q := i+a-r, j+b-r; p >= 0 && p < c.Height && q >= 0 && q < c.Width {
								sum += c.W.Data()[((a*c.Size+b)*in+ch)*out+o] * x[(ch*c.Height+p)*c.Width+q]
							}
						}
					}
				}
				switch c.Act {
				case ReLU:
					sum = max(sum, 0)
				case Tanh:
					sum = math.Tanh(sum)
				}
				y[(o*c.Height+i)*c.Width+j] = sum
			}
		}
	}
	return y
}

func TestConv2D(t *testing.T) {
	for _, s := range []struct{ in, out, h, w, k int }{
		{1, 1, 1, 1, 1}, {1, 1, 1, 1, 3}, {2, 5, 4, 3, 3}, {5, 2, 4, 3, 3}, {3, 3, 2, 7, 5}, {4, 2, 3, 1, 5}, {6, 4, 5, 5, 1}, {2, 40, 14, 14, 3}, {40, 2, 14, 14, 3},
	} {
		for _, act := range []Activation{Linear, ReLU, Tanh} {
			c := NewConv2D(s.in, s.out, s.h, s.w, s.k, act, rng.New(1))
			x := randomRows(11, c.In())
			tape := autodiff.NewTape()
			y := c.Apply(tape.Matrix(x))
			if y.Rows() != 11 || y.Cols() != c.Out() || c.Out() != s.out*s.h*s.w {
				t.Fatalf("%v: got %d×%d", s, y.Rows(), y.Cols())
			}
			for i := range 11 {
				for j, want := range naive(c, x.RawRowView(i)) {
					if got := y.At(i, j); !(math.Abs(got-want) < 1e-12) {
						t.Fatalf("%v %s: row %d, element %d: got %v, want %v", s, act, i, j, got, want)
					}
				}
				one := c.Apply(tape.Matrix(x.Slice(i, i+1, 0, c.In())))
				for j, v := range one.Data() {
					if v != y.At(i, j) {
						t.Fatalf("%v: row %d, element %d: got %v alone, %v among others", s, i, j, v, y.At(i, j))
					}
				}
			}
		}
	}
}

func TestConvGradients(t *testing.T) {
	// Seeds with which no unit is within a step of its kink.
	for name, net := range map[string]Network{
		"few to many":  NewConv2D(2, 3, 3, 2, 3, Tanh, rng.New(1)),
		"many to few":  NewConv2D(3, 2, 3, 2, 3, Tanh, rng.New(2)),
		"relu":         NewConv2D(3, 2, 3, 2, 3, ReLU, rng.New(2)),
		"one by one":   NewConv2D(2, 3, 2, 2, 1, SiLU, rng.New(3)),
		"normalised":   NewConv2D(1, 2, 3, 3, 3, SiLU, rng.New(4)).Normalise(),
		"ConvNet":      NewConvNet(1, 3, 2, 3, 3, 0, 1, rng.New(5)),
		"with context": NewConvNet(1, 3, 4, 2, 2, 2, 2, rng.New(6)),
		"ResConv":      NewResConv(1, 3, 1, 4, 2, 2, 2, 2, rng.New(7)),
		"Rewired":      NewRewired(NewConvNet(1, 3, 2, 2, 2, 0, 2, rng.New(8)), []int{3, 1}, []int{0, 1, 4, 5, 4}),
	} {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return net.Apply(x[0]) }, randomRows(3, net.In()))
		})
	}
}

// More images than one block holds, so that every pass is cut.
func TestConvBlocks(t *testing.T) {
	for _, s := range [][2]int{{3, 4}, {4, 3}} {
		c := NewConv2D(s[0], s[1], 16, 16, 3, Tanh, rng.New(1))
		n := 3*blockLen/(256*9*3) + 1
		tape := autodiff.NewTape()
		x := tape.Variable(randomRows(n, c.In()))
		tape.Backward(c.Apply(x).Square().Sum())
		dx, dw, db := x.Grad(), tape.Grad(c.W), tape.Grad(c.B)
		sumW, sumB := make([]float64, len(dw)), make([]float64, len(db))
		for i := range n {
			one := autodiff.NewTape()
			xi := one.Variable(mat.NewDense(1, c.In(), x.Data()[i*c.In():(i+1)*c.In()]))
			one.Backward(c.Apply(xi).Square().Sum())
			for j, g := range xi.Grad() {
				if g != dx[i*c.In()+j] {
					t.Fatalf("row %d, element %d: got gradient %v among others, %v alone", i, j, dx[i*c.In()+j], g)
				}
			}
			for j, g := range one.Grad(c.W) {
				sumW[j] += g
			}
			for j, g := range one.Grad(c.B) {
				sumB[j] += g
			}
		}
		for what, p := range map[string][2][]float64{"weight": {dw, sumW}, "bias": {db, sumB}} {
			for j, g := range p[0] {
				if !(math.Abs(g-p[1][j]) < 1e-9) {
					t.Fatalf("%s %d: got gradient %v, want %v", what, j, g, p[1][j])
				}
			}
		}
	}
}

func TestNormalise(t *testing.T) {
	c := NewConv2D(2, 3, 3, 3, 3, Linear, rng.New(1))
	x := autodiff.NewTape().Matrix(randomRows(2, c.In()))
	want := c.Apply(x)
	c.Normalise()
	got := c.Apply(x)
	for i, v := range got.Data() {
		if math.Abs(v-want.Data()[i]) > 1e-14 {
			t.Fatalf("element %d: got %v, want %v", i, v, want.Data()[i])
		}
	}
	for i := range c.W.Data() {
		c.W.Data()[i] *= 3
	}
	tape := autodiff.NewTape()
	for i, v := range c.Apply(tape.Matrix(x.Dense())).Data() {
		if math.Abs(v-want.Data()[i]) > 1e-14 {
			t.Fatalf("after scaling the weights: element %d: got %v, want %v", i, v, want.Data()[i])
		}
	}
}

func TestPixels(t *testing.T) {
	x := autodiff.NewTape().Matrix(randomRows(3, 24))
	p := Pixels(x, 2, 3) // 2 channels of 4 pixels of 3 values
	if p.Rows() != 12 || p.Cols() != 6 {
		t.Fatalf("got %d×%d, want 12×6", p.Rows(), p.Cols())
	}
	if got, want := p.At(4+2, 3+1), x.At(1, 12+2*3+1); got != want {
		t.Errorf("row 1, pixel 2, channel 1, value 1: got %v, want %v", got, want)
	}
	for i, v := range Channels(p, 4, 3).Data() {
		if v != x.Data()[i] {
			t.Fatalf("element %d: got %v back, want %v", i, v, x.Data()[i])
		}
	}
}

// The context is added to every pixel before the activation.
func TestConvContext(t *testing.T) {
	net := NewConvNet(1, 3, 2, 2, 2, 2, 1, rng.New(1))
	plain := &ConvNet{Layers: append([]Conv2D(nil), net.Layers...), Group: 1}
	x := randomRows(1, 6)
	tape := autodiff.NewTape()
	got := net.Apply(tape.Matrix(x))
	b := autodiff.NewParam(1, 3, nil)
	for o := range b.Data() {
		b.Data()[o] = net.Layers[0].B.Data()[o] + net.Context.B.Data()[o] +
			x.At(0, 4)*net.Context.W.Data()[o] + x.At(0, 5)*net.Context.W.Data()[3+o]
	}
	plain.Layers[0].B = b
	want := plain.Apply(tape.Matrix(x.Slice(0, 1, 0, 4)))
	for i, v := range want.Data() {
		if math.Abs(got.Data()[i]-v) > 1e-14 {
			t.Errorf("element %d: got %v, want %v", i, got.Data()[i], v)
		}
	}
}

func TestConvZeroLast(t *testing.T) {
	tape := autodiff.NewTape()
	for _, net := range []Network{
		NewConvNet(2, 4, 3, 3, 3, 0, 1, rng.New(1)).ZeroLast(),
		NewResConv(2, 4, 1, 3, 3, 3, 0, 1, rng.New(1)).ZeroLast(),
	} {
		for _, v := range net.Apply(tape.Matrix(randomRows(2, 18))).Data() {
			if v != 0 {
				t.Errorf("%T: got %v, want 0", net, v)
			}
		}
	}
}

func TestConvRestore(t *testing.T) {
	net := func() *ConvNet { return NewConvNet(2, 4, 6, 3, 3, 2, 2, rng.New(1)) }
	res := func() *ResConv { return NewResConv(2, 4, 1, 6, 3, 3, 2, 2, rng.New(1)) }
	other := NewConv2D(5, 4, 3, 3, 3, ReLU, rng.New(1))
	for name, c := range map[string]struct {
		net  interface{ Restore() error }
		want string // empty for no error
	}{
		"ConvNet": {net(), ""},
		"ResConv": {res(), ""},
		"empty":   {&ConvNet{}, "nn: ConvNet: got no layers"},
		"even":    {func() *ConvNet { m := net(); m.Layers[0].Size = 2; return m }(), "nn: Conv2D: got 3×3 pixels and size 2"},
		"rows":    {func() *ConvNet { m := net(); m.Layers[0].Size = 5; return m }(), "nn: Conv2D: got weights of 18×4, want a multiple of 25 rows"},
		"bias":    {func() *ConvNet { m := net(); m.Layers[1].B = m.Layers[2].B; return m }(), "nn: Conv2D: got a bias or gain of 1×6, want 1×4"},
		"order":   {func() *ConvNet { m := net(); m.Layers[1] = *other; return m }(), "nn: Conv2D: got 5 channels of 3×3 pixels, want 4 of 3×3 (layer 1)"},
		"pixels":  {func() *ConvNet { m := net(); m.Layers[1].Width = 4; return m }(), "nn: Conv2D: got 4 channels of 3×4 pixels, want 4 of 3×3"},
		"large":   {func() *ConvNet { m := net(); m.Layers[0].Width = 1 << 30; return m }(), "nn: Conv2D: got 2 and 4 channels of 3×1073741824 pixels"},
		"context": {func() *ConvNet { m := net(); l := NewLayer(2, 3, Linear, nil); m.Context = &l; return m }(), "nn: Context: got a layer to 3 numbers"},
		"group":   {func() *ConvNet { m := net(); m.Group = 4; return m }(), "nn: Group: got 4, want a divisor of 6"},
		"first":   {&ResConv{}, "nn: Conv2D: got 0×0 pixels"},
		"block":   {func() *ResConv { m := res(); m.Blocks[0].B = m.Last; return m }(), "nn: ConvBlock: got 6 channels out, want 4 (block 0)"},
		"last":    {func() *ResConv { m := res(); m.Last = m.First; return m }(), "nn: Conv2D: got 2 channels of 3×3 pixels, want 4"},
		"rewired": {&Rewired{}, "nn: Rewired: got network <nil>"},
		"twice":   {&Rewired{Net: net(), Place: []int{1, 1}, Take: []int{0}}, "nn: Rewired: got input 1"},
		"take":    {&Rewired{Net: net(), Place: []int{1}, Take: []int{54}}, "nn: Rewired: got output 54, want 0 to 53"},
	} {
		err := c.net.Restore()
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func BenchmarkConv2D(b *testing.B) {
	for _, s := range []struct{ in, out, side, k int }{{2, 64, 14, 3}, {64, 64, 14, 1}, {64, 4, 14, 3}, {4, 64, 7, 3}, {64, 8, 7, 3}, {64, 64, 14, 3}, {16, 16, 8, 3}} {
		b.Run(fmt.Sprintf("%d-%d/%dx%d/%d", s.in, s.out, s.side, s.side, s.k), func(b *testing.B) {
			c := NewConv2D(s.in, s.out, s.side, s.side, s.k, ReLU, rng.New(1))
			tape := autodiff.NewTape()
			x := randomRows(32*s.side*s.side, s.in)
			for b.Loop() {
				tape.Reset()
				tape.Backward(c.apply(tape.Variable(x)).Sum())
			}
			flops := 3 * 2 * float64(s.k*s.k*s.in*s.out) * 32 * float64(s.side*s.side)
			b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
