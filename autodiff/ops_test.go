package autodiff_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"gonum.org/v1/gonum/mat"
)

type V = autodiff.Var

// random returns values in [lo, hi) that differ in sign and size.
func random(seed uint64, r, c int, lo, hi float64) *mat.Dense {
	src := rand.New(rand.NewPCG(seed, 7))
	m := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			m.Set(i, j, lo+(hi-lo)*src.Float64())
		}
	}
	return m
}

func TestUnaryGradients(t *testing.T) {
	for _, tc := range []struct {
		name   string
		f      func(V) V
		lo, hi float64
	}{
		{"Neg", V.Neg, -2, 2}, {"Square", V.Square, -2, 2}, {"Sqrt", V.Sqrt, 0.5, 3},
		{"Recip", V.Recip, 0.5, 3}, {"Exp", V.Exp, -2, 2}, {"Log", V.Log, 0.5, 3},
		{"Log1p", V.Log1p, -0.5, 3}, {"Expm1", V.Expm1, -2, 2}, {"Abs", V.Abs, 0.1, 2},
		{"Tanh", V.Tanh, -2, 2}, {"Sigmoid", V.Sigmoid, -3, 3}, {"Softplus", V.Softplus, -3, 3},
		{"LogSigmoid", V.LogSigmoid, -3, 3}, {"Sin", V.Sin, -3, 3}, {"Cos", V.Cos, -3, 3},
		{"Sinh", V.Sinh, -2, 2}, {"Cosh", V.Cosh, -2, 2}, {"Asinh", V.Asinh, -3, 3}, {"Atan", V.Atan, -3, 3},
		{"ReLU", V.ReLU, 0.1, 2}, {"ReLUneg", V.ReLU, -2, -0.1}, {"ELU", V.ELU, -2, -0.1}, {"ELUpos", V.ELU, 0.1, 2},
		{"SiLU", V.SiLU, -3, 3}, {"RowSoftmax", V.RowSoftmax, -3, 3}, {"RowCumSum", V.RowCumSum, -3, 3},
		{"RowLogSumExp", V.RowLogSumExp, -3, 3}, {"Sum", V.Sum, -3, 3}, {"Mean", V.Mean, -3, 3},
		{"RowSum", V.RowSum, -3, 3}, {"RowMean", V.RowMean, -3, 3}, {"ColSum", V.ColSum, -3, 3},
		{"ColMean", V.ColMean, -3, 3}, {"SquareRowSum", V.SquareRowSum, -3, 3}, {"T", V.T, -3, 3},
		{"StdNormal", V.StdNormalLogDensity, -3, 3},
		{"AddConst", func(x V) V { return x.AddConst(2).Square() }, -2, 2},
		{"MulConst", func(x V) V { return x.MulConst(-3) }, -2, 2},
		{"Pow", func(x V) V { return x.Pow(2.5) }, 0.5, 2},
		{"LeakyReLU", func(x V) V { return x.LeakyReLU(0.1) }, -2, -0.1},
		{"Clamp", func(x V) V { return x.Clamp(-5, 5).Square() }, -2, 2},
		{"Slice", func(x V) V { return x.Slice(1, 3).Square() }, -2, 2},
		{"Gather", func(x V) V { return x.Gather([]int{2, 0, 2}).Square() }, -2, 2},
		{"Reshape", func(x V) V { return x.Reshape(3, 5).Square() }, -2, 2},
		{"Shared", func(x V) V { return x.Mul(x).Add(x.Exp().Mul(x)).Div(x.Square().AddConst(1)) }, -2, 2},
		{"AffineShared", func(x V) V { return x.Affine(x, x).Add(x.AffineInverse(x, x)) }, -1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			gradtest.Check(t, func(x ...V) V { return tc.f(x[0]) }, random(1, 5, 3, tc.lo, tc.hi))
		})
	}
}

func TestBinaryGradients(t *testing.T) {
	shapes := [][2]int{{4, 3}, {1, 3}, {4, 1}, {1, 1}}
	for _, tc := range []struct {
		name string
		f    func(x, y V) V
	}{
		{"Add", V.Add}, {"Sub", V.Sub}, {"Mul", V.Mul}, {"Div", V.Div}, {"Max", V.Max}, {"Min", V.Min},
		{"Where", func(x, y V) V { return autodiff.Where(x.Greater(y), x.Square(), y.Exp()) }},
	} {
		for _, a := range shapes {
			for _, b := range shapes {
				gradtest.Check(t, func(x ...V) V { return tc.f(x[0], x[1]).Square() },
					random(1, a[0], a[1], 0.5, 2), random(2, b[0], b[1], 0.5, 2))
				if t.Failed() {
					t.Fatalf("%s of %v and %v", tc.name, a, b)
				}
			}
		}
	}
}

func TestMatrixGradients(t *testing.T) {
	for _, tc := range []struct {
		name string
		f    func(x, y V) V
		a, b [2]int
	}{
		{"MatMul", V.MatMul, [2]int{4, 3}, [2]int{3, 2}},
		{"MatMulT", V.MatMulT, [2]int{4, 3}, [2]int{2, 3}},
		{"TMatMul", V.TMatMul, [2]int{3, 4}, [2]int{3, 2}},
		{"TMatMulT", V.TMatMulT, [2]int{3, 4}, [2]int{2, 3}},
		{"Solve", func(x, a V) V { return x.Solve(a) }, [2]int{4, 3}, [2]int{3, 3}},
		{"LogAbsDet", func(x, a V) V { return x.Sum().Mul(a.LogAbsDet()) }, [2]int{1, 1}, [2]int{3, 3}},
		{"Concat", func(x, y V) V { return autodiff.Concat(x, y, x).Square() }, [2]int{4, 3}, [2]int{4, 2}},
		{"Replace", func(x, y V) V { return x.Replace([]int{2, 0}, y).Square() }, [2]int{4, 3}, [2]int{4, 2}},
		{"RepeatRows", func(x, y V) V { return x.RepeatRows(3).Mul(y) }, [2]int{2, 3}, [2]int{6, 3}},
		{"Expand", func(x, y V) V { return x.Expand(4, 3).Mul(y) }, [2]int{1, 3}, [2]int{4, 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			gradtest.Check(t, func(x ...V) V { return tc.f(x[0], x[1]) },
				random(1, tc.a[0], tc.a[1], -2, 2), random(2, tc.b[0], tc.b[1], -2, 2))
		})
	}
	for _, tri := range []autodiff.Tri{{}, {Trans: true}, {Unit: true}, {Trans: true, Unit: true}} {
		gradtest.Check(t, func(x ...V) V { return x[0].TriMul(x[1], tri) }, random(1, 4, 3, -2, 2), random(2, 3, 3, 1, 2))
		gradtest.Check(t, func(x ...V) V { return x[0].TriSolve(x[1], tri) }, random(1, 4, 3, -2, 2), random(2, 3, 3, 1, 2))
	}
	for _, act := range []autodiff.Activation{autodiff.Linear, autodiff.Tanh, autodiff.ReLU} {
		gradtest.Check(t, func(x ...V) V { return autodiff.Dense(x[0], x[1], x[2], act) },
			random(1, 4, 3, 0.1, 2), random(2, 3, 2, 0.1, 1), random(3, 1, 2, 0.1, 1))
		gradtest.Check(t, func(x ...V) V { return autodiff.Dense(x[0], x[1], V{}, act) }, random(1, 4, 3, 0.1, 2), random(2, 3, 2, 0.1, 1))
	}
	for _, rows := range []int{1, 4} {
		s, b := random(2, rows, 3, -1, 1), random(3, rows, 3, -1, 1)
		gradtest.Check(t, func(x ...V) V { return x[0].Affine(x[1], x[2]) }, random(1, 4, 3, -2, 2), s, b)
		gradtest.Check(t, func(x ...V) V { return x[0].AffineInverse(x[1], x[2]) }, random(1, 4, 3, -2, 2), s, b)
	}
}

func TestSolveInvertsProduct(t *testing.T) {
	tape := autodiff.NewTape()
	x, a := tape.Matrix(random(1, 6, 5, -2, 2)), tape.Matrix(random(2, 5, 5, -2, 2))
	same := func(what string, got V) {
		if !mat.EqualApprox(got.Dense(), x.Dense(), 1e-12) {
			t.Errorf("%s: got %v, want %v", what, got.Data(), x.Data())
		}
	}
	same("Solve", x.MatMulT(a).Solve(a))
	for _, tri := range []autodiff.Tri{{}, {Trans: true}, {Unit: true}, {Trans: true, Unit: true}} {
		same("TriSolve", x.TriMul(a.Add(tape.Scalar(3)), tri).TriSolve(a.Add(tape.Scalar(3)), tri))
	}
	same("Affine", x.Affine(x, x.Exp()).AffineInverse(x, x.Exp()))
	want, _ := mat.LogDet(a.Dense())
	if got := a.LogAbsDet().Value(); math.Abs(got-want) > 1e-12 {
		t.Errorf("LogAbsDet: got %v, want %v", got, want)
	}
	if got := tape.Zeros(3, 3).LogAbsDet().Value(); !math.IsInf(got, -1) {
		t.Errorf("LogAbsDet of zeros: got %v, want -Inf", got)
	}
}
