package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
)

// OrderStatistic is the distribution of the k-th smallest of n independent samples with density p₀
// and distribution function F: log p(x) = log p₀(x) + (k−1)·log F(x) + (n−k)·log(1−F(x)) − log B(k,
// n−k+1). The smallest is k = 1, the largest k = n.
type OrderStatistic struct {
	Of               Univariate
	Rank, TotalCount autodiff.Value
}

// NewOrderStatistic returns the columns of those statistics with k = rank and n = totalCount, of
// samples distributed as those of c. The gradients in locations and scales cost a density per
// element; those in other parameters are by quadrature, about a tenth of a millisecond per element.
// It panics unless rank and totalCount are fixed integers with 1 ≤ rank ≤ totalCount, and if c is a
// distribution of integers, or has more than four parameters.
func NewOrderStatistic(c *Columns, rank, totalCount autodiff.Value) *Columns {
	need.One("dist: NewOrderStatistic", "distribution", c)
	checkCounts("NewOrderStatistic", rank, 1)
	checkCounts("NewOrderStatistic", totalCount, 1)
	check("NewOrderStatistic", "rank ≤ totalCount", rank, totalCount, func(k, n float64) bool { return k <= n })
	o := &OrderStatistic{c.Of, rank, totalCount}
	if err := o.Restore(); err != nil {
		panic(err.Error())
	}
	return NewColumns(c.D, o)
}

// Restore checks the fields.
func (o *OrderStatistic) Restore() error {
	if o.Rank.IsZero() || o.TotalCount.IsZero() {
		return fmt.Errorf("dist: OrderStatistic: got no rank or count, want both")
	}
	return checkWrapped("OrderStatistic", o.Of, false)
}

func (o *OrderStatistic) values() values {
	v := o.Of.values()
	n := len(o.Of.family().params)
	v[n], v[n+1] = o.Rank, o.TotalCount
	return v
}

func (o *OrderStatistic) family() *family { return orderings.family(o.Of) }

var orderings = wrapping{of: order}

// order makes a family with F(x) distributed by the beta distribution with shapes k and n−k+1.
func order(f *family) *family {
	n := len(f.params)
	shapes := func(p nums) (a, b float64) { return p[n], p[n+1] - p[n] + 1 }
	tails := func(x float64, p nums) (float64, float64) {
		a, b := shapes(p)
		lower, upper := f.tails(x, p)
		return betaInc(a, b, lower, upper)
	}
	return &family{
		name: "OrderStatistic " + f.name, params: append(append([]string(nil), f.params...), "rank", "totalCount"),
		logDensity: func(x autodiff.Var, p vars) autodiff.Var {
			t := x.Tape()
			ends := func(v float64) autodiff.Var { return t.Scalar(v).Expand(x.Rows(), x.Cols()) }
			below, above := p[n].AddConst(-1), p[n+1].Sub(p[n])
			norm := logBetaOp.of(p[n].Expand(1, max(p[n].Cols(), above.Cols())), above.AddConst(1))
			return orderOp.of(f.logDensityOf(x, p),
				weighedOp.of(f.logInterval(ends(math.Inf(-1)), x, p), below),
				weighedOp.of(f.logInterval(x, ends(math.Inf(1)), p), above)).Sub(norm)
		},
		support: f.supportOf,
		both:    func(x float64, p nums) (lower, upper float64) { return tails(x, p) },
		logTails: func(x float64, p nums) (lower, upper float64) {
			a, b := shapes(p)
			return logOrderTails(special.NewBeta(a, b), f, x, p)
		},
		quantile: func(lower, upper float64, p nums) float64 {
			s, y := special.NewBeta(shapes(p)).Inv(lower, upper)
			return f.quantileOf(s, y, p)
		},
		draw: func(r *rand.Rand, p nums) float64 {
			a, b := shapes(p)
			u := drawLogitBeta(r, a, b)
			return f.logQuantileOf(logSigmoid(u), logSigmoid(-u), p)
		},
	}
}

// logOrderTails returns the logarithms of the tails of d at F(x).
func logOrderTails(d special.Beta, f *family, x float64, p nums) (lower, upper float64) {
	if l, u := f.tails(x, p); min(l, u) > faint {
		return d.LogInc(l, u)
	}
	l, u := f.logTailsOf(x, p)
	return logBetaEnd(d, l, u)
}

// logBetaEnd returns the logarithms of the tails of d at an x of which log x and log(1−x) are given and x or 1−x underflows: of
// the series only the first term is left.
func logBetaEnd(d special.Beta, l, u float64) (lower, upper float64) {
	rest := float64(d.A*l) + float64(d.B*u) - d.LogBeta
	if l < u {
		lower = rest - special.Log(d.A)
		return lower, special.Log1mExp(lower)
	}
	upper = rest - special.Log(d.B)
	return special.Log1mExp(upper), upper
}

// orderOp is the sum of a log-density and logarithms of tails, −Inf where one of these is and the density has
// a pole.
var orderOp = newFused("OrderStatistic",
	func(x args) float64 {
		if math.IsInf(x[0], 1) && math.IsInf(min(x[1], x[2]), -1) {
			return math.Inf(-1)
		}
		return x[0] + x[1] + x[2]
	},
	func(args) args { return args{1, 1, 1} })

// weighedOp has inputs l and w: w·l, 0 for w = 0.
var weighedOp = newFused("Weighed",
	func(x args) float64 { return times(x[1], x[0]) },
	func(x args) args { return args{x[1], 0} })
