package table

import (
	"math"
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
