package flow_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func ExampleGrid() {
	x := mat.NewDense(6, 3, []float64{
		3, 0.1, 0.123,
		5, 0.7, 0.871,
		3, 0.3, 0.532,
		8, 0.3, 0.249,
		5, 0.7, 0.638,
		4, 0.4, 0.417,
	})
	fmt.Printf("%.4g\n", flow.Grid(x))
	// Output: [1 0.1 0]
}

// Grids of any step and origin are found, and nothing else is taken for one.
func TestGrid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 500
	kinds := []struct {
		name string
		draw func() float64
		want float64
	}{
		{"whole numbers", func() float64 { return float64(r.IntN(9)) }, 1},
		{"even numbers", func() float64 { return float64(2*r.IntN(9) - 4) }, 2},
		{"decimals", func() float64 { return math.Round(100*r.NormFloat64()) / 100 }, 0.01},
		{"years", func() float64 { return 2000 + float64(r.IntN(40))/4 }, 0.25},
		{"float32", func() float64 { return float64(float32(float64(r.IntN(100)) / 10)) }, 0.1},
		{"tiny", func() float64 { return 1e-200 * float64(r.IntN(9)) }, 1e-200},
		{"real numbers", r.NormFloat64, 0},
		{"repeated real numbers", func() float64 { return math.Sqrt(float64(r.IntN(50))) }, 0},
		{"constant", func() float64 { return 7 }, 0},
	}
	x := mat.NewDense(n, len(kinds), nil)
	for j, k := range kinds {
		for i := range n {
			x.Set(i, j, k.draw())
		}
	}
	for j, step := range flow.Grid(x) {
		if want := kinds[j].want; math.Abs(step-want) > 1e-5*want {
			t.Errorf("%s: got step %v, want %v", kinds[j].name, step, want)
		}
	}
}

// Noise in the columns that are on grids alone.
func TestDequantizedColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(400, 3, nil)
	for i := range 400 {
		x.SetRow(i, []float64{float64(r.IntN(4)), r.NormFloat64(), 0.5 * float64(r.IntN(3))})
	}
	width := flow.Grid(x)
	y := flow.Dequantize(nil, x, rng.New(1), width...)
	most := make([]float64, 3)
	for i := range 400 {
		for j := range most {
			u := y.At(i, j) - x.At(i, j)
			if u < 0 || u > width[j] {
				t.Fatalf("row %d, column %d: got noise %v, want it in [0, %v]", i, j, u, width[j])
			}
			most[j] = max(most[j], u)
		}
	}
	if most[0] < 0.9 || most[1] != 0 || most[2] < 0.45 || most[2] > 0.5 {
		t.Errorf("got noise up to %v, want about 1, 0, 0.5", most)
	}
	// P(x) = 1/12 of the whole numbers and halves, normal columns of entropy 1.419
	m, report, err := flow.Learn(context.Background(), flow.Rows(x).Dequantized(width...), &flow.LearnSettings{Budget: little})
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Log(12*0.5) + 1.419; math.Abs(report.NLL-want) > 0.4 || strings.Contains(report.String(), "no floor") {
		t.Errorf("got NLL %v, want about %v and no word of ties:\n%s", report.NLL, want, report)
	}
	if lp := m.LogProb([]float64{2.5, 0, 0.75}); lp < -5 {
		t.Errorf("got log p %v within the support", lp)
	}
	for name, w := range map[string][]float64{"2 widths": {1, 1}, "width -1": {1, 1, -1}} {
		_, err := flow.Fit(background, flow.NSF(flow.Arch{Dim: 3}, nil), flow.Rows(x).Dequantized(w...), nil)
		wantError(t, err, name)
	}
}

// Values of their own among others are found and named; those of a grid are not.
func TestAtoms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(200, 3, nil)
	for i := range 200 {
		x.SetRow(i, []float64{max(0, min(r.NormFloat64(), 1)), float64(r.IntN(4)), r.NormFloat64()})
	}
	_, report := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: little})
	for j, want := range [][]float64{{0, 1}, nil, nil} {
		if got := report.Columns[j].Atoms; !slices.Equal(got, want) {
			t.Errorf("column %d: got %v, want %v", j, got, want)
		}
	}
	if text := report.String(); !strings.Contains(text, "columns [0] have values of their own among others, such as 0 in column 0") {
		t.Errorf("got %q, want the atoms in it", text)
	}
}
