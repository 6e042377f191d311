package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Affine is the univariate of RealNVP and MAF, with raw parameters t and s:
//
//	g(x) = x·exp(a(s)) + t,  log g′ = a(s)
//
// Its zero value bounds the scale, which keeps training stable; zeros as raw
// parameters are the identity, except where noted.
type Affine struct {
	Scale ScaleMap
	// Slope is the least slope of SoftClipScale, whose largest is its inverse; 0 is 1/1000.
	Slope float64
}

// A ScaleMap is how [Affine] makes a log-scale from a raw parameter.
type ScaleMap string

// The scale maps in use. Every one is a smooth, monotone function of s but for
// the ends of Clip and SoftplusTo3.
const (
	// SoftClipScale is a(s) = s/(1 + |s|/log 1000): scales between 1/1000 and 1000, or
	// what [Affine].Slope says, and a(s) ≈ s near 0. The default.
	SoftClipScale ScaleMap = ""
	// Exp is a(s) = s, which does not bound the scale.
	Exponential ScaleMap = "exp"
	// Clip is a(s) = min(max(s, −5), 3).
	Clip ScaleMap = "clip"
	// Sigmoid2 is exp(a(s)) = σ(s + 2) + 0.001: zeros give scale 0.88.
	Sigmoid2 ScaleMap = "sigmoid2"
	// GlowScale is exp(a(s)) = 1/σ(s + 2), as in Glow, where data shrink on the way to
	// the base: zeros give scale 1.14.
	GlowScale ScaleMap = "glow"
	// SoftplusScale is exp(a(s)) = log(1 + eˢ) + 0.001: zeros give scale 0.69.
	SoftplusScale ScaleMap = "softplus"
	// TanhScale is a(s) = 2·tanh(s/2): scales between e⁻² and e².
	TanhScale ScaleMap = "tanh"
	// SigmoidScale is exp(a(s)) = σ(s + 2), where data grow on the way to the base: zeros give
	// scale 0.88.
	SigmoidScale ScaleMap = "sigmoid"
	// SoftplusTo3 is exp(a(s)) = min(log(1 + eˢ) + 0.001, 3): zeros give scale 0.69.
	SoftplusTo3 ScaleMap = "softplus3"
)

var scaleMaps = []ScaleMap{SoftClipScale, Exponential, Clip, Sigmoid2, GlowScale, SoftplusScale, TanhScale, SigmoidScale, SoftplusTo3}

func (m ScaleMap) index() int {
	for i, n := range scaleMaps {
		if n == m {
			return i
		}
	}
	panic(fmt.Sprintf("bijector: Affine: got scale map %q, want one of %q", string(m), scaleMaps))
}

const (
	softClip = 6.907755278982137 // log 1000
	minScale = 1e-3
	log3     = 1.0986122886681098
)

// log sets a[i] = a(s[i]) and d[i] = a′(s[i]); clip bounds |a| of SoftClipScale.
func (m ScaleMap) log(a, d, s []float64, clip float64) {
	switch m {
	case SoftClipScale:
		kernel.SoftClip(a, d, s, clip)
	case Exponential:
		for i, v := range s {
			a[i], d[i] = v, 1
		}
	case Clip:
		for i, v := range s {
			a[i], d[i] = min(max(v, -5), 3), 1
			if v < -5 || v > 3 {
				d[i] = 0
			}
		}
	case Sigmoid2:
		kernel.AddConst(a, s, 2)
		kernel.Sigmoid(a, a)
		for i, v := range a {
			d[i] = v * (1 - v) / (v + minScale)
		}
		kernel.AddConst(a, a, minScale)
		kernel.Log(a, a)
	case GlowScale:
		SigmoidScale.log(a, d, s, clip)
		kernel.Scale(a, a, -1)
		kernel.Scale(d, d, -1)
	case SigmoidScale:
		kernel.AddConst(d, s, 2)
		kernel.LogSigmoid(a, d)
		kernel.Scale(d, d, -1)
		kernel.Sigmoid(d, d)
	case TanhScale:
		kernel.Scale(a, s, 0.5)
		kernel.TanhOf(a, a)
		for i, v := range a {
			a[i], d[i] = 2*v, kernel.FMA(-v, v, 1)
		}
	case SoftplusScale:
		kernel.Sigmoid(d, s)
		kernel.Softplus(a, s)
		kernel.AddConst(a, a, minScale)
		kernel.Div(d, d, a)
		kernel.Log(a, a)
	case SoftplusTo3:
		SoftplusScale.log(a, d, s, clip)
		for i, v := range a {
			if v > log3 {
				a[i], d[i] = log3, 0
			}
		}
	}
}

// affineMapOp has inputs x (n×d) and raw (n×2d or 1×2d), and outputs y and the
// log-slope, n×d. Args.I is the scale map, Args.J = 1 the inverse, Args.A the bound of
// log-slopes of SoftClipScale.
var affineMapOp = &autodiff.Op{
	Name: "bijector.Affine",
	Forward: func(c *autodiff.Call) {
		x, y, logSlope := c.In(0), c.Out(0), c.Out(1)
		n := len(x)
		e, d, t, s := c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n)
		splitPairs(t, s, c.In(1))
		scaleMaps[c.Args().I].log(logSlope, d, s, c.Args().A)
		if c.Args().J == 1 {
			kernel.Scale(logSlope, logSlope, -1)
			kernel.Exp(e, logSlope)
			kernel.Sub(y, x, t)
			kernel.Mul(y, y, e)
			return
		}
		kernel.Exp(e, logSlope)
		copy(y, t)
		kernel.MulAdd(y, x, e)
	},
	Backward: func(c *autodiff.Call) {
		x, y, dy, dslope := c.In(0), c.Out(0), c.OutGrad(0), c.OutGrad(1)
		n := len(x)
		e := c.Temp(n)
		kernel.Exp(e, c.Out(1))
		if dx := c.InGrad(0); dx != nil && dy != nil {
			kernel.MulAdd(dx, dy, e)
		}
		draw := c.InGrad(1)
		if draw == nil {
			return
		}
		dt, ds, d := c.Temp(n), c.Temp(n), c.Temp(n)
		splitPairs(dt, ds, c.In(1))
		scaleMaps[c.Args().I].log(dt, d, ds, c.Args().A)
		clear(dt)
		clear(ds)
		if c.Args().J == 1 { // y = (x−t)·e⁻ᵃ, slope −a
			if dy != nil {
				kernel.MulSub(dt, dy, e)
				kernel.MulSub(ds, dy, y)
			}
			if dslope != nil {
				kernel.Sub(ds, ds, dslope)
			}
		} else {
			if dy != nil {
				kernel.Accumulate(dt, dy)
				kernel.Mul(ds, x, e)
				kernel.Mul(ds, ds, dy)
			}
			if dslope != nil {
				kernel.Accumulate(ds, dslope)
			}
		}
		kernel.Mul(ds, ds, d)
		joinPairs(draw, dt, ds)
	},
}

// splitPairs sets a and b from the pairs in ab, repeated if it is shorter.
func splitPairs(a, b, ab []float64) {
	for len(a) > 0 {
		n := len(ab) / 2
		a0, b0 := a[:n], b[:n]
		for i, pairs := 0, ab; i < len(a0) && i < len(b0) && len(pairs) >= 2; i, pairs = i+1, pairs[2:] {
			a0[i], b0[i] = pairs[0], pairs[1]
		}
		a, b = a[n:], b[n:]
	}
}

// joinPairs adds to the pairs in ab, summing repetitions.
func joinPairs(ab, a, b []float64) {
	for len(a) > 0 {
		n := len(ab) / 2
		for i := range n {
			ab[2*i] += a[i]
			ab[2*i+1] += b[i]
		}
		a, b = a[n:], b[n:]
	}
}

// clipOf returns the bound of log-slopes.
func clipOf(slope float64) float64 {
	if slope == 0 {
		return softClip
	}
	return -special.Log(slope)
}

// checkSlope returns an error unless a least slope is 0, for the default, or between 0 and 1.
func checkSlope(what string, slope float64) error {
	if !(slope >= 0 && slope < 1) || slope > 0 && slope < 1e-300 {
		return fmt.Errorf("bijector: %s: got Slope %v, want 0 or a number between 0 and 1", what, slope)
	}
	return nil
}

// Restore checks the fields.
func (m Affine) Restore() error {
	if err := checkSlope("Affine", m.Slope); err != nil {
		return err
	}
	for _, n := range scaleMaps {
		if n == m.Scale {
			return nil
		}
	}
	return fmt.Errorf("bijector: Affine: got scale map %q, want one of %q", string(m.Scale), scaleMaps)
}

// Params returns 2: t and s.
func (m Affine) Params() int { return 2 }

// Forward returns x·exp(a(s)) + t and a(s).
func (m Affine) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.apply(x, raw, 0)
}

// Inverse returns (y − t)·exp(−a(s)) and −a(s).
func (m Affine) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.apply(y, raw, 1)
}

func (m Affine) apply(x, raw autodiff.Var, inverse int) (autodiff.Var, autodiff.Var) {
	wantRaw("Affine", 2, x, raw)
	return affineMapOp.Apply2(nil, autodiff.Args{I: m.Scale.index(), J: inverse, A: clipOf(m.Slope)}, x.Shape(), x.Shape(), x, raw)
}

// wantRaw panics unless raw holds k parameters for each of x's columns.
func wantRaw(what string, k int, x, raw autodiff.Var) {
	xs, rs := x.Shape(), raw.Shape()
	if rs.Cols != xs.Cols*k || (rs.Rows != xs.Rows && rs.Rows != 1) {
		panic(fmt.Sprintf("bijector: %s: got %d×%d raw parameters, want %d×%d", what, rs.Rows, rs.Cols, xs.Rows, xs.Cols*k))
	}
}
