package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"gonum.org/v1/gonum/mat"
)

// Rows outside the range have no density: log-determinant −∞, an inverse
// without NaN, and no gradient that is NaN. The row beside them has one.
func TestOutsideTheRange(t *testing.T) {
	for name, c := range map[string]struct {
		b       bijector.Bijector
		in, out []float64
	}{
		"Ascending":             {bijector.Ascending{}, []float64{1, 2, 3}, []float64{1, 3, 2}},
		"Ascending/equal":       {bijector.Ascending{}, []float64{1, 2, 3}, []float64{1, 1, 2}},
		"SoftmaxCentered":       {bijector.SoftmaxCentered{}, []float64{0.2, 0.3, 0.5}, []float64{0.2, -0.3, 1.1}},
		"SoftmaxCentered/edge":  {bijector.SoftmaxCentered{}, []float64{0.2, 0.3, 0.5}, []float64{0, 0.3, 0.7}},
		"StickBreaking":         {bijector.StickBreaking{}, []float64{0.2, 0.3, 0.5}, []float64{0.5, 0.7, -0.2}},
		"UnitVector/pole":       {bijector.UnitVector{}, []float64{0.6, 0, 0.8}, []float64{0, 0, 1}},
		"CholeskyOuterProduct":  {bijector.CholeskyOuterProduct{}, []float64{4, 2, 2, 3}, []float64{1, 2, 2, 1}},
		"CholeskyOuterProduct0": {bijector.CholeskyOuterProduct{}, []float64{4, 2, 2, 3}, []float64{0, 0, 0, 0}},
		"CholeskyToInvCholesky": {bijector.CholeskyToInvCholesky{}, []float64{1, 0, 2, 3}, []float64{1, 0, 2, -3}},
		"MatrixInverseTriL":     {bijector.MatrixInverseTriL{}, []float64{-1, 0, 2, 3}, []float64{1, 0, 2, 0}},
		"CorrelationCholesky":   {bijector.NewCorrelationCholesky(2), []float64{1, 0, 0.6, 0.8}, []float64{1, 0, 0.6, -0.8}},
	} {
		t.Run(name, func(t *testing.T) {
			tape := autodiff.NewTape()
			y := tape.Variable(mat.NewDense(2, len(c.in), append(append([]float64(nil), c.in...), c.out...)))
			l, x := c.b.ILDJ(y), c.b.Inverse(y)
			if inside, outside := l.At(0, 0), l.At(1, 0); math.IsInf(inside, 0) || math.IsNaN(inside) || !math.IsInf(outside, -1) {
				t.Errorf("got ILDJ %v and %v, want a finite one inside and −∞ outside", inside, outside)
			}
			for _, v := range x.Data() {
				if math.IsNaN(v) {
					t.Errorf("got x = %v, want no NaN", x.Data())
					break
				}
			}
			tape.Backward(l.Sum())
			for _, g := range y.Grad() {
				if math.IsNaN(g) {
					t.Errorf("got gradient %v, want no NaN", y.Grad())
					break
				}
			}
		})
	}
}

// A Gaussian's covariance: the factor of X·Xᵀ, and that of its inverse.
func TestCholeskyMaps(t *testing.T) {
	x := factors(1, 5)
	l := mat.NewDense(5, 5, x.RawRowView(0))
	var a, inv, b mat.Dense
	a.Mul(l, l.T())
	if got := mat.NewDense(5, 5, forward(bijector.CholeskyOuterProduct{}, x).RawRowView(0)); !mat.EqualApprox(got, &a, 1e-14) {
		t.Errorf("got X·Xᵀ = %v, want %v", mat.Formatted(got), mat.Formatted(&a))
	}
	c := mat.NewDense(5, 5, forward(bijector.CholeskyToInvCholesky{}, x).RawRowView(0))
	if err := inv.Inverse(&a); err != nil {
		t.Fatal(err)
	}
	b.Mul(c, c.T())
	if !mat.EqualApprox(&b, &inv, 1e-11) {
		t.Errorf("got Y·Yᵀ = %v, want %v", mat.Formatted(&b), mat.Formatted(&inv))
	}
}

// Rows of a correlation's factor have length 1.
func TestCorrelationRows(t *testing.T) {
	y := forward(bijector.NewCorrelationCholesky(4), bijectortest.Normal(3, 6))
	for i := range 12 {
		row := mat.NewVecDense(4, y.RawMatrix().Data[i*4:i*4+4])
		if n := mat.Norm(row, 2); math.Abs(n-1) > 1e-15 {
			t.Errorf("got a row of length %v, want 1", n)
		}
	}
}

func TestStickBreakingOfZerosIsEven(t *testing.T) {
	y := forward(bijector.StickBreaking{}, mat.NewDense(1, 4, nil))
	for _, v := range y.RawRowView(0) {
		if math.Abs(v-0.2) > 1e-15 {
			t.Errorf("got %v, want five times 0.2", y.RawRowView(0))
		}
	}
}

func TestSplitParts(t *testing.T) {
	y := autodiff.NewTape().Matrix(bijectortest.Normal(2, 5))
	parts := bijector.NewSplit(1, 4).Parts(y)
	if len(parts) != 2 || parts[0].Cols() != 1 || parts[1].Cols() != 4 || parts[1].At(1, 0) != y.At(1, 1) {
		t.Errorf("got %d parts, want columns 0 and 1 to 4", len(parts))
	}
}

func TestConstraintPanics(t *testing.T) {
	exp := bijector.Exp{}
	for name, f := range map[string]func(){
		"not square":          func() { forward(bijector.CholeskyOuterProduct{}, mat.NewDense(1, 3, nil)) },
		"triangle of nothing": func() { bijector.NewFillTriangular(0) },
		"triangle's width":    func() { forward(bijector.NewFillTriangular(2), mat.NewDense(1, 4, nil)) },
		"one variable":        func() { bijector.NewCorrelationCholesky(1) },
		"no blocks":           func() { bijector.NewBlockwise() },
		"block of nothing":    func() { bijector.NewBlockwise(bijector.Block{B: exp}) },
		"block's result": func() {
			forward(bijector.NewBlockwise(bijector.Block{B: exp, In: 2, Out: 3}), mat.NewDense(1, 2, nil))
		},
		"no columns":      func() { bijector.NewSubset(exp) },
		"columns twice":   func() { bijector.NewSubset(exp, 1, 1) },
		"no bijector":     func() { bijector.NewSubset(nil, 1) },
		"padding":         func() { bijector.NewPad(-1, 0, 0) },
		"padding of NaN":  func() { bijector.NewPad(1, 0, math.NaN()) },
		"shapes":          func() { bijector.NewReshape([]int{4}, []int{2, 3}) },
		"shape's width":   func() { forward(bijector.NewReshape([]int{4}, []int{2, 2}), mat.NewDense(1, 5, nil)) },
		"no parts":        func() { bijector.NewSplit() },
		"parts":           func() { bijector.NewSplit(1, 0) },
		"runs":            func() { forward(&bijector.Cumsum{Len: 2}, mat.NewDense(1, 3, nil)) },
		"rows of nothing": func() { bijector.NewCumsumRows(0, 2) },
		"diagonal":        func() { bijector.NewTransformDiagonal(0, exp) },
		"shift":           func() { bijector.NewFillScaleTriL(2, nil, -1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want one")
				}
			}()
			f()
		})
	}
}

// A map that a model file describes wrongly is an error, not a panic.
func TestConstraintRestore(t *testing.T) {
	for _, b := range []interface{ Restore() error }{
		&bijector.FillTriangular{}, &bijector.FillTriangular{N: 1 << 30}, &bijector.CorrelationCholesky{}, &bijector.CorrelationCholesky{N: 1 << 30},
		&bijector.Blockwise{}, &bijector.Subset{}, &bijector.Pad{Before: -1}, &bijector.Reshape{From: []int{1 << 30, 1 << 30}, To: []int{0}},
		&bijector.Split{}, &bijector.Cumsum{Len: -1}, &bijector.TransformDiagonal{N: 2}, &bijector.TransformDiagonal{N: 1 << 30, B: bijector.Exp{}},
		&bijector.FillScaleTriL{N: 2}, &bijector.FillScaleTriL{N: 2, B: bijector.Exp{}, Shift: math.NaN()},
	} {
		if b.Restore() == nil {
			t.Errorf("%#v: got no error, want one", b)
		}
	}
}
