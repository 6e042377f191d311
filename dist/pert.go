package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// PERT is the beta distribution of [Low, High] with shapes 1 + τ·(peak−low)/(high−low)
// and 1 + τ·(high−peak)/(high−low): smooth, with its mode at Peak, and the sharper the
// higher the temperature τ.
type PERT struct {
	Low, Peak, High, Temperature autodiff.Value
}

// NewPERT returns d independent PERT columns. It panics unless low ≤ peak ≤ high,
// low < high and temperature is positive.
func NewPERT(d int, low, peak, high, temperature autodiff.Value) *Columns {
	checkPeak("NewPERT", low, peak, high)
	return NewColumns(d, &PERT{low, peak, high, positive("NewPERT", "temperature", temperature)})
}

func (p *PERT) values() values  { return values{p.Low, p.Peak, p.High, p.Temperature} }
func (p *PERT) family() *family { return pERTFamily }

var pERTFamily = func() *family {
	f := derived(betaBox, "PERT", []string{"low", "peak", "high", "temperature"},
		pertShapes,
		func(p vars) vars {
			shape := p[0].Tape().Zeros(1, max(p[0].Cols(), p[1].Cols(), p[2].Cols(), p[3].Cols()))
			return vars{p[0], p[2].Sub(p[0]), pertOp.of(p[1].Add(shape), p[0], p[2], p[3]), pertOp.of(p[1].Add(shape), p[2], p[0], p[3])}
		})
	f.both, f.cdf, f.sf = pertInc, nil, nil
	f.mode = func(p nums) float64 { return p[1] }
	mean, variance := f.mean, f.variance
	f.mean = func(p nums) float64 {
		if !pertInRange(p) {
			return mean(p)
		}
		var sum special.Sum
		sum.Add(p[0], p[2])
		sum.AddProduct(p[3], p[1])
		return sum.Value() / (p[3] + 2)
	}
	f.variance = func(p nums) float64 {
		if !pertInRange(p) {
			return variance(p)
		}
		n := p[3] + 2
		return pertShare(p[0], p[1], p[2], p[3]) / n * (pertShare(-p[2], -p[1], -p[0], p[3]) / n) / (n + 1)
	}
	return f
}()

// pertShare returns the width times the shape that belongs to the peak's distance from low.
func pertShare(low, peak, high, τ float64) float64 {
	var sum special.Sum
	sum.Add(high, -low)
	sum.AddProduct(τ, peak)
	sum.AddProduct(-τ, low)
	return sum.Value()
}

// pertInRange says whether products of widths and the temperature are neither too large nor too small.
func pertInRange(p nums) bool {
	return p[2]-p[0] > 1e-100 && max(math.Abs(p[0]), math.Abs(p[2]), p[3]) < 1e100
}

// pertInc measures x from both ends.
func pertInc(x float64, p nums) (lower, upper float64) {
	q := pertShapes(p)
	return betaInc(q[2], q[3], (x-p[0])/q[1], (p[2]-x)/q[1])
}

func pertShapes(p nums) nums {
	w := p[2] - p[0]
	return nums{p[0], w, 1 + float64(p[3]*((p[1]-p[0])/w)), 1 + float64(p[3]*((p[2]-p[1])/w))}
}

// pertOp has inputs peak, an end, the other end and τ: 1 + τ·(peak−end)/(other−end).
var pertOp = newFused("PERT",
	func(x args) float64 { return 1 + float64(x[3]*((x[0]-x[1])/(x[2]-x[1]))) },
	func(x args) args {
		w := x[2] - x[1]
		near, far := (x[0]-x[1])/w, (x[2]-x[0])/w
		return args{x[3] / w, -x[3] * (far / w), -x[3] * (near / w), near}
	})
