package em

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A Line is a mixture of one Student t distribution, which is normal if DF is +Inf, and of
// normal distributions of one number.
type Line struct {
	DF                 float64
	Weight, Loc, Scale []float64 // of the t distribution first
}

// lineCounts are the numbers of normal components that FitLine chooses from, until two in a row are no better.
var lineCounts = []int{0, 1, 2, 4, 7}

// FitLine fits a mixture to ascending numbers with weights by EM, and returns it with its criterion: minus twice
// its log-likelihood, and a penalty. No scale is below the
// floor. The number of components is that with the least criterion of G. Schwarz,
// Estimating the dimension of a model, 1978, with half its penalty: log-densities of other
// rows are better so.
func FitLine(x, weights []float64, floor float64) (best *Line, criterion float64) {
	criterion = math.Inf(1)
	x, weights = distinct(x, weights)
	f := newLineFit(x, weights, floor)
	for i, bad := 0, 0; i < len(lineCounts) && bad < 2; i++ {
		k := lineCounts[i]
		l := f.start(k)
		bic := float64(0.5*float64(3*k+3)*special.Log(f.total)) - float64(2*f.run(l))
		if bic < criterion {
			best, criterion, bad = l, bic, 0
		} else {
			bad++
		}
	}
	return best, criterion
}

// distinct returns ascending numbers without repetitions, with the sums of their weights.
func distinct(x, weights []float64) (once, sums []float64) {
	for i, v := range x {
		if i > 0 && v == x[i-1] {
			sums[len(sums)-1] += weights[i]
			continue
		}
		once, sums = append(once, v), append(sums, weights[i])
	}
	return once, sums
}

// lineFit holds the numbers of a fit and room.
type lineFit struct {
	x, w         []float64
	total, floor float64
	loc, sd      float64

	r           [][]float64 // of each component: its log-density, then its probability
	u, q, l, lp []float64
	top, sum    []float64
}

func newLineFit(x, w []float64, floor float64) *lineFit {
	f := &lineFit{x: x, w: w, total: kernel.Sum(w), floor: floor}
	n := len(x)
	for range lineCounts[len(lineCounts)-1] + 1 {
		f.r = append(f.r, make([]float64, n))
	}
	for _, s := range []*[]float64{&f.u, &f.q, &f.l, &f.lp, &f.top, &f.sum} {
		*s = make([]float64, n)
	}
	f.loc = kernel.Dot(x, w) / f.total
	kernel.AddConst(f.u, x, -f.loc)
	kernel.Mul(f.q, f.u, f.u)
	f.sd = max(math.Sqrt(kernel.Dot(f.q, w)/f.total), floor)
	return f
}

// start returns a wide t distribution of half the weight, in the middle of k normal ones
// over k groups of equal weight.
func (f *lineFit) start(k int) *Line {
	l := &Line{DF: 5, Weight: []float64{1}, Loc: []float64{f.loc}, Scale: []float64{f.sd}}
	if k == 0 {
		return l
	}
	l.Weight[0] = 0.5
	at, below := 0, 0.0
	for g := range k {
		var w, s, q float64
		first := f.x[min(at, len(f.x)-1)]
		for ; at < len(f.x) && (below < f.total*float64(g+1)/float64(k) || g == k-1); at++ {
			below += f.w[at]
			w += f.w[at]
			e := f.x[at] - first
			s = kernel.FMA(f.w[at], e, s)
			q = kernel.FMA(f.w[at]*e, e, q)
		}
		if w == 0 { // a number before it had the weight of several groups
			w, s = 1, 0
		}
		mean := s / w
		l.Weight = append(l.Weight, 0.5/float64(k))
		l.Loc = append(l.Loc, first+mean)
		l.Scale = append(l.Scale, max(math.Sqrt(max(q/w-float64(mean*mean), 0)), f.floor))
	}
	return l
}

// run improves l until a round gains less than 10⁻⁵ per number and returns the
// log-likelihood.
func (f *lineFit) run(l *Line) float64 {
	last, mark := math.Inf(-1), math.Inf(-1)
	for step := range 300 {
		last = f.expect(l)
		if step%3 == 0 {
			if last-mark < 3e-5*f.total {
				break
			}
			mark = last
		}
		if step%3 == 1 && !math.IsInf(l.DF, 1) {
			f.tail(l)
			continue
		}
		for k := range l.Weight {
			f.maximise(l, k)
		}
	}
	return last
}

// expect sets the weighted probabilities of the components and returns the log-likelihood.
// It leaves q = z²/ν and log(1+q) of the t distribution, and u = 1/(1+q).
func (f *lineFit) expect(l *Line) float64 {
	m := Model{K: 1, D: 1, DF: math.Inf(1)}
	for k := len(l.Weight) - 1; k >= 0; k-- {
		r := f.r[k]
		kernel.AddConst(f.q, f.x, -l.Loc[k])
		kernel.Scale(f.q, f.q, 1/l.Scale[k])
		kernel.Mul(f.q, f.q, f.q)
		m.DF = math.Inf(1)
		if k == 0 {
			m.DF = l.DF
		}
		if m.Normal() {
			kernel.Scale(r, f.q, -0.5)
		} else {
			kernel.Scale(f.q, f.q, 1/l.DF)
			kernel.Log1p(f.l, f.q)
			kernel.Scale(r, f.l, -0.5*(l.DF+1))
		}
		kernel.AddConst(r, r, special.Log(l.Weight[k]/l.Scale[k])+m.LogNorm())
	}
	kernel.AddConst(f.u, f.q, 1)
	for i := range f.u {
		f.u[i] = 1 / f.u[i]
	}
	return f.normalise(len(l.Weight))
}

func (f *lineFit) normalise(k int) float64 {
	copy(f.top, f.r[0])
	for _, r := range f.r[1:k] {
		for i, v := range r {
			f.top[i] = max(f.top[i], v)
		}
	}
	clear(f.sum)
	for _, r := range f.r[:k] {
		kernel.Sub(r, r, f.top)
		kernel.Exp(r, r)
		kernel.Add(f.sum, f.sum, r)
	}
	logLik := kernel.Dot(f.w, f.top)
	kernel.Div(f.top, f.w, f.sum)
	for _, r := range f.r[:k] {
		kernel.Mul(r, r, f.top)
	}
	kernel.Log(f.sum, f.sum)
	return logLik + kernel.Dot(f.w, f.sum)
}

// maximise sets weight, location and scale of component k.
func (f *lineFit) maximise(l *Line, k int) {
	r, count := f.r[k], kernel.Sum(f.r[k])
	l.Weight[k] = max(count/f.total, 1e-12)
	factor := 1.0
	if k == 0 && !math.IsInf(l.DF, 1) {
		factor = (l.DF + 1) / l.DF
		kernel.Mul(r, r, f.u)
	}
	sum := kernel.Sum(r)
	if sum < 1e-9 {
		return
	}
	kernel.AddConst(f.lp, f.x, -l.Loc[k])
	move := kernel.Dot(r, f.lp) / sum
	l.Loc[k] += move
	kernel.AddConst(f.lp, f.lp, -move)
	kernel.Mul(f.lp, f.lp, f.lp)
	l.Scale[k] = max(math.Sqrt(factor*kernel.Dot(r, f.lp)/count), f.floor)
}

// tail steps the degrees of freedom and the scale of the t distribution.
func (f *lineFit) tail(l *Line) {
	r, count := f.r[0], kernel.Sum(f.r[0])
	if count < 1 {
		return
	}
	p := &pass{rows: &Rows{D: 1, Total: count}, count: []float64{count}, trace: []float64{0}, logs: kernel.Dot(r, f.l)}
	kernel.Mul(r, r, f.u) // r·(1−s)
	kernel.Mul(f.lp, r, f.u)
	rest, square := kernel.Sum(r), kernel.Sum(f.lp)
	p.s1, p.s2 = []float64{count - rest}, []float64{count - float64(2*rest) + square}
	m := &Model{K: 1, D: 1, DF: l.DF, Weight: []float64{1}, Loc: []float64{0}, Scale: []float64{l.Scale[0] * l.Scale[0]}}
	t := tails{damp: 1}
	t.step(m, p)
	l.DF, l.Scale[0] = m.DF, max(math.Sqrt(m.Scale[0]), f.floor)
}
