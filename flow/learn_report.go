package flow

import (
	"fmt"
	"math"
	"strings"

	"github.com/normflow/normflow/flow/calibration"
)

// A Report tells what [Learn] saw in the data and made of it. NLLs are in nats a row of the data given.
type Report struct {
	Rows, Context int            // of the data
	Columns       []ColumnReport // of the data
	Trimmed       int            // rows left out for Robust
	Folds         int            // in which rows were held out: 1 is one part of them
	Parts         []PartReport   // the candidates, in their order
	// Gaussian and Mixture are the NLLs of held-out rows by a normal distribution and by the best mixture
	// of the candidates, NaN if there is none.
	Gaussian, Mixture float64
	// Components is the number of components of that mixture in the first fold: the clusters of the data, or
	// more where these are not ellipses. It is 0 if there is none.
	Components int
	// NLL is that of the held-out rows by the weighted candidates, none of which saw them, and SE
	// its standard error over rows. The weights were chosen on these rows: it is better than that
	// of new rows by a little.
	NLL, SE float64
	// HeldRows are the rows that were held out, in ascending order, all with Folds above 1, and
	// LogProbs their log-densities by candidates that had not seen them.
	HeldRows []int
	LogProbs []float64
	// Coverage tests whether highest-density regions of the folds' models hold as many of the rows that these have not seen as
	// they say, 400 rows at most. nil for rows with weights.
	Coverage *calibration.Uniformity
	// Held are the folds, each with the model that has not seen its rows.
	Held     []HeldOut
	Warnings []string
}

// A HeldOut is a fold of [Learn]: the indices of the rows that were held out, and the model of
// those of its parts that were fitted without them, with the same weights. What the whole model is
// good for can be tried with it on these rows as on new ones.
type HeldOut struct {
	Rows  []int
	Model *Transformed
}

// A PartReport is how a candidate did.
type PartReport struct {
	Name   string
	NLL    float64 // of held-out rows, after fewer steps if it stopped early beside better ones; NaN if it was given up
	Weight float64 // in the model
	Note   string  // such as why it was given up; empty as a rule
}

// String returns the report as text of a few lines.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows of %d columns", r.Rows, len(r.Columns))
	if r.Context > 0 {
		fmt.Fprintf(&b, " given %d", r.Context)
	}
	if r.Trimmed > 0 {
		fmt.Fprintf(&b, ", %d of them left out", r.Trimmed)
	}
	fmt.Fprintf(&b, "\nheld out: %d rows, NLL %.4f ± %.4f nats\n", len(r.HeldRows), r.NLL, r.SE)
	if r.Coverage != nil {
		fmt.Fprintf(&b, "calibration: %v\n", r.Coverage)
	}
	if r.Components > 0 {
		fmt.Fprintf(&b, "a mixture has %d components\n", r.Components)
	}
	for _, p := range r.Parts {
		fmt.Fprintln(&b, p.line())
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "note: %s\n", w)
	}
	return b.String()
}

func (p PartReport) line() string {
	if math.IsNaN(p.NLL) {
		return fmt.Sprintf("%24s  given up: %s", p.Name, p.Note)
	}
	return strings.TrimRight(fmt.Sprintf("%24s  NLL %10.4f  weight %.3f  %s", p.Name, p.NLL, p.Weight, p.Note), " ")
}
