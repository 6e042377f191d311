package anomaly

import (
	"fmt"
	"math"
	"slices"
)

// A Drift compares the scores of a window of rows with those of the training.
type Drift struct {
	Rows     int     // of the window that have a score
	Distance float64 // greatest distance of the two distribution functions, by Kolmogorov and Smirnov
	P        float64 // its p-value, good from some 20 rows on
	// Odder is the share of pairs of a row of the window and one of the training in which the former is odder, ties by half:
	// ½ if nothing has changed.
	Odder float64
}

// Drift tests whether the scores of a window of rows, from [Detector.Scores] or Results, come from the distribution of those
// of the training. NaN is left out. It panics if there are no others.
func (d *Detector) Drift(scores []float64) *Drift {
	w := slices.DeleteFunc(slices.Clone(scores), math.IsNaN)
	if len(w) == 0 {
		panic("anomaly: Drift: got no scores, want some")
	}
	slices.Sort(w)
	ref := d.q.sorted
	r := &Drift{Rows: len(w)}
	n, m := float64(len(w)), float64(len(ref))
	for i, j := 0, 0; i < len(w) || j < len(ref); {
		at := math.Inf(1)
		if i < len(w) {
			at = w[i]
		}
		if j < len(ref) {
			at = min(at, ref[j])
		}
		a, b := i, j
		for i < len(w) && w[i] == at {
			i++
		}
		for j < len(ref) && ref[j] == at {
			j++
		}
		r.Odder += float64(i-a) * (float64(b) + float64(j-b)/2) / (n * m)
		r.Distance = max(r.Distance, math.Abs(float64(i)/n-float64(j)/m))
	}
	r.P = kolmogorov(r.Distance, n*m/(n+m))
	return r
}

// kolmogorov returns P(D ≥ d) for about n numbers: M. A. Stephens, Use of the Kolmogorov-Smirnov statistics without extensive
// tables, 1970.
func kolmogorov(d, n float64) float64 {
	z := d * (math.Sqrt(n) + 0.12 + 0.11/math.Sqrt(n))
	if z < 0.2 {
		return 1
	}
	p := 0.0
	for k := 1; k <= 100; k++ {
		term := math.Exp(-2 * float64(k*k) * z * z)
		if k%2 == 0 {
			term = -term
		}
		p += 2 * term
	}
	return min(max(p, 0), 1)
}

// String says what has changed.
func (r *Drift) String() string {
	words := "as in training"
	switch {
	case r.P < 0.01 && r.Odder > 0.5:
		words = "odder than in training"
	case r.P < 0.01:
		words = "not those of training"
	}
	return fmt.Sprintf("scores of %d rows are %s: distance %.3f, p = %.2g", r.Rows, words, r.Distance, r.P)
}

func rowError(i, got, want int) error {
	return fmt.Errorf("anomaly: Stream: row %d: got %d numbers, want %d", i, got, want)
}
