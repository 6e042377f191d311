package nn

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// convTwins returns one network in float32 and in float64, with shared parameters, of images of 6×5 pixels.
func convTwins(in, hidden, out, cond int) (single, double *ConvNet) {
	double = NewConvNet(in, hidden, out, 6, 5, cond, 1, rng.New(3))
	return &ConvNet{Layers: double.Layers, Context: double.Context, Group: 1, Single: true}, double
}

// resConvTwins is convTwins with normalised weights.
func resConvTwins(in, hidden, out int) (single, double *ResConv) {
	double = NewResConv(in, hidden, 1, out, 6, 5, 0, 1, rng.New(3))
	return &ResConv{First: double.First, Blocks: double.Blocks, Last: double.Last, Group: 1, Single: true}, double
}

// imageGradients returns the network at x, and the gradients of a weighted sum of it with
// respect to x and all parameters.
func imageGradients(net Network, x *mat.Dense) [][]float64 {
	tape := autodiff.NewTape()
	v := tape.Variable(x)
	y := net.Apply(v)
	tape.Backward(y.Mul(tape.Matrix(randomRows(y.Rows(), y.Cols()))).Sum())
	all := [][]float64{y.Data(), v.Grad()}
	for _, p := range tape.Params() {
		all = append(all, tape.Grad(p))
	}
	return all
}

// As TestSingleFollowsDouble, of convolutions and residual networks: fewer channels out than in, and more; a context; more images than a block.
func TestSingleConvFollowsDouble(t *testing.T) {
	type twin struct{ single, double Network }
	twins := map[string]twin{}
	for _, c := range [][4]int{{2, 8, 3, 0}, {3, 7, 20, 0}, {5, 9, 4, 2}, {1, 64, 2, 0}} {
		s, d := convTwins(c[0], c[1], c[2], c[3])
		twins[fmt.Sprint(c)] = twin{s, d}
	}
	s, d := resConvTwins(3, 10, 4)
	twins["residual"] = twin{s, d}
	dense := NewResMLP(6, 40, 2, 9, ReLU, rng.New(3))
	dense.Blocks[1].A.Act = SiLU
	twins["dense"] = twin{&ResMLP{First: dense.First, Blocks: dense.Blocks, Last: dense.Last, Single: true}, dense}
	silu, siluDouble := convTwins(2, 5, 3, 0)
	silu.Layers[0].Act = SiLU // shared
	twins["silu"] = twin{silu, siluDouble}
	tanh, tanhDouble := convTwins(9, 12, 3, 0)
	tanh.Layers[0].Act, tanh.Layers[2].Act = Tanh, Tanh
	twins["tanh"] = twin{tanh, tanhDouble}
	grouped, groupedDouble := convTwins(3, 7, 6, 0)
	grouped.Group, groupedDouble.Group = 3, 3
	twins["grouped"] = twin{grouped, groupedDouble}
	normal, normalDouble := convTwins(2, 6, 9, 0)
	for i := range normal.Layers {
		normal.Layers[i].Normalise() // shared
	}
	twins["normalised"] = twin{normal, normalDouble}
	for name, c := range twins {
		for _, n := range []int{1, 40, 300} {
			if n == 300 && name != "dense" {
				continue // 40 images are more pixels
			}
			in := c.single.(interface{ In() int }).In()
			x := randomRows(n, in)
			got, want := imageGradients(c.single, x), imageGradients(c.double, x)
			if len(got) != len(want) {
				t.Fatalf("%s: got %d results, want %d", name, len(got), len(want))
			}
			differ := false
			for i := range want {
				size := 0.0
				for _, v := range want[i] {
					size = max(size, math.Abs(v))
				}
				for j, w := range want[i] {
					differ = differ || got[i][j] != w
					if !(math.Abs(got[i][j]-w) <= 1e-5*size) {
						t.Fatalf("%s, %d images: result %d: got %v at %d, want %v", name, n, i, got[i][j], j, w)
					}
				}
			}
			if !differ {
				t.Errorf("%s: got the bits of float64, want those of float32", name)
			}
		}
	}
}

// An image has the same bits alone and among others, with gradients and without.
func TestSingleConvImagesAreIndependent(t *testing.T) {
	m, _ := convTwins(3, 30, 4, 0)
	x := randomRows(40, m.In())
	tape := autodiff.NewTape()
	all := m.Apply(tape.Variable(x))
	plain := autodiff.Borrow()
	defer plain.Release()
	for _, i := range []int{0, 17, 39} {
		one := m.Apply(plain.Matrix(x.Slice(i, i+1, 0, m.In())))
		for j := range m.Out() {
			if one.At(0, j) != all.At(i, j) {
				t.Fatalf("image %d: got %v alone, %v among others", i, one.At(0, j), all.At(i, j))
			}
		}
	}
}

// What needs no gradient changes no other's.
func TestSingleConvFrozen(t *testing.T) {
	m, _ := convTwins(3, 20, 5, 0)
	x := randomRows(40, m.In())
	gradients := func(image func(tape *autodiff.Tape) autodiff.Var) map[*autodiff.Param][]float64 {
		tape := autodiff.NewTape()
		tape.Backward(m.Apply(image(tape)).Square().Sum())
		all := map[*autodiff.Param][]float64{}
		for _, p := range tape.Params() {
			all[p] = tape.Grad(p)
		}
		return all
	}
	want := gradients(func(tape *autodiff.Tape) autodiff.Var { return tape.Variable(x) })
	for i := range m.Layers {
		m.Layers[i].W.Freeze(true)
		got := gradients(func(tape *autodiff.Tape) autodiff.Var { return tape.Matrix(x) })
		m.Layers[i].W.Freeze(false)
		for p, g := range want {
			if p != m.Layers[i].W && !slices.Equal(got[p], g) {
				t.Errorf("layer %d frozen: other gradients differ", i)
			}
		}
	}
}

// Every processor and tier gives the same bits.
func TestSingleConvBits(t *testing.T) {
	h := fnv.New64a()
	conv, _ := convTwins(3, 20, 5, 0)
	res, _ := resConvTwins(3, 10, 4)
	for _, net := range []Network{conv, res} {
		for _, s := range imageGradients(net, randomRows(7, 90)) {
			for _, v := range s {
				fmt.Fprintf(h, "%016x", math.Float64bits(v))
			}
		}
	}
	if got, want := h.Sum64(), uint64(0x959571129efda08f); got != want {
		t.Errorf("got a digest of %#x, want %#x", got, want)
	}
}

func TestSingleConvAllocatesNothing(t *testing.T) {
	m, _ := convTwins(2, 9, 4, 0)
	tape, x := autodiff.NewTape(), randomRows(10, 60)
	memtest.AllocatesNothing(t, func() {
		tape.Reset()
		tape.Backward(m.Apply(tape.Variable(x)).Sum())
	})
}
