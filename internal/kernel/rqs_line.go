package kernel

import "math"

// An rqsLine continues a Free spline beyond one of its ends, with the slope there.
type rqsLine struct {
	end   float64 // −Bound or Bound
	slope float64
	at    int // of the slope among the element's raw parameters
}

// line returns the line on which v, which is outside, lies.
func (c *rqsConsts) line(v float64, raw []float64) rqsLine {
	l := rqsLine{end: -c.bound, at: 2 * c.bins}
	if v > 0 {
		l.end, l.at = c.bound, 3*c.bins
	}
	l.slope = c.slope(raw[l.at])
	return l
}

// lines sets the results of the elements outside, by f.
func (c *rqsConsts) lines(out, log, in, raw []float64, n int, f func(l rqsLine, v float64) (w, logSlope float64)) {
	for i, v := range in[:n] {
		if outside(v, c.bound) {
			l := c.line(v, raw[i*c.stride:(i+1)*c.stride])
			out[i], log[i] = f(l, v)
		}
	}
}

func (l rqsLine) forward(x float64) (y, logSlope float64) {
	return finite(FMA(l.slope, x-l.end, l.end)), log1(l.slope)
}

func (l rqsLine) inverse(y float64) (x, logSlope float64) {
	return finite((y-l.end)/l.slope + l.end), -log1(l.slope)
}

// finite keeps v finite.
func finite(v float64) float64 { return max(-math.MaxFloat64, min(v, math.MaxFloat64)) }

// lineGrads adds the gradients of the elements outside, by f: those of the
// argument and of the slope, given x and the gradients of the results.
func (c *rqsConsts) lineGrads(a *rqsArgs, f func(l rqsLine, x, g, gl float64) (arg, slope float64)) {
	for i, x := range a.in {
		if outside(x, c.bound) {
			raw := a.raw[i*c.stride : (i+1)*c.stride]
			l := c.line(x, raw)
			arg, slope := f(l, x, a.gradOut[i], a.gradLog[i])
			a.out[i] += arg
			a.draw[i*c.stride+l.at] += float64(finite(slope) * c.slopeGrad(raw[l.at]))
		}
	}
}

func (l rqsLine) forwardGrad(x, gy, gl float64) (arg, slope float64) {
	return float64(gy * l.slope), FMA(gy, x-l.end, gl/l.slope)
}

func (l rqsLine) inverseGrad(x, gx, gl float64) (arg, slope float64) {
	return gx / l.slope, -FMA(gx, x-l.end, gl) / l.slope
}
