package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// The log-densities of a mixture's head and their gradients have the bits of the formula, for any number of components and
// of rows, also far away.
func TestMixtureHeadHasTheBitsOfItsFormula(t *testing.T) {
	for _, k := range []int{1, 3, 8, 600} {
		for _, n := range []int{0, 1, 5, 70} {
			const d = 3
			h := dist.MixtureHead{Components: k}
			r := rand.New(rand.NewPCG(uint64(k), uint64(n)))
			x, raw, g := normal(r, n, d), normal(r, n, d*3*k), normal(r, n, d)
			if n > 1 {
				x.Set(0, 0, 1e200)
				x.Set(1, 2, 1e3)
			}
			type result struct{ value, dx, draw []float64 }
			run := func(f func(x, raw autodiff.Var) autodiff.Var) result {
				tape := autodiff.NewTape()
				vx, vr := tape.Variable(x), tape.Variable(raw)
				y := f(vx, vr)
				more := vr.MulConst(0.5).Sum().Add(vx.Square().Sum()) // gradients that are there already
				tape.Backward(y.Mul(tape.Matrix(g)).Sum().Add(more))
				return result{y.Dense().RawMatrix().Data, vx.Grad(), vr.Grad()}
			}
			if n == 0 {
				tape := autodiff.NewTape()
				if rows := h.LogDensities(tape.Zeros(0, d), tape.Zeros(0, d*3*k)).Rows(); rows != 0 {
					t.Errorf("of no rows: got %d", rows)
				}
				continue
			}
			got := run(h.LogDensities)
			want := run(func(x, raw autodiff.Var) autodiff.Var {
				raw, x = raw.Reshape(n*d, 3*k), x.Reshape(n*d, 1)
				a, m, s := raw.Slice(0, k), raw.Slice(k, 2*k), raw.Slice(2*k, 3*k).Softplus().AddConst(0.01)
				each := a.Sub(x.Sub(m).Div(s).Square().MulConst(0.5)).Sub(s.Log())
				return each.RowLogSumExp().Sub(a.RowLogSumExp()).AddConst(-0.5*special.Log(2*math.Pi)).Reshape(n, d)
			})
			for _, c := range []struct {
				what      string
				got, want []float64
			}{{"value", got.value, want.value}, {"gradient by x", got.dx, want.dx}, {"gradient by raw", got.draw, want.draw}} {
				for i, v := range c.want {
					if c.got[i] != v && !(math.IsNaN(v) && math.IsNaN(c.got[i])) {
						t.Fatalf("%d components, %d rows, %s %d: got %v, want %v", k, n, c.what, i, c.got[i], v)
					}
				}
			}
		}
	}
}

func normal(r *rand.Rand, n, d int) *mat.Dense {
	x := mat.NewDense(max(n, 1), d, nil)
	for i := range max(n, 1) {
		for j := range d {
			x.Set(i, j, r.NormFloat64())
		}
	}
	return x
}
