package flow

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// Columns that others give are found, in any scale and beside heavy tails and constants; columns that they almost give are not.
func TestDependentColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 500
	for name, c := range map[string]struct {
		row  func() []float64
		want []int
	}{
		"none": {func() []float64 { a := r.NormFloat64(); return []float64{a, a + 1e-4*r.NormFloat64(), 7} }, nil},
		"copy": {func() []float64 { a := r.NormFloat64(); return []float64{r.NormFloat64(), a, a} }, []int{2}},
		"sums": {func() []float64 {
			a, b := r.NormFloat64(), r.NormFloat64()
			return []float64{1e8 * a, 3, 1e-8 * (a - b), b - 4, a + b}
		}, []int{3, 4}},
		"float32": {func() []float64 {
			a, b := r.NormFloat64(), r.NormFloat64()
			return []float64{a, b, float64(float32(a - 2*b + 1))}
		}, []int{2}},
		"heavy": {func() []float64 {
			a := math.Tan(math.Pi * (r.Float64() - 0.5))
			return []float64{a * a * a, a*a*a + r.NormFloat64()}
		}, nil},
		"heavy copy": {func() []float64 {
			a := math.Tan(math.Pi * (r.Float64() - 0.5))
			return []float64{a * a * a, 2*a*a*a - 1}
		}, []int{1}},
		"shares": {func() []float64 { a := r.Float64(); b := (1 - a) * r.Float64(); return []float64{a, b, 1 - a - b} }, []int{2}},
		"zeros":  {func() []float64 { return []float64{max(0, r.NormFloat64()-2), max(0, r.NormFloat64()-2)} }, nil},
		"huge":   {func() []float64 { return []float64{1e300 * r.NormFloat64(), 1e300 * r.NormFloat64()} }, nil},
	} {
		x := mat.NewDense(n, len(c.row()), nil)
		for i := range n {
			x.SetRow(i, c.row())
		}
		if got := dependent(x); !slices.Equal(got, c.want) {
			t.Errorf("%s: got columns %v, want %v", name, got, c.want)
		}
	}
}

func TestCopies(t *testing.T) {
	x := mat.NewDense(5, 2, []float64{1, 2, 3, 4, 1, 2, 1, 2, 0, 4})
	if got := copies(&train.Memory{Rows: x}); got != 2 {
		t.Errorf("got %d copies, want 2", got)
	}
	c := mat.NewDense(5, 1, []float64{1, 2, 3, 1, 1})
	if got := copies(&train.Memory{Rows: x, Contexts: c}); got != 1 {
		t.Errorf("got %d copies with contexts, want 1", got)
	}
}

// Learn and Fit name columns that others give; Learn counts copied rows.
func TestDependenceIsNamed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(300, 3, nil)
	for i := range 300 {
		a, b := r.NormFloat64(), r.NormFloat64()
		x.SetRow(i, []float64{a, b, a + b})
		if i%10 == 9 {
			copy(x.RawRowView(i), x.RawRowView(i-1))
		}
	}
	_, report, err := Learn(context.Background(), Rows(x), &LearnSettings{Budget: 1e8})
	if err != nil {
		t.Fatal(err)
	}
	result, err := Fit(context.Background(), NSF(Arch{Dim: 3}, rand.NewPCG(1, 1)), Rows(x), &Settings{Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	const want = "columns [2] are linear functions"
	for _, text := range []string{strings.Join(report.Warnings, "\n"), strings.Join(result.Warnings, "\n")} {
		if !strings.Contains(text, want) {
			t.Errorf("got warnings %q, want one with %q", text, want)
		}
	}
	if text := report.String(); !strings.Contains(text, "30 of 300 rows are copies") {
		t.Errorf("got %q, want the copies in it", text)
	}
}
