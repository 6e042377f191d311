package main

import "github.com/mmcloughlin/avo/reg"

// The methods here follow normal.go of the package, which explains the
// polynomials; where that branches, all ways are computed and one is picked.

var millsPoly = []float64{
	0x1.525e241b02414p+0, -0x1.ea57e0037997bp-4, -0x1.516e0f21747bcp-4, 0x1.4293d0f17fe3ap-3,
	-0x1.0508dda3fdf18p-3, 0x1.fe5d6214f8e0fp-5, -0x1.fc62b7f44c890p-7, -0x1.8815992b64327p-10,
	0x1.29c77fc77bbeep-9, -0x1.f2915dd3c7188p-13, -0x1.326739edb8589p-12, 0x1.efea0e4fb9b40p-15,
	0x1.7b128a880e0edp-15, -0x1.3d90b0007fe71p-17, -0x1.1db9bdf36a4a6p-17, 0x1.0d2034d8f33a3p-20,
	0x1.de165a1390b71p-20, 0x1.ff5f966c7fe86p-25, -0x1.9a423dd6e737ap-22, -0x1.1d5691090dfa7p-24,
	0x1.600d82ef24f5bp-24, 0x1.99c6ee80dcb39p-27, -0x1.d8e2cf13d03c6p-27, 0x1.b99996c2618c2p-30,
}

var centralPoly = []float64{
	0x1.9884533d43651p-2, -0x1.1058377e2cee0p-4, 0x1.46d04297691d9p-7, -0x1.37403f6ba102dp-10,
	0x1.e42b0d520976cp-14, -0x1.3ce8fabd565eep-17, 0x1.658a1ff7fa284p-21, -0x1.62220e8b4eda8p-25,
	0x1.386a997cdd378p-29, -0x1.ee524c9ecac91p-34, 0x1.41c762e516e3fp-38, 0,
}

var startPoly = []float64{
	0x1.0004b47ca6232p+0, -0x1.2951f523883ddp-6, -0x1.2ad6abf8cf58fp+2, 0x1.b630dd33f3462p+3,
	-0x1.b64c38da840aap+7, 0x1.8315164343a79p+10, -0x1.18a5ce9df9bf7p+13, 0x1.0ae1949d8f883p+15,
	-0x1.47a5888eab250p+16, 0x1.9d8227bf781c5p+16, -0x1.4530d4e8f0f15p+14, -0x1.3e7fa9ec4826ap+16,
}

var middlePoly = []float64{
	0x1.4ffddeaa22dc9p+1, 0x1.71713082d9850p+2, 0x1.f55d0d7919645p+3, 0x1.78494ae9ceaaap+5,
	0x1.2ba8dc8d7e59bp+7, 0x1.f045bc55ccba2p+8, 0x1.a67d25a6b3068p+10, 0x1.6ed2618a868d7p+12,
	0x1.471fb7d99ccb3p+14, 0x1.0ccb2fe79ad43p+16, 0x1.72e5aa0a464c7p+18, -0x1.43cd050d7fc42p+19,
	0x1.32bc20a89e722p+24, -0x1.5c9c0cc866f0fp+26, 0x1.7438b6503151bp+28, 0,
}

var outerPoly = []float64{
	0x1.65e00ef1f303ap-1, 0x1.bde8242dc275ep-7, -0x1.bdda5f3546a14p-8, 0x1.f71b5c9317c8cp-13,
	0x1.dc13f498d20f2p-14, -0x1.767c24b0214aap-17, -0x1.e60d33a96e0cdp-20, 0x1.640e6f7b919b6p-22,
	0x1.983b23a8bfe11p-26, -0x1.2496309203f9ep-27, -0x1.2d2e2c0eafe1fp-33, 0x1.b5e48ed75017ap-33,
	-0x1.87895c431ab95p-38, -0x1.118990bafb7b3p-38, 0, 0,
}

const (
	sqrtTwoPi   = 0x1.40d931ff62706p+1
	sqrtTwoPiL  = -0x1.a6a0d6f814637p-53
	outerMiddle = 0.921875
	outerStart  = 0x1.91273587b3288p+1
	halfLog2Pi  = 0x1.d67f1c864beb5p-1
)

// chains evaluates Σ c[i]·xⁱ in four chains.
func (v vec) chains(c []float64, x reg.Register) reg.Register {
	x2 := v.mul(x, x)
	x4 := v.mul(x2, x2)
	var s [4]reg.Register
	n := len(c) - 4
	for i := range s {
		s[i] = v.reg(v.num(c[n+i]))
	}
	for n -= 4; n >= 0; n -= 4 {
		for i := range s {
			v.fmaTo(x4, v.num(c[n+i]), s[i])
		}
	}
	v.fmaTo(x, s[2], s[3])
	v.fmaTo(x, s[0], s[1])
	v.fmaTo(x2, s[1], s[3])
	return s[3]
}

// scaledTail is exp(t²/2)·Φ(−t), 0.6 ≤ t < 2⁶⁰.
func (v vec) scaledTail(t reg.Register) reg.Register {
	q := v.div(v.sub(t, v.num(4)), v.add(t, v.num(4)))
	d := v.reg(v.num(3))
	v.fmaTo(t, v.num(2), d)
	return v.div(v.chains(millsPoly, q), d)
}

func (v vec) normalCDF(x reg.Register) reg.Register {
	t := v.abs(x)
	h := v.mul(t, t)
	e := v.exp(v.mul(h, v.num(-0.5)))
	l := v.mul(v.fms(t, t, h), v.num(-0.5))
	v.fmaTo(e, e, l)
	tail := v.keep(v.cmp(less, t, v.num(40)), v.mul(l, v.scaledTail(t)))
	y := v.sub(v.num(1), tail)
	v.pickTo(v.cmp(less, x, v.num(0)), tail, y)
	centre := v.fma(x, v.chains(centralPoly, h), v.num(0.5))
	v.pickTo(v.cmp(less, t, v.num(0.7)), centre, y)
	v.pickTo(v.cmp(notEqual, x, x), x, y)
	return y
}

// quantile is Φ⁻¹(p) for 0.05 ≤ p ≤ 0.95.
func (v vec) quantile(p reg.Register) reg.Register {
	tail := v.min(p, v.sub(v.num(1), p))
	rest := v.sub(v.num(1), tail)
	four := v.mul(tail, v.num(4))
	m := v.mul(four, rest)
	lost := v.mul(four, v.sub(v.sub(v.num(1), rest), tail))
	s := v.sub(v.sub(v.num(-outerMiddle), v.log(m)), v.div(v.add(v.fms(four, rest, m), lost), m))
	c := v.sub(p, v.num(0.5))
	y := v.mul(c, v.mul(s, v.chains(outerPoly, s)))
	outer := v.fma(c, v.num(outerStart), y)
	z := v.mul(c, c)
	r := v.chains(middlePoly, z)
	v.fmaTo(z, v.num(sqrtTwoPiL), r)
	middle := v.fma(c, v.num(sqrtTwoPi), v.mul(c, r))
	v.pickTo(v.cmp(lessEqual, v.abs(c), v.num(0.25)), middle, outer)
	return outer
}

// lowQuantile is Φ⁻¹(p) for 0 < p < 0.05.
func (v vec) lowQuantile(p reg.Register) reg.Register {
	l := v.log(p)
	r := v.sqrt(v.mul(l, v.num(-2)))
	t := v.mul(r, v.chains(startPoly, v.div(v.num(1), v.add(r, v.num(2)))))
	h := v.mul(v.mul(t, t), v.num(0.5))
	near := v.cmp(less, t, v.num(36))
	a := v.add(v.add(l, h), v.num(halfLog2Pi))
	v.pickTo(near, h, a)
	q := v.exp(a)
	v.pickTo(near, v.mul(v.mul(p, v.num(sqrtTwoPi)), q), q)
	e := v.fms(v.num(sqrtTwoPi), v.scaledTail(t), q)
	step := v.div(e, v.sub(v.num(1), v.mul(v.mul(t, e), v.num(0.5))))
	return v.neg(v.add(t, step))
}
