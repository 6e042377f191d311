package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// residual returns a map whose layers are at their bounds, but for the first.
func residual(d int, hidden []int, cond int) *bijector.Residual {
	b := bijector.NewResidual(d, hidden, contextNet(cond, hidden[0]), rng.New(1))
	for l, w := range b.W {
		w.Set(bijectortest.Uniform(1, w.Len(), -1, 1).RawRowView(0))
		b.B[l].Set(bijectortest.Normal(1, b.B[l].Len()).RawRowView(0))
	}
	for i := range b.W[0].Data() {
		b.W[0].Data()[i] *= 0.3
	}
	return b
}

func residualCases() []bijectortest.Case {
	normal := bijectortest.Normal
	first := residual(3, []int{5, 4}, 0)
	first.Swish = append(first.Swish, autodiff.NewParam(1, 1, []float64{2}))
	return []bijectortest.Case{
		{Name: "Residual", B: residual(3, []int{5, 4}, 0), X: normal(6, 3)},
		{Name: "Residual/swish-first", B: first, X: normal(6, 3)},
		{Name: "Residual/conditional", B: residual(2, []int{4}, 2), X: normal(6, 2), Context: normal(6, 2)},
		{Name: "Residual/one-column", B: residual(1, []int{4}, 0), X: normal(6, 1)},
		{Name: "Residual/linear", B: &bijector.Residual{W: []*autodiff.Param{autodiff.LearnedNormal(3, 3, 1, rng.New(1))},
			B: []*autodiff.Param{autodiff.NewParam(1, 3, nil)}, Bound: 0.9}, X: normal(6, 3)},
	}
}

// Weights are divided so that their largest singular value is the bound, or 0.1 % below it, and left alone where it is smaller.
func TestResidualBound(t *testing.T) {
	for _, c := range []struct {
		size  float64
		in, h int
	}{{10, 6, 9}, {10, 9, 6}, {1e-3, 5, 7}, {1e150, 3, 3}, {1e-150, 3, 3}} {
		w := autodiff.LearnedNormal(c.in, c.h, c.size, rng.New(3))
		b := &bijector.Residual{W: []*autodiff.Param{w, autodiff.LearnedNormal(c.h, c.in, c.size, rng.New(4))},
			B: []*autodiff.Param{autodiff.NewParam(1, c.h, nil), autodiff.NewParam(1, c.in, nil)}, Swish: []*autodiff.Param{row([]float64{0})}, Bound: 0.9}
		if err := b.Restore(); err != nil {
			t.Fatal(err)
		}
		n := 200
		x := bijectortest.Normal(n, c.in)
		g := mat.NewDense(n, c.in, nil)
		tape := autodiff.NewTape()
		g.Sub(b.Forward(tape.Matrix(x)).Dense(), x)
		for i := range n {
			for k := range i {
				var dx, dg mat.VecDense
				dx.SubVec(x.RowView(i), x.RowView(k))
				dg.SubVec(g.RowView(i), g.RowView(k))
				if ratio := mat.Norm(&dg, 2) / mat.Norm(&dx, 2); !(ratio <= 0.81) {
					t.Fatalf("weights of size %v: got g %v times as far apart, want at most 0.81", c.size, ratio)
				}
			}
		}
	}
	for _, size := range []float64{5, 0.01} {
		w := autodiff.LearnedNormal(8, 8, size, rng.New(5))
		b := &bijector.Residual{W: []*autodiff.Param{w}, B: []*autodiff.Param{autodiff.NewParam(1, 8, nil)}, Bound: 0.9}
		eye := mat.NewDense(8, 8, nil)
		for i := range 8 {
			eye.Set(i, i, 1)
		}
		var svd, raw mat.SVD
		var g mat.Dense
		g.Sub(b.Forward(autodiff.NewTape().Matrix(eye)).Dense(), eye)
		svd.Factorize(&g, mat.SVDNone)
		raw.Factorize(w.Matrix(), mat.SVDNone)
		got, want := svd.Values(nil)[0], math.Min(0.9, raw.Values(nil)[0])
		if !(got <= want*(1+1e-12) && got >= want*math.Pow(8, -1.0/2048)-1e-12) {
			t.Errorf("size %v: got a largest singular value of %v, want %v", size, got, want)
		}
	}
}

// Inverse is exact where steps x ← y − g(x) alone would hardly move: a linear g of norm 0.97 in every direction, and far out.
func TestResidualInverse(t *testing.T) {
	turn := []float64{0, 1, -1, 0} // eigenvalues ±i
	for _, w := range [][]float64{turn, {-1, 0, 0, -1}, {1, 0, 0, 1}} {
		b := &bijector.Residual{W: []*autodiff.Param{autodiff.NewParam(2, 2, w)}, B: []*autodiff.Param{autodiff.NewParam(1, 2, nil)}, Bound: 0.97}
		y := mat.NewDense(2, 2, []float64{1, 2, 1e8, -3e8})
		tape := autodiff.NewTape()
		x, l := b.InverseILDJ(tape.Matrix(y))
		back, m := b.ForwardFLDJ(x)
		for i, v := range back.Data() {
			if e := math.Abs(v/y.RawMatrix().Data[i] - 1); !(e < 1e-14) || l.At(i/2, 0) != -m.At(i/2, 0) {
				t.Errorf("W = %v: got y = %v from its inverse, want %v", w, v, y.RawMatrix().Data[i])
			}
		}
	}
}

// A new map is the identity, and its last layer has a gradient.
func TestResidualStarts(t *testing.T) {
	b := bijector.NewResidual(2, []int{5}, nil, rng.New(1))
	tape := autodiff.NewTape()
	x := tape.Matrix(bijectortest.Normal(5, 2))
	y, l := b.ForwardFLDJ(x)
	back, _ := b.InverseILDJ(x)
	tape.Backward(autodiff.Concat(y.Sub(back).Square(), y.Mul(y), l).Sum())
	for i, v := range y.Data() {
		if v != x.Data()[i] || back.Data()[i] != v || l.At(i/2, 0) != 0 {
			t.Errorf("got %v, want %v", v, x.Data()[i])
		}
	}
	for _, v := range tape.Grad(b.W[1]) {
		if v == 0 || math.IsNaN(v) {
			t.Errorf("got a gradient of %v", tape.Grad(b.W[1]))
		}
	}
}
