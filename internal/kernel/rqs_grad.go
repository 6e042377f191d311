package kernel

// ForwardGrad adds to dx and draw the gradients of n elements of Forward, given
// dy and dls, those of its results.
func (q RQS) ForwardGrad(dx, draw, dy, dls, x, raw []float64, n int) {
	c := q.consts()
	a := rqsArgs{out: dx[:n], in: x[:n], gradOut: dy[:n], gradLog: dls[:n], raw: raw, draw: draw, n: n}
	if !a.fast(&c, rqsForwardGrad) {
		c.forwardGrad(dx, draw, dy, dls, x, raw, n)
	}
	if q.Free {
		c.lineGrads(&a, rqsLine.forwardGrad)
	}
}

func (c *rqsConsts) forwardGrad(dx, draw, dy, dls, x, raw []float64, n int) {
	var e knots
	for i := range n {
		if outside(x[i], c.bound) {
			dx[i] += float64(c.tail * dy[i])
			continue
		}
		r := raw[i*c.stride : (i+1)*c.stride]
		e.fill(c, r)
		b := e.find(c, r, x[i], &e.width)
		p := b.at(min(float64((x[i]-b.xl)*b.rw), 1))
		g := b.grad(&p, dy[i], dls[i])
		dx[i] += float64(g.xi * b.rw)
		e.spread(c, draw[i*c.stride:(i+1)*c.stride], r, &b, &p, &g)
	}
}

// InverseGrad adds to dy and draw the gradients of n elements of Inverse, given
// its result x and dx and dls, the gradients of its results. With F the forward
// map at x, the implicit function theorem gives ∂x/∂θ = −(∂F/∂θ)/F′.
func (q RQS) InverseGrad(dy, draw, dx, dls, x, raw []float64, n int) {
	c := q.consts()
	a := rqsArgs{out: dy[:n], in: x[:n], gradOut: dx[:n], gradLog: dls[:n], raw: raw, draw: draw, n: n}
	if !a.fast(&c, rqsInverseGrad) {
		c.inverseGrad(dy, draw, dx, dls, x, raw, n)
	}
	if q.Free {
		c.lineGrads(&a, rqsLine.inverseGrad)
	}
}

func (c *rqsConsts) inverseGrad(dy, draw, dx, dls, x, raw []float64, n int) {
	var e knots
	for i := range n {
		if outside(x[i], c.bound) {
			dy[i] += float64(c.tail * dx[i])
			continue
		}
		r := raw[i*c.stride : (i+1)*c.stride]
		e.fill(c, r)
		b := e.find(c, r, x[i], &e.width)
		p := b.at(min(float64((x[i]-b.xl)*b.rw), 1))
		up := FMA(-float64(dls[i]*b.logSlopeXi(&p)), b.rw, dx[i]) / p.slope
		dy[i] += up
		g := b.grad(&p, -up, -dls[i])
		e.spread(c, draw[i*c.stride:(i+1)*c.stride], r, &b, &p, &g)
	}
}

// pieceGrad is the gradient with respect to what a bin's formulas take.
type pieceGrad struct{ xi, s, d0, d1, y, h float64 }

// logSlopeXi returns ∂ log f′/∂ξ = D_ξ/D − 2β_ξ/β.
func (b *piece) logSlopeXi(p *spot) float64 {
	turn := FMA(-2, p.xi, 1)
	dd := float64(2 * FMA(b.s, turn, FMA(b.d1, p.xi, -float64(b.d0*p.eta))))
	bb := float64(FMA(-2, b.s, b.d0+b.d1) * turn)
	return FMA(-2, float64(bb*p.rb), dd/p.d)
}

// grad pulls gy and gl, the gradients of y and of the log-slope, back through
// the bin's formulas.
func (b *piece) grad(p *spot, gy, gl float64) pieceGrad {
	xx, ee := float64(p.xi*p.xi), float64(p.eta*p.eta)
	rd := 1 / p.d
	r2 := float64(p.rb * p.rb)
	gp := float64(float64(gy*b.h) * r2) // times β²·∂share is the gradient
	lq := float64(2 * float64(p.q*p.rb))
	ls := FMA(lq, (b.d0+b.d1)/b.s, float64(2*float64(p.q*rd)))
	g := pieceGrad{y: gy}
	g.xi = FMA(gl, b.logSlopeXi(p), float64(gp*float64(b.s*p.d)))
	g.s = FMA(gl, ls, float64(gp*float64(p.q*FMA(xx, b.d1, -float64(ee*b.d0)))))
	g.d0 = FMA(gl, FMA(ee, rd, -lq), float64(gp*float64(p.q*FMA(b.d1, p.q, float64(b.s*ee)))))
	g.d1 = FMA(gl, FMA(xx, rd, -lq), -float64(gp*float64(p.q*FMA(b.d0, p.q, float64(b.s*xx)))))
	g.h = FMA(g.s, b.rw, float64(gy*p.share))
	return g
}

// spread takes the bin's gradient through slopes, knots and softmax to the raw
// parameters.
func (e *knots) spread(c *rqsConsts, draw, raw []float64, b *piece, p *spot, g *pieceGrad) {
	gl := -float64(g.xi * b.rw)
	gw := float64(FMA(g.xi, p.xi, float64(g.s*b.s)) * -b.rw)
	e.width.spread(draw[:c.bins], b.k, gl, gw)
	e.height.spread(draw[c.bins:2*c.bins], b.k, g.y, g.h)
	k := b.k + c.ends
	at := 2*c.bins + k
	if k > 0 {
		draw[at-1] += float64(g.d0 * c.slopeGrad(raw[at-1]))
	}
	if k < c.slopes {
		draw[at] += float64(g.d1 * c.slopeGrad(raw[at]))
	}
}

// slopeGrad is the derivative of slope.
func (c *rqsConsts) slopeGrad(raw float64) float64 {
	if v := raw + c.shift; v < maxSlope {
		return sigmoid1(v)
	}
	return 0
}

// spread adds the softmax's gradient, given gl for the left knot of bin k, which
// all bins before k move, and gs for the bin's size.
func (a *axis) spread(draw []float64, k int, gl, gs float64) {
	mean := FMA(gs, a.sum[k+1]-a.sum[k], float64(gl*a.sum[k])) / a.sum[len(draw)]
	for j := range draw {
		g := -mean
		switch {
		case j < k:
			g = gl - mean
		case j == k:
			g = gs - mean
		}
		draw[j] += float64(float64(a.exp[j]*a.share) * g)
	}
}
