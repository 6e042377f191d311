package walkers

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Climb moves the first k walkers uphill by steps whose lengths grow while the slope keeps its sign and shrink when it
// turns, so that any scale is reached soon. gradient returns the slopes of log p at the walkers, of which the signs
// count, for the lengths of the next steps. Climb returns whether all were 0.
//
// M. Riedmiller and H. Braun, A direct adaptive method for faster backpropagation
// learning: the RPROP algorithm, IEEE International Conference on Neural Networks, 1993.
func (p *Population) Climb(k, steps int, gradient func(lengths *mat.Dense) *mat.Dense) (flat bool) {
	n, d := p.At.Dims()
	step, last := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil)
	step.Apply(func(int, int, float64) float64 { return 0.1 }, step)
	flat = true
	for range steps {
		g := gradient(step)
		before := mat.DenseCopyOf(p.At)
		for i := range k {
			for j := range d {
				v := g.At(i, j)
				if math.IsNaN(v) {
					v = 0
				}
				flat = flat && v == 0
				switch turn := v * last.At(i, j); {
				case turn > 0:
					step.Set(i, j, min(step.At(i, j)*1.5, 1e12))
				case turn < 0:
					step.Set(i, j, step.At(i, j)*0.4)
					v = 0
				}
				last.Set(i, j, v)
				if v != 0 {
					p.At.Set(i, j, p.At.At(i, j)+math.Copysign(step.At(i, j), v))
				}
			}
		}
		p.Evaluate()
		for i := range k {
			if p.Logs[i] == math.Inf(-1) { // left the support
				copy(p.At.RawRowView(i), before.RawRowView(i))
				for j := range d {
					step.Set(i, j, step.At(i, j)*0.25)
				}
			}
		}
	}
	p.Evaluate()
	return flat
}

// Spread moves the first k walkers by as much as log p allows: in each column by normal steps of the
// length at which log p has fallen by a half at the best of them.
func (p *Population) Spread(k int) {
	best := 0
	for i := range k {
		if p.Logs[i] > p.Logs[best] {
			best = i
		}
	}
	width := p.widths(best)
	for i := range k {
		for j, w := range width {
			p.At.Set(i, j, p.At.At(i, j)+float64(w*p.Rand.NormFloat64()))
		}
	}
	p.Evaluate()
}

// widths returns how far a walker can go along each column, either way, before log p has fallen by a half.
func (p *Population) widths(i int) []float64 {
	_, d := p.At.Dims()
	const lengths = 90
	probe := mat.NewDense(2, d, nil)
	width, lp := make([]float64, d), make([]float64, 2)
	for j := range d {
		at := p.At.At(i, j)
		least := 1e-12 * (1 + math.Abs(at))
		width[j] = least
		for l := range lengths {
			δ := math.Ldexp(least, l)
			for s := range 2 {
				copy(probe.RawRowView(s), p.At.RawRowView(i))
				probe.Set(s, j, at+δ*float64(1-2*s))
				p.Density(lp[s:s+1], probe.Slice(s, s+1, 0, d).(*mat.Dense), i)
			}
			Settle(lp)
			if !(max(lp[0], lp[1]) > p.Logs[i]-0.5) {
				break
			}
			width[j] = δ
		}
	}
	return width
}
