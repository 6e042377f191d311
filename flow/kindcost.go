package flow

import (
	"math/bits"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// cost returns about how many bytes Restore will set aside for a value, where
// values in its fields say so rather than how much there is.
func cost(value any) int {
	switch v := value.(type) {
	case *bijector.Squeeze:
		return product(16, v.Channels, v.Height, v.Width)
	case *bijector.IntegralNet: // its inputs for each point
		if len(v.Layers) > 0 && v.Layers[0].W != nil {
			return product(32, max(v.Points, 32), v.Layers[0].In())
		}
	case *Argmax: // which columns are of one category
		if v.Q != nil {
			return product(16, v.Q.Dim(), v.Q.Dim())
		}
	case *nn.Rewired: // a row of its network, when it is evaluated
		if v.Net != nil && v.Net.In() > 4*(len(v.Place)+len(v.Take)) {
			return product(8, v.Net.In())
		}
	}
	return 0
}

// product returns the product of sizes, or −1 if it is no size.
func product(sizes ...int) int {
	n := uint64(1)
	for _, s := range sizes {
		hi, lo := bits.Mul64(n, uint64(max(s, 0)))
		if hi != 0 || lo > 1<<40 {
			return -1
		}
		n = lo
	}
	return int(n)
}
