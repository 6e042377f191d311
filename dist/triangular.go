package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Triangular is the distribution on [Low, High] whose density rises linearly to
// Peak and falls linearly behind it.
type Triangular struct {
	Low, High, Peak autodiff.Value
}

// NewTriangular returns d independent triangular columns. It panics unless
// low ≤ peak ≤ high and low < high.
func NewTriangular(d int, low, high, peak autodiff.Value) *Columns {
	checkPeak("NewTriangular", low, peak, high)
	return NewColumns(d, &Triangular{low, high, peak})
}

func (t *Triangular) values() values  { return values{t.Low, t.High, t.Peak} }
func (t *Triangular) family() *family { return triangularFamily }

var triangularFamily = &family{
	name: "Triangular", params: []string{"low", "high", "peak"},
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		in, penalty := guard(x, p[0], p[1])
		end := autodiff.Where(p[1].Greater(p[2]), p[2], x.Tape().Scalar(math.Inf(1)))
		left := end.Greater(in) // the line that holds x: its far end, and the width up to the peak
		rise := autodiff.Where(left, in.Sub(p[0]), p[1].Sub(in))
		run := autodiff.Where(left, p[2].Sub(p[0]), p[1].Sub(p[2]))
		return triangularOp.of(rise, run, p[1].Sub(p[0])).Add(penalty)
	},
	support: func(p nums) (float64, float64) { return p[0], p[1] },
	cdf: func(x float64, p nums) float64 {
		return triangularTail(x < p[2], x-p[0], p[2]-p[0], p[1]-x, p[1]-p[2], p[1]-p[0])
	},
	sf: func(x float64, p nums) float64 {
		return triangularTail(x > p[2], p[1]-x, p[1]-p[2], x-p[0], p[2]-p[0], p[1]-p[0])
	},
	quantile: func(lower, upper float64, p nums) float64 {
		w := p[1] - p[0]
		if lower*w < p[2]-p[0] {
			return p[0] + float64(w*math.Sqrt(lower*((p[2]-p[0])/w)))
		}
		return p[1] - float64(w*math.Sqrt(upper*((p[1]-p[2])/w)))
	},
	mean: func(p nums) float64 { return (p[0] + p[1] + p[2]) / 3 },
	variance: func(p nums) float64 { // with a, b the widths of the sides: (a² + ab + b²)/18
		a, b := p[2]-p[0], p[1]-p[2]
		return (float64(a*a) + float64(a*b) + float64(b*b)) / 18
	},
	mode:    func(p nums) float64 { return p[2] },
	entropy: func(p nums) float64 { return 0.5 + special.Log(0.5*(p[1]-p[0])) },
}

// triangularOp has inputs rise, run and w: log(2·rise/(run·w)).
var triangularOp = newFused("Triangular",
	func(x args) float64 {
		if q := x[0] / x[1] / x[2]; q > 1e-300 && q < 1e300 {
			return special.Log(q) + math.Ln2
		}
		return special.Log(x[0]) - special.Log(x[1]) - special.Log(x[2]) + math.Ln2
	},
	func(x args) args { return args{1 / x[0], -1 / x[1], -1 / x[2]} })

// triangularTail is the area from a tip: x is the distance from it, a that of
// the peak; y and b are those from the other tip, w their sum. before is whether x is not beyond the peak.
func triangularTail(before bool, x, a, y, b, w float64) float64 {
	if before {
		return x / a * (x / w)
	}
	return 1 - float64(y/b*(y/w))
}
