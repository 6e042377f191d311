package flow

import (
	"fmt"
	"math"
	"strings"

	"github.com/normflow/normflow/flow/calibration"
)

// A Record is the state of training after a step.
type Record struct {
	Step, Steps int     // done so far, and at most
	Loss        float64 // mean over the minibatches since the last record: NLL in nats a row; NaN before the first step
	Validation  float64 // NLL of the held-out rows; NaN if there are none
	GradNorm    float64 // of the last minibatch, before clipping
	Rate        float64 // of the last step
	Skipped     int     // steps skipped so far
}

// A Result tells how training went, and how good the model is.
type Result struct {
	Steps   int      // done
	Skipped int      // of them, for a loss or gradient that was not finite
	Loss    float64  // of the held-out rows at the best record, else of the last record
	Best    int      // the step whose parameters the model has
	Stopped bool     // early, for want of improvement
	Resumed int      // the step of the checkpoint from which training went on; 0 if it did not
	History []Record // oldest first

	// Held and Train are log-densities of the held-out rows, and of as many of those that were
	// learned from: far apart, the model has learned rows by heart. nil if nothing was held out; Train also for rows that are not in memory or are lifted.
	Held, Train *calibration.Likelihood
	// Gaussian compares the model with a normal distribution fitted to the same rows, on the held-out ones: a
	// model that is not better is not worth its cost. nil if nothing was held out, for rows that are not in memory or are lifted, see [FitLifted], and for models of a
	// surface, such as a sphere, whose densities are of its area.
	Gaussian *calibration.Difference
	// Mixture compares it with a mixture of normal distributions in the same way. nil where Gaussian is, if there are contexts, or if
	// fitting one would take more than a twentieth of the training's work.
	Mixture *calibration.Difference
	// Coverage tests whether highest-density regions of the model hold as many of the held-out rows as they
	// say, 400 rows at most. nil if nothing was held out, and for rows with weights.
	Coverage *calibration.Uniformity
	// Importance sums up the weights of the model's draws for the density that [FitDensity] was given; nil
	// for [Fit].
	Importance *calibration.Importance
	// Warnings are what a person should look at, in words.
	Warnings []string
}

// String returns the result in a few lines that a person can judge by.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d steps, the best after %d", r.Steps, r.Best)
	if r.Stopped {
		b.WriteString(", stopped early")
	}
	if r.Skipped > 0 {
		fmt.Fprintf(&b, ", %d skipped", r.Skipped)
	}
	switch {
	case r.Held != nil:
		fmt.Fprintf(&b, "\nheld out: %v", r.Held)
		if r.Train != nil {
			fmt.Fprintf(&b, "\ntrained on: mean log-density %.4f ± %.4f", r.Train.Value, r.Train.SE)
		}
		if r.Gaussian != nil {
			fmt.Fprintf(&b, "\nagainst a normal distribution: %v", r.Gaussian)
		}
		if r.Coverage != nil {
			fmt.Fprintf(&b, "\ncalibration: %v", r.Coverage)
		}
		if r.Mixture != nil {
			fmt.Fprintf(&b, "\nagainst a mixture of normal distributions: %v", r.Mixture)
		}
	case !math.IsNaN(r.Loss) && len(r.History) > 0:
		fmt.Fprintf(&b, "\nloss %.4f", r.Loss)
	}
	if r.Importance != nil {
		fmt.Fprintf(&b, "\n%v", r.Importance)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "\nwarning: %s", w)
	}
	return b.String()
}
