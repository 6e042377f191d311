package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

const (
	leastBounded = 30   // values, below which bounds are not looked for
	mostChoosing = 1000 // values by which bounds are chosen
)

// chooseBounds returns a marginal with the bounds of ascending values, none if they have none, and the mixture fitted to some of them.
func (c *weighted) chooseBounds() Marginal {
	var best Marginal
	must(best.setEnds())
	some := c.thin(mostChoosing)
	least := some.mixture(&best)
	if len(c.x) < leastBounded {
		return best
	}
	penalty := 2 * special.Log(kernel.Sum(some.w)) // of a bound and its margin
	for _, k := range []struct {
		lower, upper bool
		bounds       float64
	}{{true, false, 1}, {false, true, 1}, {true, true, 2}} {
		m, ok := c.bounds(some, k.lower, k.upper)
		if !ok {
			continue
		}
		if criterion := some.mixture(&m) + float64(k.bounds*penalty); criterion < least {
			best, least = m, criterion
		}
	}
	return best
}

// bounds returns the bounds of which ψ makes some of the values most like those of one normal distribution. The margins, from the first
// and the last value to the bounds, are the mean distances of values there, or 4, 16, 64, … times as large.
func (c *weighted) bounds(some *weighted, lower, upper bool) (best Marginal, ok bool) {
	n := len(c.x)
	k := int(math.Sqrt(float64(n)))
	least, greatest := c.x[0], c.x[n-1]
	below, above := (c.x[k]-least)/float64(k), (greatest-c.x[n-1-k])/float64(k)
	if fine := 1e-12 * max(math.Abs(least), math.Abs(greatest)); lower && below <= fine || upper && above <= fine {
		return best, false // equal values there
	}
	u, slopes := weighted{make([]float64, len(some.x)), some.w}, make([]float64, len(some.x))
	total := kernel.Sum(some.w)
	most := math.Inf(-1)
	for factor := 1.0; ; factor *= 4 {
		var m Marginal
		if lower {
			m.Lower = Bound{At: least - float64(factor*below), Margin: factor * below}
		}
		if upper {
			m.Upper = Bound{At: greatest + float64(factor*above), Margin: factor * above}
		}
		if max(m.Lower.Margin, m.Upper.Margin) > 2*(greatest-least) || m.setEnds() != nil {
			return best, ok
		}
		for i, v := range some.x {
			u.x[i], slopes[i], _ = m.unbound(v)
		}
		if l := kernel.Dot(some.w, slopes) - float64(total*special.Log(u.deviation())); l > most {
			best, most, ok = m, l, true
		}
	}
}

// deviation returns the standard deviation.
func (c *weighted) deviation() float64 {
	n := kernel.Sum(c.w)
	mean := kernel.Dot(c.w, c.x) / n
	square := 0.0
	for i, v := range c.x {
		square = kernel.FMA(c.w[i]*(v-mean), v-mean, square)
	}
	return math.Sqrt(square / n)
}
