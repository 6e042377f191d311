package dist

import "github.com/normflow/normflow/internal/special"

// parts returns the shares of the mass on both sides of a point.
func (e edge) parts(x float64) (lower, upper float64) {
	y := e.sign * (x - e.end)
	whole := e.between(0, e.width)
	near := e.between(0, y) / whole
	far := 1 - near
	if near > 0.5 {
		far = float64(e.between(y, e.width) / whole * special.Exp(-e.dropAt(y)))
		near = 1 - far
	}
	if e.sign > 0 {
		return near, far
	}
	return far, near
}

// farEdge returns the edge of an interval that lies in one tail, if it is better measured from there: the standard forms of
// its ends have less digits than their distance. The density must fall on, and fast enough for integrals up to depth.
func (f *family) farEdge(lo, hi float64, p nums) (e edge, ok bool) {
	if f.integer || f.drop == nil || f.mode == nil || !(lo < hi) {
		return edge{}, false
	}
	switch mode := f.modeOf(p); {
	case lo >= mode && f.sfOf(lo, p) < 0.25:
		e = edge{f, p, lo, 1, hi - lo}
	case hi <= mode && f.cdfOf(hi, p) < 0.25:
		e = edge{f, p, hi, -1, hi - lo}
	default:
		return edge{}, false
	}
	if !e.direct() {
		return edge{}, false
	}
	end := e.reach(0, depth)
	whole := e.dropAt(end)
	light := whole-e.dropAt(0.5*end) > 0.4*whole // like an exponential function at least
	return e, whole >= 0 && (light || end == e.width && whole < 12)
}
