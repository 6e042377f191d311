package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// SoftSpline is a [Spline] whose raw parameters are clipped softly. With
// c(r) = r/(1 + |r|/log 1000), or another bound instead of 1000, it has
//
//	shares of the interval  softmax c(2w)/2,  slopes  exp c(s)
//
// It is the neural spline of the Python library zuko. Zeros are the identity.
type SoftSpline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
	Slope float64 // the least slope; 0 is 1/1000
}

// minShare is far less than any share or slope that the clipped parameters make.
const minShare = 0x1p-30

func (m SoftSpline) args() autodiff.Args {
	q := Spline{Bins: m.Bins, Bound: m.Bound}.kernel()
	return autodiff.Args{A: q.Bound, B: minShare, C: minShare, I: q.Bins}
}

// Restore checks the fields.
func (m SoftSpline) Restore() error {
	if err := checkSlope("SoftSpline", m.Slope); err != nil {
		return err
	}
	if m.Slope > 0 && m.Slope < leastSlope {
		return fmt.Errorf("bijector: SoftSpline: got Slope %v, want at least %v", m.Slope, leastSlope)
	}
	if err := splineKernel(m.args()).Check(); err != nil {
		return fmt.Errorf("bijector: SoftSpline: %w", err)
	}
	return nil
}

// leastSlope keeps shares and slopes above minShare.
const leastSlope = 1e-6

// Params returns 3·Bins − 1.
func (m SoftSpline) Params() int { return 3*m.args().I - 1 }

// Forward returns the spline's value and the logarithm of its slope.
func (m SoftSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.apply(x, raw, 0)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m SoftSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.apply(y, raw, 1)
}

func (m SoftSpline) apply(x, raw autodiff.Var, inverse int) (autodiff.Var, autodiff.Var) {
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	wantRaw("SoftSpline", m.Params(), x, raw)
	args := m.args()
	args.A = clipOf(m.Slope)
	r := softSplineOp.Apply(nil, args, raw.Shape(), raw)
	args = m.args()
	args.J = inverse
	return splineOp.Apply2(nil, args, x.Shape(), x.Shape(), x, r)
}

// softSplineOp, with Args.A the bound of logarithms, makes of raw parameters of a SoftSpline those
// for which the kernel has the same shares p and slopes s:
//
//	log((p − m)/(1 − K·m)),  softplus⁻¹(s − m) − softplus⁻¹(1 − m),  m = minShare
var softSplineOp = &autodiff.Op{
	Name: "bijector.SoftSpline",
	Forward: func(c *autodiff.Call) {
		k, raw, out := c.Args().I, c.In(0), c.Out(0)
		keep := c.Temp
		if c.Needs() {
			keep = c.Save
		}
		e := keep(len(raw)) // exp of the clipped parameters, normalised for shares
		softClipped(e, raw, k, c.Args().A)
		kernel.Exp(e, e)
		arg := c.Temp(len(raw))
		eachSpline(len(raw), k, func(at, n int, slopes bool) {
			part := e[at : at+n]
			if slopes {
				for i, s := range part {
					arg[at+i] = -(s - minShare)
				}
				return
			}
			normalise(part)
			for i, p := range part {
				arg[at+i] = (p - minShare) / (1 - float64(k)*minShare)
			}
		})
		slope := c.Temp(len(raw))
		kernel.Expm1(slope, arg) // of slopes: −(1 − exp(−y)), y = s − m
		eachSpline(len(raw), k, func(at, n int, slopes bool) {
			for i := at; slopes && i < at+n; i++ {
				out[i], arg[i] = -arg[i]-softplusInverseAt1, -slope[i]
			}
		})
		kernel.Log(arg, arg)
		eachSpline(len(raw), k, func(at, n int, slopes bool) {
			for i := at; i < at+n; i++ {
				if slopes {
					out[i] += arg[i]
				} else {
					out[i] = arg[i]
				}
			}
		})
	},
	Backward: func(c *autodiff.Call) {
		draw := c.InGrad(0)
		if draw == nil {
			return
		}
		k, raw, e, dout := c.Args().I, c.In(0), c.Saved(), c.OutGrad(0)
		g, tmp := c.Temp(len(raw)), c.Temp(len(raw)) // gradient of the clipped parameters
		for i, s := range e {
			tmp[i] = -(s - minShare)
		}
		kernel.Expm1(tmp, tmp)
		eachSpline(len(raw), k, func(at, n int, slopes bool) {
			var sum float64
			for i := at; i < at+n; i++ {
				if slopes {
					g[i] = -dout[i] * e[i] / tmp[i]
				} else {
					g[i] = dout[i] * e[i] / (e[i] - minShare)
					sum += g[i]
				}
			}
			for i := at; !slopes && i < at+n; i++ {
				g[i] = kernel.FMA(-e[i], sum, g[i])
			}
		})
		softClipped(tmp, raw, k, c.Args().A)
		eachSpline(len(raw), k, func(at, n int, slopes bool) {
			for i := at; i < at+n; i++ {
				q := 1.0
				if raw[i] != 0 {
					q = tmp[i] / raw[i]
				}
				draw[i] = kernel.FMA(g[i], float64(q*q), draw[i])
			}
		})
	},
}

// softplusInverseAt1 is softplus⁻¹(1 − minShare) = log(exp(1 − m) − 1).
const softplusInverseAt1 = 0.5413248531395874889558

// softClipped sets dst to c(s) for slopes and c(2w)/2 for sizes.
func softClipped(dst, raw []float64, k int, clip float64) {
	eachSpline(len(raw), k, func(at, n int, slopes bool) {
		scale := 2 / clip
		if slopes {
			scale = 1 / clip
		}
		for i := at; i < at+n; i++ {
			if math.IsInf(raw[i], 0) {
				dst[i] = math.Copysign(1/scale, raw[i])
				continue
			}
			dst[i] = raw[i] / kernel.FMA(math.Abs(raw[i]), scale, 1)
		}
	})
}

// eachSpline calls f with the widths, the heights and the slopes of each spline
// with k bins among n parameters: where they begin and how many they are.
func eachSpline(n, k int, f func(at, n int, slopes bool)) {
	for at := 0; at < n; at += 3*k - 1 {
		f(at, k, false)
		f(at+k, k, false)
		f(at+2*k, k-1, true)
	}
}

// normalise divides p by its sum.
func normalise(p []float64) {
	var sum float64
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
}
