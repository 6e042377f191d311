package flow

import "github.com/normflow/normflow/internal/train"

// A Record is the state of training after a step.
type Record struct {
	Step, Steps int     // done so far, and at most
	Loss        float64 // mean over the minibatches since the last record: NLL in nats a row
	Validation  float64 // NLL of the held-out rows; NaN if there are none
	GradNorm    float64 // of the last minibatch, before clipping
	Rate        float64 // of the last step
	Skipped     int     // steps skipped so far
}

// A Result tells how training went.
type Result struct {
	Steps   int      // done
	Skipped int      // of them, for a loss or gradient that was not finite
	Loss    float64  // of the held-out rows at the best record, else of the last record
	Best    int      // the step whose parameters the model has
	Stopped bool     // early, for want of improvement
	Resumed int      // the step of the checkpoint from which training went on; 0 if it did not
	History []Record // oldest first
}

func newResult(r train.Result) *Result {
	out := &Result{Steps: r.Steps, Skipped: r.Skipped, Loss: r.Loss, Best: r.Best, Stopped: r.Stopped, Resumed: r.Resumed}
	for _, h := range r.History {
		out.History = append(out.History, Record(h))
	}
	return out
}
