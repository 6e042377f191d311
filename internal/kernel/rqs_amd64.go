//go:build !purego

package kernel

// Limits of the assembly: bins that fit in its frame, elements of one call.
const (
	rqsMaxBins = 32
	rqsChunk   = 1024
)

// An rqsCall holds the arguments of the spline's assembly. Its layout is known
// to gen/spline.go.
type rqsCall struct {
	out, log, in                 *float64 // results, or the gradient of the argument; the argument
	gradOut, gradLog             *float64 // gradients of the results
	raw, draw                    *float64
	base                         *float64 // knot j if the softmax gave nothing, j ≤ bins
	n, bins, slopes, stride      int
	bound, free, minSlope, shift float64
	ends                         int
	tail                         float64
}

// fast does the work of the method called what, if there is assembly for it.
func (a *rqsArgs) fast(c *rqsConsts, what rqsMethod) bool {
	if active == generic || c.bins > rqsMaxBins {
		return false
	}
	var base [rqsMaxBins + 1]float64
	for j := range c.bins {
		base[j] = c.base(j)
	}
	base[c.bins] = c.bound
	p := rqsCall{
		base: &base[0], bins: c.bins, slopes: c.slopes, stride: c.stride,
		bound: c.bound, free: c.free, minSlope: c.minSlope, shift: c.shift, ends: c.ends, tail: c.tail,
	}
	for i := 0; i < a.n; i += rqsChunk {
		p.n = min(a.n-i, rqsChunk)
		p.out, p.in, p.raw = &a.out[i], &a.in[i], &a.raw[i*c.stride:][:p.n*c.stride][0]
		if what == rqsForward || what == rqsInverse {
			p.log = &a.log[i]
		} else {
			p.gradOut, p.gradLog = &a.gradOut[i], &a.gradLog[i]
			p.draw = &a.draw[i*c.stride:][:p.n*c.stride][0]
		}
		what.run(&p)
	}
	return true
}

func (what rqsMethod) run(p *rqsCall) {
	if active == avx512 {
		switch what {
		case rqsForward:
			rqsForward512(p)
		case rqsInverse:
			rqsInverse512(p)
		case rqsForwardGrad:
			rqsForwardGrad512(p)
		case rqsInverseGrad:
			rqsInverseGrad512(p)
		}
		return
	}
	switch what {
	case rqsForward:
		rqsForward256(p)
	case rqsInverse:
		rqsInverse256(p)
	case rqsForwardGrad:
		rqsForwardGrad256(p)
	case rqsInverseGrad:
		rqsInverseGrad256(p)
	}
}
