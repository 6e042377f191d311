package bijector_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// correlated returns rows of three columns, the second nearly the first, the third apart.
func correlated(n int) *mat.Dense {
	r := rand.New(rng.New(7))
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a + 0.3*r.NormFloat64(), r.NormFloat64()})
	}
	return x
}

// From a standard normal base a whitener makes the normal distribution of the rows, up to its mean.
func TestWhitenerIsTheNormalOfRows(t *testing.T) {
	x := correlated(60)
	w := bijector.NewWhitener(3)
	bijector.Initialize(w, autodiff.NewTape().Matrix(x))
	normal, err := dist.FitMultivariateNormal(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		for j := range i + 1 {
			got, want := w.L.Data()[i*3+j], normal.L.Data()[i*3+j]
			if math.Abs(got-want) > 1e-6 {
				t.Errorf("L[%d,%d]: got %v, want %v", i, j, got, want)
			}
		}
	}
	before := w.L.Data()[3]
	bijector.Initialize(w, autodiff.NewTape().Matrix(mat.NewDense(4, 3, nil)))
	if w.L.Data()[3] != before {
		t.Errorf("a second call changed L from %v to %v", before, w.L.Data()[3])
	}
}

// Correlations that say less than Least are left to other maps, and rows pass as they are.
func TestWhitenerOfWeakCorrelations(t *testing.T) {
	for least, plain := range map[float64]bool{0.2: false, 0.6: true} { // −½·log(1 − 1/1.09)/3 = 0.41
		w := bijector.NewWhitener(3)
		w.Least = least
		bijector.Initialize(w, autodiff.NewTape().Matrix(correlated(200)))
		if w.Plain() != plain || !w.Initialized {
			t.Errorf("Least %v: got plain %v, initialised %v, want %v, true", least, w.Plain(), w.Initialized, plain)
		}
	}
	w := bijector.NewWhitener(3)
	w.MostRows = 60
	if bijector.Initialize(w, autodiff.NewTape().Matrix(correlated(181))); !w.Plain() {
		t.Error("got a matrix of 181 rows, want the identity for more than 60 for each pair of columns")
	}
	far := autodiff.NewTape().Matrix(mat.NewDense(1, 2, []float64{math.Inf(1), 1}))
	if y := bijector.NewWhitener(2).Forward(far); y.At(0, 1) != 1 {
		t.Errorf("got %v, want the row as it is", y.Data())
	}
}

// One row, constant columns and more columns than rows have a matrix too.
func TestWhitenerOfFewRows(t *testing.T) {
	for name, x := range map[string]*mat.Dense{
		"one row":   mat.NewDense(1, 3, []float64{1, 2, 3}),
		"two rows":  mat.NewDense(2, 3, []float64{1, 2, 3, 2, 1, 0}),
		"constants": mat.NewDense(4, 3, []float64{1, 2, 3, 1, 2, 5, 1, 2, 7, 1, 2, 8}),
		"same rows": mat.NewDense(3, 3, []float64{1, 2, 3, 1, 2, 3, 1, 2, 3}),
	} {
		w := bijector.NewWhitener(3)
		bijector.Initialize(w, autodiff.NewTape().Matrix(x))
		if err := w.Restore(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func ExampleWhitener() {
	w := bijector.NewWhitener(2)
	tape := autodiff.NewTape()
	y := tape.Matrix(mat.NewDense(6, 2, []float64{-2, -2.1, -1, -0.9, -0.5, -0.5, 0.5, 0.4, 1, 1.1, 2, 2}))
	w.Initialize(y)
	fmt.Printf("%.2f\n", w.Inverse(y).Data()[:4])
	fmt.Printf("%.2f\n", w.Forward(w.Inverse(y)).Data()[:4])
	// Output:
	// [-1.28 -0.44 -0.64 -0.04]
	// [-2.00 -2.10 -1.00 -0.90]
}
