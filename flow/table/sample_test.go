package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// Samples follow the model, blanks as often as in the table.
func TestSample(t *testing.T) {
	m, _ := learned()
	got := m.Sample(4000, false, rng.New(3))
	blanks := 0
	for _, r := range got.Rows {
		for _, s := range r {
			if s == "" {
				blanks++
			}
		}
	}
	if share := float64(blanks) / 12000; math.Abs(share-0.1) > 0.02 {
		t.Errorf("got %v blanks, want a tenth", share)
	}
	x, err := m.Schema().Encode(m.Sample(4000, true, rng.New(4)))
	if err != nil {
		t.Fatal(err)
	}
	var sxx, syy, sxy float64
	for i := range 4000 {
		a, b := x.At(i, 0), x.At(i, 1)
		sxx, syy, sxy = sxx+a*a, syy+b*b, sxy+a*b
	}
	if r := sxy / math.Sqrt(sxx*syy); math.Abs(r-0.8) > 0.05 || math.Abs(sxx/4000-1) > 0.15 {
		t.Errorf("got the correlation %v and the variance %v, want 0.8 and 1", r, sxx/4000)
	}
	given, err := m.SampleGiven(500, map[string]string{"sign": "minus"}, rng.New(5))
	if err != nil {
		t.Fatal(err)
	}
	above := 0
	for _, r := range given.Rows {
		if v, _ := number(r[0], false); v > 0 {
			above++
		}
	}
	if above > 25 {
		t.Errorf("got %d of 500 positive numbers given minus", above)
	}
	if _, err := m.SampleGiven(1, map[string]string{"sign": "x"}, nil); err == nil || !strings.Contains(err.Error(), `"x" is no value of it`) {
		t.Errorf("got the error %v", err)
	}
}

// What is blank says what a row is: samples have that, too.
func TestSampleBlanksGoWithValues(t *testing.T) {
	r := rand.New(rng.New(8))
	tb := &Table{Names: []string{"length", "kind"}}
	for i := range 1000 {
		row := []string{fmt.Sprintf("%.3f", r.NormFloat64()), "plain"}
		if i%4 == 0 {
			row = []string{"", "lost"}
		}
		tb.Rows = append(tb.Rows, row)
	}
	m, _, err := Learn(t.Context(), tb, &Settings{Steps: 600})
	if err != nil {
		t.Fatal(err)
	}
	var lost, blank, both float64
	for _, row := range m.Sample(2000, false, rng.New(9)).Rows {
		if row[1] == "lost" {
			lost++
		}
		if row[0] == "" {
			blank++
			if row[1] == "lost" {
				both++
			}
		}
	}
	if math.Abs(lost/2000-0.25) > 0.05 || math.Abs(blank/2000-0.25) > 0.05 || both < 0.9*max(lost, blank) {
		t.Errorf("got %v lost and %v blank of 2000 rows, %v both; want a quarter, the same", lost, blank, both)
	}
}
