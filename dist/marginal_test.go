package dist_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

func factor4(s float64) *autodiff.Param {
	return autodiff.NewParam(4, 4, []float64{s, 9, 9, 9, 0.5, -1, 9, 9, -0.5, 0.3, 2, 9, 0.1, 1, -1, 0.5})
}

// known are distributions that know their marginals and conditionals.
func known() map[string]dist.Distribution {
	kernels, err := dist.FitKernelDensity(sample(table["PrecisionNormal"], 30), nil, 0)
	if err != nil {
		panic(err)
	}
	kernels.Logits = dist.LearnedWeights(slices.Repeat([]float64{1, 3, 2}, 10)...)
	normal := dist.NewMultivariateNormal(l(1, 2, 3, 4), factor4(1))
	student := dist.NewMultivariateStudentT(l(3), l(-1, 0, 1, 0), factor4(2))
	return map[string]dist.Distribution{
		"MultivariateNormal":   normal,
		"MultivariateStudentT": student,
		"Mixture":              dist.NewMixture(dist.LearnedWeights(2, 1), normal, student),
		"KernelDensity":        kernels,
		"KernelDensity/plain":  table["KernelDensity"],
		"PrecisionNormal":      table["PrecisionNormal"],
		"LowRankNormal":        table["LowRankNormal"],
		"StdNormal":            table["StdNormal"],
	}
}

// p(x) = p(x₁)·p(x₂ | x₁), whatever the columns and their order.
func TestMarginalTimesConditional(t *testing.T) {
	for name, d := range known() {
		x := sample(d, 5)
		for _, columns := range [][]int{{0}, {1}, {2}, {2, 0}, {1, 3}, {3, 0, 2}} {
			if slices.Max(columns) >= d.Dim() || len(columns) == d.Dim() {
				continue
			}
			for i := range 5 {
				row := x.RawRowView(i)
				var given, others []float64
				for _, j := range columns {
					given = append(given, row[j])
				}
				for j, v := range row {
					if !slices.Contains(columns, j) {
						others = append(others, v)
					}
				}
				marginal, err := dist.Marginal(d, columns...)
				conditional, err2 := dist.Condition(d, columns, given)
				if err != nil || err2 != nil {
					t.Fatal(name, err, err2)
				}
				want := dist.LogProb(d, row)
				got := dist.LogProb(marginal, given) + dist.LogProb(conditional, others)
				if math.Abs(got-want) > 1e-11*(1+math.Abs(want)) {
					t.Errorf("%s, columns %v: log p is %v, by marginal and conditional %v", name, columns, want, got)
				}
			}
		}
	}
}

// The marginal of a column is the integral over the others.
func TestMarginalIsIntegral(t *testing.T) {
	for _, name := range []string{"MultivariateNormal", "MultivariateStudentT", "MixtureStudentT", "KernelDensity"} {
		d := table[name]
		for j := range 2 {
			marginal, err := dist.Marginal(d, j)
			if err != nil {
				t.Fatal(err)
			}
			at := 0.7
			x := mat.NewDense(4001, 2, nil)
			for i := range 4001 {
				x.Set(i, j, at)
				x.Set(i, 1-j, math.Sinh((float64(i)-2000)/200)) // up to 10⁴
			}
			sum := 0.0
			for i, lp := range logDensity(d, x) {
				sum += math.Exp(lp) * math.Cosh((float64(i)-2000)/200) / 200
			}
			if got := dist.LogProb(marginal, []float64{at}); math.Abs(got-math.Log(sum)) > 1e-6 {
				t.Errorf("%s: column %d: log-density is %v, by quadrature %v", name, j, got, math.Log(sum))
			}
		}
	}
}

// All columns in another order are all of the distribution.
func TestMarginalReorders(t *testing.T) {
	for name, d := range known() {
		order := []int{2, 0, 3, 1}
		if d.Dim() < 4 {
			order = []int{1, 0, 2}[:d.Dim()]
		}
		m, err := dist.Marginal(d, order...)
		if err != nil {
			t.Fatal(err)
		}
		row := sample(d, 1).RawRowView(0)
		var other []float64
		for _, j := range order {
			other = append(other, row[j])
		}
		if got, want := dist.LogProb(m, other), dist.LogProb(d, row); math.Abs(got-want) > 1e-11*(1+math.Abs(want)) {
			t.Errorf("%s: log-density is %v, in another order %v", name, want, got)
		}
	}
}

func TestMarginalMistakes(t *testing.T) {
	exponential := dist.NewExponential(2, l(1))
	if _, err := dist.Marginal(exponential, 0); err == nil || !strings.Contains(err.Error(), "*dist.Columns") {
		t.Errorf("got error %v, want one that names the type", err)
	}
	mixed := dist.NewMixture(dist.FixedWeights(1, 1), dist.NewStdNormal(2), exponential)
	if _, err := dist.Condition(mixed, []int{0}, []float64{1}); err == nil {
		t.Error("a mixture with a part that does not know: no error")
	}
	for name, call := range map[string]func(){
		"no column": func() { dist.Marginal(dist.NewStdNormal(2)) },
		"twice":     func() { dist.Marginal(dist.NewStdNormal(2), 1, 1) },
		"too large": func() { dist.Marginal(dist.NewStdNormal(2), 2) },
		"all":       func() { dist.Condition(dist.NewStdNormal(1), []int{0}, []float64{1}) },
		"value":     func() { dist.Condition(dist.NewStdNormal(2), []int{0}, []float64{math.NaN()}) },
		"values":    func() { dist.Condition(dist.NewStdNormal(2), []int{0}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

// The likelihood of other rows is near that of the truth, with weights, units and rows far away.
func TestFitKernelDensity(t *testing.T) {
	x, other := draw(bumps, 1500, 1), draw(bumps, 1000, 2)
	k, err := dist.FitKernelDensity(x, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	best := meanLogDensity(bumps, other)
	if got := meanLogDensity(k, other); got < best-0.15 {
		t.Errorf("mean log-density is %v, of the truth %v", got, best)
	}
	weights := slices.Repeat([]float64{1, 0, 2}, 500)
	if k, err = dist.FitKernelDensity(x, weights, 0); err != nil {
		t.Fatal(err)
	}
	if m, _ := k.Points.Dims(); m != 1000 {
		t.Errorf("got %d points, want those with a weight", m)
	}
	if got := meanLogDensity(k, other); got < best-0.2 {
		t.Errorf("with weights: mean log-density is %v, of the truth %v", got, best)
	}
	x.SetRow(0, []float64{1e12, 0})
	if k, err = dist.FitKernelDensity(x, nil, 0); err != nil {
		t.Fatal(err)
	}
	if got := meanLogDensity(k, other); got < best-0.2 {
		t.Errorf("with a row far away: mean log-density is %v, of the truth %v", got, best)
	}
	same := mat.NewDense(40, 2, slices.Repeat([]float64{1, 2, 3, 5}, 20))
	if k, err = dist.FitKernelDensity(same, nil, 0); err != nil || math.IsNaN(k.LogProb([]float64{1, 2})) {
		t.Errorf("repeated rows: %v", err)
	}
}

func ExampleFitKernelDensity() {
	k, err := dist.FitKernelDensity(clustered, nil, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.2f\n", k.LogProb([]float64{0, 0}), k.LogProb([]float64{2.5, 2.5}))
	// Output:
	// -1.63 -1.91
}

// The second column of two correlated ones, alone and given the first.
func ExampleCondition() {
	n := dist.NewMultivariateNormal(autodiff.Fixed(0), autodiff.NewParam(2, 2, []float64{1, 0, 0.8, 0.6}))
	marginal, _ := dist.Marginal(n, 1)
	conditional, _ := dist.Condition(n, []int{0}, []float64{2})
	for _, d := range []dist.Distribution{marginal, conditional} {
		fmt.Printf("%.2f %.2f\n", d.(dist.Moments).Mean(nil), d.(dist.Moments).Variance(nil))
	}
	// Output:
	// [0.00] [1.00]
	// [1.60] [0.36]
}

func ExampleMarginaler() {
	var m dist.Marginaler = dist.NewStdNormal(3)
	d, err := m.Marginal(0, 2)
	fmt.Println(d.Dim(), err)
	// Output:
	// 2 <nil>
}

func ExampleConditioner() {
	var c dist.Conditioner = dist.NewStdNormal(3)
	d, err := c.Condition([]int{1}, []float64{5})
	fmt.Println(d.Dim(), err)
	// Output:
	// 2 <nil>
}
