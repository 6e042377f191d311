package anomaly

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Drift compares the scores of a window of rows with those of the training.
type Drift struct {
	Rows int // of the window that have a score
	// Distance is the greatest distance of the two distribution functions, by Kolmogorov and Smirnov, above 0 where
	// the window has too many odd rows.
	Distance float64
	P        float64 // its p-value, good from some 20 rows on
	// Odder is the probability that a row of the window is odder than one of the training: ½ if nothing has changed.
	Odder float64
}

// Drift tests whether the scores of a window of rows, from [Detector.Scores] or Results, come from the distribution of those
// of the training: their p-values are uniform then. NaN is left out. It panics if there are no others.
func (d *Detector) Drift(scores []float64) *Drift {
	var u []float64
	mean := 0.0
	for _, s := range scores {
		if !math.IsNaN(s) {
			u = append(u, d.PValue(s))
			mean += d.PValue(s)
		}
	}
	if len(u) == 0 {
		panic("anomaly: Drift: got no scores, want some")
	}
	n, m := float64(len(u)), 0.0
	for _, ref := range d.p.Reference {
		m += float64(len(ref))
	}
	r := &Drift{Rows: len(u), Odder: 1 - mean/n}
	r.Distance = calibration.Uniform(mat.NewDense(len(u), 1, u)).Columns[0].Gap
	r.P = kolmogorov(math.Abs(r.Distance), n*m/(n+m))
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
		term := special.Exp(-2 * float64(k*k) * z * z)
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
	return fmt.Sprintf("scores of %d rows are %s: distance %+.3f, p = %.2g", r.Rows, words, r.Distance, r.P)
}
