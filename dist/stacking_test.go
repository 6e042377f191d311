package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

func columnsOf(x mat.Matrix, models ...dist.Distribution) *mat.Dense {
	n, _ := x.Dims()
	lp := mat.NewDense(n, len(models), nil)
	for k, d := range models {
		lp.SetCol(k, logDensity(d, x))
	}
	return lp
}

// Two models that share the rows one to three, and one that is of no use.
func ExampleStackingWeights() {
	a := dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1))
	b := dist.NewNormal(1, autodiff.Fixed(4), autodiff.Fixed(1))
	c := dist.NewNormal(1, autodiff.Fixed(-20), autodiff.Fixed(1))
	x := mat.NewDense(400, 1, nil)
	dist.NewMixture(dist.FixedWeights(1, 3), a, b).Draw(x, rand.NewPCG(1, 2))
	w, err := dist.StackingWeights(columnsOf(x, a, b, c), nil, -1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", w)
	stacked := dist.NewMixture(dist.FixedWeights(w...), a, b, c)
	fmt.Printf("%.2f\n", stacked.LogProb([]float64{4}))
	// Output:
	// [0.21 0.79 0.00]
	// -1.16
}

// The weights are those of greatest likelihood, with pseudo-rows, on the simplex.
func TestStackingWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	lp := mat.NewDense(300, 4, nil)
	lp.Apply(func(_, _ int, _ float64) float64 { return 3 * r.NormFloat64() }, lp)
	rows := make([]float64, 300)
	for i := range rows {
		rows[i] = r.Float64()
		lp.Set(i, 3, -1000)
	}
	objective := func(w []float64) (s float64) {
		for i, r := range rows {
			p := 0.0
			for k, w := range w {
				p += w * math.Exp(lp.At(i, k))
			}
			s += r * math.Log(p)
		}
		for _, w := range w {
			s += 0.03 * math.Log(w)
		}
		return s
	}
	w, err := dist.StackingWeights(lp, rows, -1)
	if err != nil {
		t.Fatal(err)
	}
	best := objective(w)
	for j := range w {
		for k := range w {
			other := slices.Clone(w)
			other[j], other[k] = other[j]+1e-4, other[k]-1e-4
			if j != k && objective(other) > best+1e-9 {
				t.Errorf("weight moved from model %d to %d: better by %v", k, j, objective(other)-best)
			}
		}
	}
	for k, safe := range []int{3, 2} {
		w, err := dist.StackingWeights(lp, nil, safe)
		if err != nil || w[safe] < 1e-3 || k == 0 && w[safe] != 1e-3 {
			t.Errorf("safe model %d: got weights %v, %v", safe, w, err)
		}
	}
	if w, _ := dist.StackingWeights(lp, nil, -1); !(w[3] > 0 && w[3] < 1e-3) {
		t.Errorf("model 3: got weight %v", w[3])
	}
}

func TestStackingWeightsErrors(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		lp   []float64
		rows []float64
		want string
	}{
		{[]float64{0, 0, 0, math.NaN()}, nil, "row 1: got log-density NaN of model 1"},
		{[]float64{0, 0, inf, 0}, nil, "row 1: got log-density +Inf of model 0"},
		{[]float64{-inf, -inf, 0, 0}, nil, "row 0: got log-density −Inf of all models"},
		{[]float64{0, 0, 0, 0}, []float64{1, -1}, "row 1: got weight -1"},
	} {
		if _, err := dist.StackingWeights(mat.NewDense(2, 2, c.lp), c.rows, -1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
	if w, err := dist.StackingWeights(mat.NewDense(1, 2, []float64{-inf, -3}), nil, 0); err != nil || math.Abs(w[0]+w[1]-1) > 1e-15 {
		t.Errorf("got %v, %v", w, err)
	}
}
