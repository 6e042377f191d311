package dist

import (
	"github.com/normflow/normflow/autodiff"
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

var pERTFamily = derived(betaBox, "PERT", []string{"low", "peak", "high", "temperature"},
	func(p nums) nums {
		w := p[2] - p[0]
		return nums{p[0], w, 1 + float64(p[3]*((p[1]-p[0])/w)), 1 + float64(p[3]*((p[2]-p[1])/w))}
	},
	func(p vars) vars {
		w := p[2].Sub(p[0])
		return vars{p[0], w,
			p[1].Sub(p[0]).Div(w).Mul(p[3]).AddConst(1),
			p[2].Sub(p[1]).Div(w).Mul(p[3]).AddConst(1)}
	})
