package dist

import (
	"math"
	"sync/atomic"

	"github.com/normflow/normflow/internal/special"
)

// A span is the interval of a truncation with what its distribution function needs whatever the point is.
type span struct {
	p      nums
	lo, hi float64
	edge   edge
	far    bool    // whether all is measured from the edge
	mass   float64 // of the whole before it was truncated, or if far that beyond the edge over the density there
}

func (t truncation) span(p nums) *span {
	s := &span{p: p}
	s.lo, s.hi = t.bounds(p)
	if s.edge, s.far = t.farEdge(s.lo, s.hi, p); s.far {
		s.mass = s.edge.between(0, s.edge.width)
	} else {
		s.mass = t.mass(s.lo, s.hi, p)
	}
	return s
}

// spans keeps some of those that were asked for last: to make one costs as much as the share of a number.
type spans [16]atomic.Pointer[span]

func (s *spans) of(t truncation, p nums) *span {
	hash := uint64(0)
	for _, v := range p {
		hash = (hash ^ math.Float64bits(v)) * 0x9e3779b97f4a7c15
	}
	slot := &s[hash>>60]
	if kept := slot.Load(); kept != nil && kept.p == p {
		return kept
	}
	made := t.span(p)
	slot.Store(made)
	return made
}

// farParts returns the shares of the mass on both sides of a point, measured from the edge.
func (s *span) farParts(x float64) (lower, upper float64) {
	e := s.edge
	y := e.sign * (x - e.end)
	near := e.between(0, y) / s.mass
	far := 1 - near
	if near > 0.5 { // from the point, so that its distance from the other end loses nothing
		rest := e
		if rest.end, rest.width = x, s.hi-x; e.sign < 0 {
			rest.width = x - s.lo
		}
		far = float64(rest.between(0, rest.width) / s.mass * special.Exp(-e.dropAt(y)))
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
