package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// LogTanh is [Tanh] that goes on as a logarithm beyond ±m, and so maps the real line to itself:
//
//	y = tanh x,  log y′ = −2·log cosh x                              for |x| < m
//	y = sign(x)·(tanh m + α·log(|x|/m)),  log y′ = log α − log|x|    elsewhere
//
// Cut is m > 0 and Alpha is α > 0, fixed or learned. An empty Alpha is m/cosh² m, with which the slope is continuous.
// It costs some four exponentials and logarithms per element.
type LogTanh struct{ Cut, Alpha autodiff.Value }

// NewLogTanh returns a tanh that goes on as a logarithm, with a continuous slope if alpha is empty. It panics if the cut or alpha
// is not positive.
func NewLogTanh(cut, alpha autodiff.Value) *LogTanh { return made(&LogTanh{cut, alpha}) }

func (b *LogTanh) params() params {
	return params{{"LogTanh: cut", &b.Cut, positive, required}, {"LogTanh: alpha", &b.Alpha, positive, 0}} // 0 stands for m/cosh² m
}

// logTanhMap has the parameters m, tanh m and α, as if they were independent.
var logTanhMap = newScalar("LogTanh", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		m, th, alpha := a.theta[0], a.theta[1], a.theta[2]
		far, size := logTanhFar(x, m, a)
		kernel.TanhOf(y, x)
		if !a.valueOnly {
			kernel.LogCosh(ls, x)
			kernel.Scale(ls, ls, -2)
		}
		for i, v := range x {
			if math.Abs(v) >= m[i] {
				y[i] = math.Copysign(kernel.FMA(alpha[i], far[i], th[i]), v)
				ls[i] = size[i] - far[i]
			}
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		m, th, alpha := a.theta[0], a.theta[1], a.theta[2]
		far, grown, size := a.temp(len(y)), a.temp(len(y)), a.temp(len(y))
		for i, v := range y {
			far[i] = max(math.Abs(v)-th[i], 0) / alpha[i]
			size[i] = alpha[i] / m[i]
		}
		kernel.Exp(grown, far)
		kernel.Log(size, size)
		kernel.Atanh(x, y)
		if !a.valueOnly {
			kernel.Log1mSquare(ls, y)
			kernel.Scale(ls, ls, -1)
		}
		for i, v := range y {
			if math.Abs(v) >= th[i] {
				x[i] = math.Copysign(m[i]*grown[i], v)
				ls[i] = far[i] - size[i]
			}
		}
	},
	derive: func(d derivatives) {
		far, _ := logTanhFar(d.x, d.theta[0], d.scalarArgs)
		for i, v := range d.x {
			m, alpha, sign := d.theta[0][i], d.theta[2][i], math.Copysign(1, v)
			d.lsByX[i] = -1 / v
			d.yByTheta[0][i], d.yByTheta[1][i], d.yByTheta[2][i] = -sign*alpha/m, sign, sign*far[i]
			d.lsByTheta[0][i], d.lsByTheta[1][i], d.lsByTheta[2][i] = 0, 0, 1/alpha
			if math.Abs(v) < m {
				d.lsByX[i] = -2 * d.y[i]
				d.yByTheta[0][i], d.yByTheta[1][i], d.yByTheta[2][i], d.lsByTheta[2][i] = 0, 0, 0, 0
			}
		}
	},
})

// logTanhFar returns log(max(|x|/m, 1)) and log(α/m), whose difference is the log-slope beyond m.
func logTanhFar(x, m []float64, a scalarArgs) (far, size []float64) {
	far, size = a.temp(len(x)), a.temp(len(x))
	for i, v := range x {
		far[i] = max(math.Abs(v)/m[i], 1)
		size[i] = a.theta[2][i] / m[i]
	}
	kernel.Log(far, far)
	kernel.Log(size, size)
	return far, size
}

func (b *LogTanh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	m := b.params()[0].on(x)
	th, slope := scalar(tanhMap, m, forward)
	alpha := slope.Exp().Mul(m)
	if !b.Alpha.IsZero() {
		alpha = b.params()[1].on(x)
	}
	return summed(scalar(logTanhMap, x, dir, m, th, alpha))
}
