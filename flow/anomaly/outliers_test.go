package anomaly_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

// Anomalies of a dirty table are seen whether they lie alone, off the curve or together.
func TestOutliers(t *testing.T) {
	x := bananas(600, 7)
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 10 {
		x.SetRow(i, []float64{50 * r.NormFloat64(), 20 + 5*r.NormFloat64(), 1000 + 50*r.NormFloat64()}) // alone
		x.SetRow(10+i, []float64{5 * r.NormFloat64(), 4 + r.Float64(), 1000})                           // off the curve
		x.SetRow(20+i, []float64{-30 + r.NormFloat64(), -6 + 0.1*r.NormFloat64(), 1020})                // together
	}
	s, err := anomaly.Outliers(context.Background(), x, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, least := range []float64{0.95, 0.9, 0.95} {
		area := 0.0
		for _, odd := range s[10*k : 10*k+10] {
			for _, normal := range s[30:] {
				if odd > normal {
					area += 1. / (10 * 570)
				}
			}
		}
		if area < least {
			t.Errorf("anomalies of kind %d: AUROC %.3f, want at least %v", k, area, least)
		}
	}
	again, err := anomaly.Outliers(context.Background(), x, nil)
	if err != nil || !slices.Equal(s, again) {
		t.Errorf("the same seed gives other scores: %v", err)
	}
}

// A fifth of the rows that are all alike is seen, though nothing else in the table is as dense.
func TestOutliersClump(t *testing.T) {
	x := bananas(1000, 8)
	r := rand.New(rand.NewPCG(4, 4))
	for i := range 200 {
		x.SetRow(i, []float64{-25 + 0.3*r.NormFloat64(), -3 + 0.05*r.NormFloat64(), 1015 + 0.3*r.NormFloat64()})
	}
	s, err := anomaly.Outliers(context.Background(), x, nil)
	if err != nil {
		t.Fatal(err)
	}
	normal := slices.Sorted(slices.Values(s[200:]))
	if limit := normal[len(normal)*98/100]; slices.Min(s[:200]) < limit {
		t.Errorf("got scores of the clump from %.2f on, want them above those of 98 in 100 others, %.2f", slices.Min(s[:200]), limit)
	}
}

// Normal rows are called odd as often as is said, with anomalies among the rows that scores know and with such that they do not.
func TestRankPValues(t *testing.T) {
	const n, odd = 1000, 200
	for _, shift := range []float64{0, 1, 9} {
		r := rand.New(rand.NewPCG(3, 3))
		scores := make([]float64, n)
		for i := range scores {
			if scores[i] = r.NormFloat64(); i < odd {
				scores[i] += shift
			}
		}
		p := anomaly.RankPValues(scores)
		for _, c := range []float64{0.01, 0.1, 0.5} {
			alarms, all := 0, 0
			for i, v := range p {
				if v <= c {
					all++
					if i >= odd {
						alarms++
					}
				}
			}
			if all != int(c*n) || float64(alarms) > c*n {
				t.Errorf("shift %v: got %d alarms at %v, %d of them of normal rows, want %v", shift, all, c, alarms, c*n)
			}
		}
		if slices.Contains(anomaly.Discoveries(p, 0.9), true) {
			t.Errorf("shift %v: got discoveries of ranks", shift)
		}
	}
}

func TestOutliersErrors(t *testing.T) {
	bad := bananas(20, 1)
	bad.Set(7, 2, math.Inf(1))
	done, stop := context.WithCancel(context.Background())
	stop()
	for _, c := range []struct {
		ctx  context.Context
		x    *mat.Dense
		want string
	}{
		{context.Background(), bad, "row 7"},
		{context.Background(), bananas(11, 1), "got 11 rows"},
		{done, bananas(20, 1), "canceled"},
	} {
		if _, err := anomaly.Outliers(c.ctx, c.x, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q", err, c.want)
		}
	}
}
