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

// blocks returns a map that is far from the identity.
func blocks(d int, hidden []int, cond int) *bijector.BlockAutoregressive {
	b := bijector.NewBlockAutoregressive(d, hidden, contextNet(cond, d*hidden[0]), rng.New(1))
	for l, s := range b.S {
		s.Set(bijectortest.Uniform(1, s.Len(), -0.5, 1).RawRowView(0))
		b.B[l].Set(bijectortest.Normal(1, s.Len()).RawRowView(0))
	}
	return b
}

func blockCases() []bijectortest.Case {
	normal := bijectortest.Normal
	one := blocks(3, []int{2, 3}, 0)
	one.Tail = autodiff.Fixed(0.1)
	return []bijectortest.Case{
		{Name: "BlockAutoregressive", B: blocks(3, []int{4, 3}, 0), X: normal(6, 3)},
		{Name: "BlockAutoregressive/one-tail", B: one, X: normal(6, 3)},
		{Name: "BlockAutoregressive/conditional", B: blocks(2, []int{3}, 2), X: normal(6, 2), Context: normal(6, 2)},
		{Name: "BlockAutoregressive/one-column", B: blocks(1, []int{4}, 0), X: normal(6, 1)},
	}
}

// The network of the golden has no tail, so that what is here has next to none; its inverse is not compared, since f
// is flat there: steps of 1e-10 in y are of 1e-4 in x.
func TestGoldenBlockNAF(t *testing.T) {
	g := readNeural(t, "block_naf")
	b := &bijector.BlockAutoregressive{Tail: autodiff.Fixed(1e-300)}
	for _, p := range []string{"layers.0.", "layers.1.", "layers.2."} {
		shape := g.tensor(p + "_weight").Shape
		out, in := shape[0], shape[1]
		b.W = append(b.W, autodiff.NewParam(in, out, transposed(g.weight(p+"_weight"), out, in)))
		// Pyro adds 1e-8 to the length of weights.
		scales := g.weight(p + "_diag_weight")
		for o := range out {
			square := 0.0
			for i := range in {
				w, at := g.weight(p + "_weight")[o*in+i], o*in+i
				square += math.Pow(g.weight(p + "mask_d")[at]*math.Exp(w)+g.weight(p + "mask_o")[at]*w, 2)
			}
			scales[o] -= math.Log1p(1e-8 / math.Sqrt(square))
		}
		b.S, b.B = append(b.S, row(scales)), append(b.B, row(g.weight(p+"bias")))
	}
	if err := b.Restore(); err != nil {
		t.Fatal(err)
	}
	y, l := b.ForwardFLDJ(autodiff.NewTape().Matrix(g.rows("x")))
	g.compare("y", y)
	g.compare("logdet_jac", l)
}

// Columns depend on those before them only, and each is found to the last digits, far out and where the map is flat.
func TestBlockAutoregressiveSolves(t *testing.T) {
	b := blocks(4, []int{5, 5}, 0)
	b.Tail = autodiff.Fixed(1e-3)
	tape := autodiff.NewTape()
	x := mat.DenseCopyOf(bijectortest.Normal(50, 4))
	for i := range 50 {
		for j := range 4 {
			x.Set(i, j, x.At(i, j)*math.Pow(10, float64(i%5)-1))
		}
	}
	y := b.Forward(tape.Matrix(x))
	back := b.Forward(b.Inverse(y))
	for i, v := range back.Data() {
		if e := math.Abs(v - y.Data()[i]); !(e <= 1e-13*(10+math.Abs(v))) {
			t.Errorf("got y = %v from its inverse, want %v", v, y.Data()[i])
		}
	}
	x.Set(0, 2, 7)
	again := b.Forward(tape.Matrix(x))
	for j, same := range []bool{true, true, false, false} {
		if (again.At(0, j) == y.At(0, j)) != same {
			t.Errorf("column %d changes with column 2: %v, want %v", j, !same, again.At(0, j) != y.At(0, j))
		}
	}
}
