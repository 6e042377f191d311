package dist

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Uniform is the uniform distribution on [Low, High]:
// log p(x) = −log(high−low) inside.
type Uniform struct {
	Low, High autodiff.Value
}

// NewUniform returns d independent uniform columns, the uniform distribution of
// a box. It panics unless low < high.
func NewUniform(d int, low, high autodiff.Value) *Columns {
	checkBelow("NewUniform", "low < high", low, high)
	return NewColumns(d, &Uniform{low, high})
}

// checkBelow panics unless low < high, in the words of want, in every column.
func checkBelow(what, want string, low, high autodiff.Value) {
	check(what, want, low, high, func(lo, hi float64) bool { return lo < hi })
}

// checkPeak panics unless low ≤ peak ≤ high and low < high, in every column.
func checkPeak(what string, low, peak, high autodiff.Value) {
	ordered := func(a, b float64) bool { return a <= b }
	check(what, "low ≤ peak", low, peak, ordered)
	check(what, "peak ≤ high", peak, high, ordered)
	checkBelow(what, "low < high", low, high)
}

// check panics unless two values are as they should be in every column.
func check(what, want string, low, high autodiff.Value, right func(lo, hi float64) bool) {
	a, b := low.Numbers(), high.Numbers()
	for j := range max(len(a), len(b)) {
		lo, hi := of(a, min(j, len(a)-1)), of(b, min(j, len(b)-1))
		if !right(lo, hi) {
			panic("dist: " + what + ": " + gotWant(lo, hi, want))
		}
	}
}

func (u *Uniform) values() values  { return values{u.Low, u.High} }
func (u *Uniform) family() *family { return uniformFamily }

var uniformFamily = &family{
	name: "Uniform", params: []string{"low", "high"},
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		in, penalty := guard(x, p[0], p[1])
		return flat(in).Sub(p[1].Sub(p[0]).Log()).Add(penalty)
	},
	support:  func(p nums) (float64, float64) { return p[0], p[1] },
	cdf:      func(x float64, p nums) float64 { return (x - p[0]) / (p[1] - p[0]) },
	sf:       func(x float64, p nums) float64 { return (p[1] - x) / (p[1] - p[0]) },
	quantile: func(lower, upper float64, p nums) float64 { return kernel.FMA(upper, p[0], lower*p[1]) },
	line:     func(p nums) (low, length float64) { return p[0], p[1] - p[0] },
	drop:     func(_, _ float64, _ nums) float64 { return 0 },
	mean:     func(p nums) float64 { return middle(p[0], p[1]) },
	variance: func(p nums) float64 { return (p[1] - p[0]) * (p[1] - p[0]) / 12 },
	mode:     func(p nums) float64 { return middle(p[0], p[1]) },
	entropy:  func(p nums) float64 { return special.Log(p[1] - p[0]) },
}

// flat returns 0 for every value, and NaN for NaN.
func flat(x autodiff.Var) autodiff.Var { return x.Sub(x) }
