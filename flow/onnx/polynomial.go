package onnx

import (
	"math"
	"slices"

	"github.com/normflow/normflow/bijector"
)

// sos returns the integral of a mean of squares of polynomials of t = x/B, which is straight beyond ±end.
func (g *graph) sos(m bijector.SOSPolynomial, v, raw value, dir direction) (w, logSlope value) {
	if dir == back {
		g.refuse("got a SOSPolynomial backwards, which has no translation")
	}
	count, degree, bound, slope := or(m.Polynomials, 3), or(m.Degree, 4), or(m.Bound, 10), or(m.Slope, 1e-3)
	end := 1.0
	if !m.Straight {
		end = math.Exp2(math.Floor(660 / float64(2*degree+1)))
	}
	x := v.reshape(1)
	t := x.div(x.c(bound)).clamp(-end, end)
	r := raw.like(v).reshape(m.Params()).clamp(-1e30, 1e30)
	n := degree + 1
	square := make([]value, 2*degree+1) // coefficients of g′, times how many polynomials there are
	slopes := none
	for k := range count {
		alpha := make([]value, n)
		for j := range alpha {
			alpha[j] = r.slice(k*n+j, k*n+j+1)
		}
		alpha[0] = alpha[0].plus(1)
		for i, a := range alpha {
			for j, b := range alpha {
				square[i+j] = sum(square[i+j], a.mul(b))
			}
		}
		slopes = sum(slopes, horner(alpha, t).square()) // of which the sum keeps its digits
	}
	for j := range square {
		square[j] = square[j].times(1 / float64(count))
		if j == 0 {
			square[j] = square[j].plus(slope)
		}
		square[j] = square[j].times(bound / float64(j+1))
	}
	y := horner(square, t).mul(t).add(r.slice(count*n, count*n+1))
	q := slopes.times(1 / float64(count)).plus(slope)
	beyond := x.sub(t.times(bound)).where(x.c(end).less(x.div(x.c(bound)).abs()), x.c(0))
	return y.add(q.mul(beyond)).reshape(v.cols), q.log().reshape(v.cols)
}

// horner returns the polynomial with the given coefficients, from that of 1 on, at t.
func horner(coefficients []value, t value) value {
	y := none
	for _, c := range slices.Backward(coefficients) {
		if y != none {
			c = c.add(y.mul(t))
		}
		y = c
	}
	return y
}

// bernstein returns a polynomial by its coefficients in Bernstein's basis on [−B, B], which grow from end to end, and the identity beyond.
func (g *graph) bernstein(m bijector.Bernstein, v, raw value, dir direction) (w, logSlope value) {
	if dir == back {
		g.refuse("got a Bernstein backwards, which has no translation")
	}
	k, bound := m.Params(), or(m.Bound, 5)
	n := k + 4
	x := v.reshape(1)
	e := raw.like(v).reshape(k)
	e = e.sub(e.rowMax()).exp()
	edge := x.c(2 * bound / float64(n)).like(x)
	share := e.div(e.rowSum()).times(2 * bound * (1 - 4/float64(n)))
	steps := concat(edge, edge, share, edge, edge)                   // n differences of coefficients
	theta := concat(steps.sub(edge).cumulated().slice(0, n), x.c(0)) // less those of the identity
	inside := x.clamp(-bound, bound)
	z := inside.plus(bound).times(1 / (2 * bound))
	y := theta.mul(basis(z, n)).rowSum().add(x)
	slope := steps.times(float64(n) / (2 * bound)).mul(basis(z, n-1)).rowSum()
	within := x.abs().less(x.c(bound - m.Gap))
	out := x.add(x.c(m.Gap).signed(x))
	return y.where(within, out).reshape(v.cols), slope.log().where(within, x.c(0)).reshape(v.cols)
}

// basis returns Bernstein's polynomials of degree n at z, from 0 to 1.
func basis(z value, n int) value {
	var up, down []value // powers
	rest := z.neg().plus(1)
	one := z.c(1).like(z)
	choose := make([]float64, n+1)
	choose[0] = 1
	up, down = append(up, one), append(down, one)
	for j := range n {
		up, down = append(up, up[j].mul(z)), append(down, down[j].mul(rest))
		choose[j+1] = choose[j] * float64(n-j) / float64(j+1)
	}
	slices.Reverse(down)
	return concat(up...).mul(concat(down...)).mul(z.g.constant(n+1, choose...))
}
