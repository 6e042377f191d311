package kernel

import "math"

// millsPoly is (2+3t)·exp(t²/2)·Φ(−t) in q = (t−4)/(t+4), t ≥ 0.6;
// testdata/special_polynomials.py makes this and the others.
var millsPoly = [24]float64{
	0x1.525e241b02414p+0,
	-0x1.ea57e0037997bp-4,
	-0x1.516e0f21747bcp-4,
	0x1.4293d0f17fe3ap-3,
	-0x1.0508dda3fdf18p-3,
	0x1.fe5d6214f8e0fp-5,
	-0x1.fc62b7f44c890p-7,
	-0x1.8815992b64327p-10,
	0x1.29c77fc77bbeep-9,
	-0x1.f2915dd3c7188p-13,
	-0x1.326739edb8589p-12,
	0x1.efea0e4fb9b40p-15,
	0x1.7b128a880e0edp-15,
	-0x1.3d90b0007fe71p-17,
	-0x1.1db9bdf36a4a6p-17,
	0x1.0d2034d8f33a3p-20,
	0x1.de165a1390b71p-20,
	0x1.ff5f966c7fe86p-25,
	-0x1.9a423dd6e737ap-22,
	-0x1.1d5691090dfa7p-24,
	0x1.600d82ef24f5bp-24,
	0x1.99c6ee80dcb39p-27,
	-0x1.d8e2cf13d03c6p-27,
	0x1.b99996c2618c2p-30,
}

// centralPoly is (Φ(x) − ½)/x in x², |x| ≤ 0.7.
var centralPoly = [12]float64{
	0x1.9884533d43651p-2,
	-0x1.1058377e2cee0p-4,
	0x1.46d04297691d9p-7,
	-0x1.37403f6ba102dp-10,
	0x1.e42b0d520976cp-14,
	-0x1.3ce8fabd565eep-17,
	0x1.658a1ff7fa284p-21,
	-0x1.62220e8b4eda8p-25,
	0x1.386a997cdd378p-29,
	-0x1.ee524c9ecac91p-34,
	0x1.41c762e516e3fp-38,
}

// middlePoly is (Φ⁻¹(½+q)/q − √2π)/q² in q², |q| ≤ ¼.
var middlePoly = [16]float64{
	0x1.4ffddeaa22dc9p+1,
	0x1.71713082d9850p+2,
	0x1.f55d0d7919645p+3,
	0x1.78494ae9ceaaap+5,
	0x1.2ba8dc8d7e59bp+7,
	0x1.f045bc55ccba2p+8,
	0x1.a67d25a6b3068p+10,
	0x1.6ed2618a868d7p+12,
	0x1.471fb7d99ccb3p+14,
	0x1.0ccb2fe79ad43p+16,
	0x1.72e5aa0a464c7p+18,
	-0x1.43cd050d7fc42p+19,
	0x1.32bc20a89e722p+24,
	-0x1.5c9c0cc866f0fp+26,
	0x1.7438b6503151bp+28,
}

// outerPoly is (Φ⁻¹(½+q)/q − outerStart)/s in s = −log(1−4q²) − outerMiddle,
// ¼ ≤ |q| ≤ 0.45.
var outerPoly = [16]float64{
	0x1.65e00ef1f303ap-1,
	0x1.bde8242dc275ep-7,
	-0x1.bdda5f3546a14p-8,
	0x1.f71b5c9317c8cp-13,
	0x1.dc13f498d20f2p-14,
	-0x1.767c24b0214aap-17,
	-0x1.e60d33a96e0cdp-20,
	0x1.640e6f7b919b6p-22,
	0x1.983b23a8bfe11p-26,
	-0x1.2496309203f9ep-27,
	-0x1.2d2e2c0eafe1fp-33,
	0x1.b5e48ed75017ap-33,
	-0x1.87895c431ab95p-38,
	-0x1.118990bafb7b3p-38,
}

// startPoly is −Φ⁻¹(p)/r in 1/(r+2), r = √(−2·log p), p ≤ 0.26, to 4·10⁻⁸.
var startPoly = [12]float64{
	0x1.0004b47ca6232p+0,
	-0x1.2951f523883ddp-6,
	-0x1.2ad6abf8cf58fp+2,
	0x1.b630dd33f3462p+3,
	-0x1.b64c38da840aap+7,
	0x1.8315164343a79p+10,
	-0x1.18a5ce9df9bf7p+13,
	0x1.0ae1949d8f883p+15,
	-0x1.47a5888eab250p+16,
	0x1.9d8227bf781c5p+16,
	-0x1.4530d4e8f0f15p+14,
	-0x1.3e7fa9ec4826ap+16,
}

const (
	sqrtTwoPi   = 0x1.40d931ff62706p+1
	sqrtTwoPiL  = -0x1.a6a0d6f814637p-53 // √2π − sqrtTwoPi
	outerMiddle = 0.921875
	outerStart  = 0x1.91273587b3288p+1
	halfLog2Pi  = 0x1.d67f1c864beb5p-1
)

// scaledTail returns exp(t²/2)·Φ(−t), t ≥ 0.6; it is 0 at ∞.
func scaledTail(t float64) float64 {
	q := 1.0
	if t < 0x1p60 {
		q = (t - 4) / (t + 4)
	}
	return chains(millsPoly[:], q) / FMA(3, t, 2)
}

// chains evaluates Σ c[i]·xⁱ in four chains, which a processor works on at the
// same time; len(c) is a multiple of 4.
func chains(c []float64, x float64) float64 {
	x2 := float64(x * x)
	x4 := float64(x2 * x2)
	n := len(c) - 4
	s0, s1, s2, s3 := c[n], c[n+1], c[n+2], c[n+3]
	for n -= 4; n >= 0; n -= 4 {
		s0, s1 = FMA(s0, x4, c[n]), FMA(s1, x4, c[n+1])
		s2, s3 = FMA(s2, x4, c[n+2]), FMA(s3, x4, c[n+3])
	}
	return FMA(FMA(s3, x, s2), x2, FMA(s1, x, s0))
}

// NormalCDF sets dst[i] = Φ(x[i]), exact to the last digits in both tails.
func NormalCDF(dst, x []float64) {
	if fastNormalCDF(dst, x) {
		return
	}
	inBlocks(dst, x, func(dst, x []float64) {
		var e buffer
		u := e[:len(x)]
		for i, v := range x {
			u[i] = -0.5 * float64(v*v)
		}
		Exp(u, u)
		for i, v := range x {
			dst[i] = normalCDF1(v, u[i])
		}
	})
}

// normalCDF1 returns Φ(x), e being exp(−x²/2) with x² rounded.
func normalCDF1(x, e float64) float64 {
	t := math.Abs(x)
	if t < 0.7 {
		return FMA(x, chains(centralPoly[:], float64(x*x)), 0.5)
	}
	tail := 0.0
	if t < 40 { // the rounding error of x² matters in the exponent
		h := float64(t * t)
		l := FMA(t, t, -h)
		tail = float64(FMA(-0.5*l, e, e) * scaledTail(t))
	}
	switch {
	case x < 0:
		return tail
	case x > 0:
		return 1 - tail
	}
	return x // NaN
}

// NormalQuantile sets dst[i] = Φ⁻¹(p[i]): ±Inf at 0 and 1, NaN beyond.
func NormalQuantile(dst, p []float64) {
	inBlocks(dst, p, func(dst, p []float64) {
		var b, tails buffer
		var places [block]uint8 // of the tails, which vectors take together
		inner, low := b[:len(p)], tails[:0]
		done := fastInnerQuantile(inner, p)
		for i, v := range p {
			tail := min(v, 1-v)
			switch {
			case done && tail >= 0.05:
				dst[i] = inner[i]
			case done && tail > 0:
				places[len(low)] = uint8(i)
				low = append(low, tail)
				dst[i] = v - 0.5
			default:
				dst[i] = quantileAt(v-0.5, tail, log1(quantileArg(tail)))
			}
		}
		fastLowQuantile(low, low)
		for k, x := range low {
			i := places[k]
			dst[i] = math.Copysign(x, dst[i])
		}
	})
}

// quantileArg returns the number of which quantileAt takes the logarithm, for
// |c| > ¼: 1 − 4c² or, in the tails, ½ − |c|.
func quantileArg(tail float64) float64 {
	if tail >= 0.05 {
		return 4 * tail * (1 - tail)
	}
	return tail
}

// quantileAt returns the x with Φ(x) = ½ + c, given tail = ½ − |c| and l =
// log quantileArg(tail). The leading term is added last.
func quantileAt(c, tail, l float64) float64 {
	switch {
	case math.Abs(c) <= 0.25:
		z := float64(c * c)
		return FMA(c, sqrtTwoPi, float64(c*FMA(z, chains(middlePoly[:], z), sqrtTwoPiL)))
	case tail >= 0.05:
		s := -outerMiddle - l - productRest(tail)
		return FMA(c, outerStart, float64(c*float64(s*chains(outerPoly[:], s))))
	case tail > 0:
		return math.Copysign(lowQuantile(tail, l), c)
	case tail == 0:
		return math.Copysign(math.Inf(1), c)
	}
	return math.NaN()
}

// productRest returns the relative error of quantileArg(p) = 4·p·(1−p).
func productRest(p float64) float64 {
	r := 1 - p
	m := float64(4 * p * r)
	return (FMA(4*p, r, -m) + float64(4*p*(1-r-p))) / m
}

// lowQuantile returns Φ⁻¹(p), p < 0.05, l = log p: a start, good to 4·10⁻⁸, and a step of Halley's method.
func lowQuantile(p, l float64) float64 {
	r := math.Sqrt(-2 * l)
	t := float64(r * chains(startPoly[:], 1/(r+2)))
	h := float64(0.5 * float64(t*t))
	var q float64 // p/φ(t)
	if t < 36 {
		q = float64(float64(p*sqrtTwoPi) * exp1(h))
	} else {
		q = exp1(l + h + halfLog2Pi)
	}
	e := FMA(sqrtTwoPi, scaledTail(t), -q) // (Φ(−t) − p)/φ(t)
	return -(t + e/(1-float64(0.5*float64(t*e))))
}
