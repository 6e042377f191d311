package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// An edge is a point from which on a density falls in one direction:
// p(end ± y) = p(end)·exp(−drop(y)) for distances y from 0 to width. Measured from there
// nothing cancels, however far out the point is and however short the interval.
type edge struct {
	*family
	p                nums
	end, sign, width float64
}

// dropOf returns log p(x) − log p(x+y), exact for small y, if f has formulas for it.
func (f *family) dropOf(x, y float64, p nums) float64 {
	if f.kind == rated {
		y *= p[0]
	} else {
		_, scale := f.where(p)
		y /= scale
	}
	return f.drop(f.toStandard(x, p), y, p)
}

// direct says whether there is a formula for the drops.
func (e edge) direct() bool {
	return e.drop != nil && (e.high == nil || highMark(e.toStandard(e.end, e.p), e.end) == 0)
}

// drops returns the drops at distances.
func (e edge) drops(y []float64) []float64 {
	d := make([]float64, len(y))
	if e.direct() {
		for i, y := range y {
			d[i] = e.dropOf(e.end, e.sign*y, e.p)
		}
		return d
	}
	if !e.integer && !(math.Abs(e.at([]float64{e.end}, e.p)[0]) < 1e4) {
		return e.climbed(y)
	}
	x := []float64{e.end}
	for _, y := range y {
		x = append(x, kernel.FMA(e.sign, y, e.end))
	}
	lp := e.at(x, e.p)
	for i, l := range lp[1:] {
		d[i] = lp[0] - l
	}
	return d
}

// climbed returns the drops as integrals of the derivative of the log-density, by
// Gauss's quadrature.
func (e edge) climbed(y []float64) []float64 {
	points, weights := special.Gauss()
	x := make([]float64, 0, len(y)*len(points))
	for _, y := range y {
		for _, t := range points {
			x = append(x, kernel.FMA(e.sign*t, y, e.end))
		}
	}
	tape := autodiff.NewTape()
	v := tape.Variable(column(x))
	tape.Backward(e.logDensityOf(v, e.on(tape, e.p)).Sum())
	score, d := v.Grad(), make([]float64, len(y))
	for i, y := range y {
		for j, w := range weights {
			d[i] = kernel.FMA(-e.sign*y*w, score[i*len(weights)+j], d[i])
		}
	}
	return d
}

func (e edge) dropAt(y float64) float64 {
	if e.direct() {
		return e.dropOf(e.end, e.sign*y, e.p)
	}
	return e.drops([]float64{y})[0]
}

// depth is how far, in drops, integrals go.
const depth = 45

// reach returns a distance at which the density has fallen from that at y by depth to
// four times that, or the width.
func (e edge) reach(y, depth float64) float64 {
	base := e.dropAt(y)
	falls := func(s float64) bool { return !(e.dropAt(y+s)-base < depth) } // also where it is NaN
	rest := e.width - y
	if whole := e.dropAt(e.width) - base; rest < math.Inf(1) && whole <= 4*depth {
		return rest
	}
	s := min(1, rest)
	for range 1100 {
		if s == 0 || !(e.dropAt(y+s)-base > 4*depth) {
			break
		}
		s *= 0.5
	}
	if s == 0 { // it falls within less than the least number
		return 0
	}
	for s < rest && !falls(s) {
		s *= 2
	}
	return min(s, rest)
}

// points returns distances between from and to and weights such that Σ weight·v(y) is
// ∫ v(y)·exp(drop(from) − drop(y)) dy, or for integers the sum.
func (e edge) points(from, to float64) (y, drop, weight []float64) {
	to = min(to, from+e.reach(from, depth))
	if e.integer {
		y, weight = counts(from, to)
	} else {
		for i, t := range nodes.lower {
			y = append(y, kernel.FMA(t, to, nodes.upper[i]*from))
			weight = append(weight, nodes.weight[i]*(to-from))
		}
	}
	drop = e.drops(append(y, from))
	base := drop[len(y)]
	for i := range y {
		if weight[i] *= special.Exp(base - drop[i]); math.IsNaN(weight[i]) {
			weight[i] = 0
		}
	}
	return y, drop[:len(y)], weight
}

// flatRise is by how much the density of a flat edge may rise.
const flatRise = 0.5

// isFlat says whether the density falls by less than e³ in all.
func (e edge) isFlat() bool {
	y := make([]float64, 17)
	for i := range y {
		y[i] = e.width * (float64(i) / 16)
	}
	for _, d := range e.drops(y) {
		if !(d >= -flatRise && d < 3) {
			return false
		}
	}
	return true
}

// few is how many integers are summed one by one.
const few = 4000

// counts returns the integers from a to b with weights 1, or where there are many,
// points between them with the weights of Euler's and Maclaurin's formula.
func counts(a, b float64) (y, weight []float64) {
	const ends = 32.0
	a, b = math.Ceil(a), math.Floor(b)
	if b-a <= few {
		for k := 0.0; k <= b-a; k++ { // a + k is a for some k beyond 2⁵³
			y, weight = append(y, a+k), append(weight, 1)
		}
		return y, weight
	}
	add := func(at, w float64) { y, weight = append(y, at), append(weight, w) }
	for k := range int(ends) {
		add(a+float64(k), 1)
		add(b-float64(k), 1)
	}
	a, b = a+ends, b-ends
	for i, t := range nodes.lower {
		add(kernel.FMA(t, b, nodes.upper[i]*a), nodes.weight[i]*(b-a))
	}
	add(a, 0.5)
	add(b, 0.5)
	for _, c := range [2]struct{ shift, weight float64 }{{1, 8.0 / 144}, {2, -1.0 / 144}} { // ∓ the slope over 12
		add(a+c.shift, -c.weight)
		add(a-c.shift, c.weight)
		add(b+c.shift, c.weight)
		add(b-c.shift, -c.weight)
	}
	return y, weight
}

// between returns ∫ exp(drop(from) − drop(y)) dy between two distances.
func (e edge) between(from, to float64) float64 {
	if e.integer || !e.direct() {
		_, _, weight := e.points(from, to)
		return kernel.Sum(weight)
	}
	to = min(to, from+e.reach(from, depth))
	sum, rest, base := 0.0, 0.0, e.dropAt(from)
	for i := 0; i < len(nodes.weight); i += 2 { // half of them are enough for one falling piece
		w := nodes.weight[i]
		if w < 1e-22 {
			continue
		}
		y := kernel.FMA(nodes.lower[i], to, nodes.upper[i]*from)
		if w = float64(w * special.Exp(base-e.dropOf(e.end, e.sign*y, e.p))); math.IsNaN(w) {
			continue
		}
		next := sum + w
		if sum >= w {
			rest += (sum - next) + w
		} else {
			rest += (w - next) + sum
		}
		sum = next
	}
	return 2 * (sum + rest) * (to - from)
}

// logBetween returns the logarithm of ∫ exp(−drop) between two distances.
func (e edge) logBetween(from, to float64) float64 {
	if !(from <= to) {
		return math.Inf(-1)
	}
	return special.Log(e.between(from, to)) - e.dropAt(from)
}

// distance returns the y such that the part near of the mass is nearer than it, and the
// part far is not.
func (e edge) distance(near, far float64) float64 {
	total := e.logBetween(0, e.width)
	guess := min(e.reach(0, depth)/depth*minusLog(far, near), e.width)
	u := special.Root(special.Log(guess), func(u float64) (v, slope float64) {
		y := min(special.Exp(u), e.width)
		if near <= far {
			l := e.logBetween(0, y)
			return l - total - special.Log(near), special.Exp(u - e.dropAt(y) - l)
		}
		l := e.logBetween(y, e.width)
		return special.Log(far) + total - l, special.Exp(u - e.dropAt(y) - l)
	})
	return e.closer(min(special.Exp(u), e.width), near, far)
}

// closer takes a last step of Newton's from the distance y, without logarithms.
func (e edge) closer(y, near, far float64) float64 {
	whole, slope, step := e.between(0, e.width), special.Exp(-e.dropAt(y)), 0.0
	if near <= far {
		step = kernel.FMA(near, whole, -e.between(0, y)) / slope
	} else {
		step = e.between(y, e.width) - far*whole/slope
	}
	if e.integer || !(math.Abs(step) < 1e-6*y) {
		return y
	}
	return min(y+step, e.width)
}

// quantile returns the point with the parts lower and upper of the mass below and above.
func (e edge) quantile(lower, upper float64) float64 {
	if e.sign > 0 {
		return e.end + e.distance(lower, upper)
	}
	return e.end - e.distance(upper, lower)
}
