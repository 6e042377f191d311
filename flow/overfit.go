package flow

import (
	"math"

	"github.com/normflow/normflow/internal/train"
)

const (
	overfitRises = 4    // records in a row, each worse than the one before
	clearly      = 0.02 // nats a row that a record is worse than another
)

// An overfit tells when the patience of a training ends, since it goes on only to learn its rows by heart: the held-out loss has risen from record to record, and has come
// clearly above the least. It is for parameters that are averaged, whose losses hardly waver.
type overfit struct {
	least, last float64
	rises       int
}

func newOverfit() *overfit { return &overfit{least: math.Inf(1), last: math.Inf(1)} }

// see reports whether training overfits by a record.
func (o *overfit) see(r train.Record) bool {
	if r.Validation > o.last {
		o.rises++
	} else {
		o.rises = 0
	}
	o.last = r.Validation
	if o.last < o.least { // unless it is NaN
		o.least = o.last
	}
	return o.rises >= overfitRises && o.last > o.least+clearly
}
