package anomaly_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

// The example of the paper: of these 15 p-values four are discoveries at a rate of 0.05.
func TestDiscoveries(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}
	got := anomaly.Discoveries(p, 0.05)
	for i, found := range got {
		if found != (i < 4) {
			t.Errorf("p-value %d: got %v", i, found)
		}
	}
	mixed := []float64{math.NaN(), 0.9, 0.001, math.NaN(), 0.02}
	if got := anomaly.Discoveries(mixed, 0.05); !slices.Equal(got, []bool{false, false, true, false, true}) {
		t.Errorf("got %v", got)
	}
	if got := anomaly.Discoveries(nil, 0.05); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// Among alarms chosen so, as many are false as the rate allows.
func TestDiscoveriesOfRows(t *testing.T) {
	d := detector(t)
	var p []float64
	for _, r := range d.Results(bananas(900, 8)) {
		p = append(p, r.P)
	}
	for i := range 100 {
		p = append(p, d.Results(mat.NewDense(1, 3, []float64{float64(i)/10 - 5, 9 + float64(i), 1000}))[0].P)
	}
	var alarms, wrong float64
	for i, found := range anomaly.Discoveries(p, 0.1) {
		if found {
			alarms++
			if i < 900 {
				wrong++
			}
		}
	}
	if alarms-wrong < 90 || wrong/alarms > 0.2 {
		t.Errorf("got %v alarms, %v of them false", alarms, wrong)
	}
}

// A column that has moved is found, the others are not; so is a constant one that has changed.
func TestColumnDrifts(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	rows := func(n int, shift, level float64) *mat.Dense {
		x := mat.NewDense(n, 4, nil)
		for i := range n {
			x.SetRow(i, []float64{r.NormFloat64(), r.NormFloat64() + shift, float64(r.IntN(3)), level})
		}
		return x
	}
	d, err := anomaly.Learn(context.Background(), flow.Rows(rows(400, 0, 5)), &anomaly.Settings{Budget: 1e8})
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range d.ColumnDrifts(rows(300, 0, 5)) {
		if c.Column != j || c.Rows != 300 || c.P < 0.01 || math.Abs(c.Distance) > 0.15 {
			t.Errorf("nothing has changed: got %+v", c)
		}
	}
	window := rows(300, 0.5, 4)
	window.Set(0, 0, math.NaN())
	got := d.ColumnDrifts(window)
	if got[0].P < 0.01 || got[0].Rows != 299 || got[2].P < 0.01 {
		t.Errorf("got %+v of columns that have not changed", got)
	}
	// Φ(¼) − Φ(−¼) = 0.197, and all numbers of the last column are smaller.
	if got[1].P > 1e-3 || math.Abs(got[1].Distance+0.197) > 0.1 || got[3].Distance != 1 {
		t.Errorf("got %+v of columns that have", got)
	}
}

func TestDrift(t *testing.T) {
	d := detector(t)
	if r := d.Drift(d.Scores(nil, bananas(500, 9))); r.P < 0.01 || r.Rows != 500 || math.Abs(r.Odder-0.5) > 0.05 {
		t.Errorf("rows as in training: %v, %+v", r, *r)
	}
	moved := bananas(500, 9)
	for i := range 500 {
		moved.Set(i, 2, moved.At(i, 2)+10)
	}
	scores := append(d.Scores(nil, moved), math.NaN())
	if r := d.Drift(scores); r.P > 1e-3 || r.Rows != 500 || r.Odder < 0.5 {
		t.Errorf("rows that have moved: %v, %+v", r, *r)
	}
}

// Contributions add up to the difference of two scores, and the column that is wrong has most of it.
func TestExplain(t *testing.T) {
	d := detector(t)
	for j, row := range [][]float64{{60, 36, 1000}, {0, 4, 1000}, {5, 0.25, 1060}} {
		e, err := d.Explain(row)
		if err != nil {
			t.Fatal(err)
		}
		near := d.Results(mat.NewDense(1, 3, e.Nearest))[0]
		if near.P < 0.45 {
			t.Errorf("%v: the nearest likely row %v has p = %v", row, e.Nearest, near.P)
		}
		sum := 0.0
		for _, c := range e.Columns {
			sum += c
		}
		if want := e.Score - near.Score; math.Abs(sum-want) > 0.02*want {
			t.Errorf("%v: contributions %v add up to %v, want %v", row, e.Columns, sum, want)
		}
		if j == 2 && e.Columns[2] < 0.99*sum || j < 2 && e.Columns[2] > 0.1*sum {
			t.Errorf("%v: contributions %v", row, e.Columns)
		}
		if j == 2 && (e.Nearest[0] != row[0] || e.Nearest[1] != row[1]) {
			t.Errorf("%v: the nearest likely row %v differs in columns that were likely", row, e.Nearest)
		}
	}
	if _, err := d.Explain([]float64{0, math.NaN(), 1}); err == nil {
		t.Error("got no error for NaN")
	}
}
