package autodiff

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// unary makes an elementwise operation: f sets y from x, and df adds to dx
// the contribution of dy.
func unary(name string, f func(y, x []float64, a Args), df func(dx, dy, x, y []float64, c *Call)) *Op {
	return &Op{
		Name:    name,
		Forward: func(c *Call) { f(c.Out(0), c.In(0), c.Args()) },
		Backward: func(c *Call) {
			df(c.InGrad(0), c.OutGrad(0), c.In(0), c.Out(0), c)
		},
	}
}

// The elementwise operations, each with its derivative.
var (
	negOp = unary("Neg",
		func(y, x []float64, _ Args) { kernel.Scale(y, x, -1) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.Axpy(dx, dy, -1) })
	addConstOp = unary("AddConst",
		func(y, x []float64, a Args) { kernel.AddConst(y, x, a.A) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.Accumulate(dx, dy) })
	mulConstOp = unary("MulConst",
		func(y, x []float64, a Args) { kernel.Scale(y, x, a.A) },
		func(dx, dy, x, y []float64, c *Call) { kernel.Axpy(dx, dy, c.Args().A) })
	squareOp = unary("Square",
		func(y, x []float64, _ Args) { kernel.Mul(y, x, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range x {
				dx[i] = kernel.FMA(2*v, dy[i], dx[i])
			}
		})
	sqrtOp = unary("Sqrt",
		func(y, x []float64, _ Args) { kernel.Sqrt(y, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range y {
				dx[i] += dy[i] / (2 * v)
			}
		})
	recipOp = unary("Recip",
		func(y, x []float64, _ Args) {
			for i, v := range x {
				y[i] = 1 / v
			}
		},
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range y {
				dx[i] = kernel.FMA(float64(-v*v), dy[i], dx[i])
			}
		})
	expOp = unary("Exp",
		func(y, x []float64, _ Args) { kernel.Exp(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.MulAdd(dx, dy, y) })
	logOp = unary("Log",
		func(y, x []float64, _ Args) { kernel.Log(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.DivAdd(dx, dy, x) })
	log1pOp = unary("Log1p",
		func(y, x []float64, _ Args) { kernel.Log1p(y, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range x {
				dx[i] += dy[i] / (1 + v)
			}
		})
	expm1Op = unary("Expm1",
		func(y, x []float64, _ Args) { kernel.Expm1(y, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range y {
				dx[i] = kernel.FMA(v+1, dy[i], dx[i])
			}
		})
	powOp = unary("Pow",
		func(y, x []float64, a Args) { kernel.Pow(y, x, a.A) },
		func(dx, dy, x, y []float64, c *Call) {
			p := c.Args().A
			c.mulGrad(dx, dy, x, func(d, x []float64) { kernel.Pow(d, x, p-1) }, p)
		})
	absOp = unary("Abs",
		func(y, x []float64, _ Args) { kernel.Abs(y, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range x {
				dx[i] += math.Copysign(1, v) * dy[i]
			}
		})
	tanhOp = unary("Tanh",
		func(y, x []float64, _ Args) { kernel.TanhOf(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.TanhGrad(dx, dy, y) })
	sigmoidOp = unary("Sigmoid",
		func(y, x []float64, _ Args) { kernel.Sigmoid(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.SigmoidGrad(dx, dy, y) })
	softplusOp = unary("Softplus",
		func(y, x []float64, _ Args) { kernel.Softplus(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.SoftplusGrad(dx, dy, x) })
	logSigmoidOp = unary("LogSigmoid",
		func(y, x []float64, _ Args) { kernel.LogSigmoid(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.LogSigmoidGrad(dx, dy, x) })
	sinOp = unary("Sin",
		func(y, x []float64, _ Args) { kernel.Sin(y, x) },
		func(dx, dy, x, y []float64, c *Call) { c.mulGrad(dx, dy, x, kernel.Cos, 1) })
	cosOp = unary("Cos",
		func(y, x []float64, _ Args) { kernel.Cos(y, x) },
		func(dx, dy, x, y []float64, c *Call) { c.mulGrad(dx, dy, x, kernel.Sin, -1) })
	sinhOp = unary("Sinh",
		func(y, x []float64, _ Args) { kernel.Sinh(y, x) },
		func(dx, dy, x, y []float64, c *Call) { c.mulGrad(dx, dy, x, kernel.Cosh, 1) })
	coshOp = unary("Cosh",
		func(y, x []float64, _ Args) { kernel.Cosh(y, x) },
		func(dx, dy, x, y []float64, c *Call) { c.mulGrad(dx, dy, x, kernel.Sinh, 1) })
	asinhOp = unary("Asinh",
		func(y, x []float64, _ Args) { kernel.Asinh(y, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range x {
				h := math.Abs(v) // √(1+v²) where v² would overflow
				if h < 1e9 {
					h = math.Sqrt(kernel.FMA(v, v, 1))
				}
				dx[i] += dy[i] / h
			}
		})
	atanOp = unary("Atan",
		func(y, x []float64, _ Args) { kernel.Atan(y, x) },
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range x {
				dx[i] += dy[i] / kernel.FMA(v, v, 1)
			}
		})
	leakyReLUOp = unary("LeakyReLU",
		func(y, x []float64, a Args) { kernel.LeakyReLU(y, x, a.A) },
		func(dx, dy, x, y []float64, c *Call) { kernel.LeakyReLUGrad(dx, dy, x, c.Args().A) })
	eluOp = unary("ELU",
		func(y, x []float64, _ Args) {
			kernel.Expm1(y, x)
			for i, v := range x {
				if v > 0 {
					y[i] = v
				}
			}
		},
		func(dx, dy, x, y []float64, _ *Call) {
			for i, v := range x {
				d := 1.0
				if v <= 0 {
					d = y[i] + 1
				}
				dx[i] = kernel.FMA(d, dy[i], dx[i])
			}
		})
	clampOp = unary("Clamp",
		func(y, x []float64, a Args) { kernel.Clamp(y, x, a.A, a.B) },
		func(dx, dy, x, y []float64, c *Call) { kernel.ClampGrad(dx, dy, x, c.Args().A, c.Args().B) })
	detachOp = &Op{Name: "Detach", Forward: func(c *Call) { copy(c.Out(0), c.In(0)) }}
)

// mulGrad adds factor·f(x)·dy to dx.
func (c *Call) mulGrad(dx, dy, x []float64, f func(dst, x []float64), factor float64) {
	d := c.Temp(len(x))
	f(d, x)
	for i, v := range d {
		dx[i] = kernel.FMA(factor*v, dy[i], dx[i])
	}
}

func (v Var) unary(op *Op, a Args) Var {
	n := v.node(op.Name)
	return op.Apply(v.t, a, Shape{n.rows, n.cols}, v)
}

// Neg returns −v.
func (v Var) Neg() Var { return v.unary(negOp, Args{}) }

// AddConst returns v + a.
func (v Var) AddConst(a float64) Var { return v.unary(addConstOp, Args{A: a}) }

// MulConst returns a·v.
func (v Var) MulConst(a float64) Var { return v.unary(mulConstOp, Args{A: a}) }

// Square returns v².
func (v Var) Square() Var { return v.unary(squareOp, Args{}) }

// Sqrt returns √v.
func (v Var) Sqrt() Var { return v.unary(sqrtOp, Args{}) }

// Recip returns 1/v.
func (v Var) Recip() Var { return v.unary(recipOp, Args{}) }

// Exp returns eᵛ.
func (v Var) Exp() Var { return v.unary(expOp, Args{}) }

// Log returns log v.
func (v Var) Log() Var { return v.unary(logOp, Args{}) }

// Log1p returns log(1 + v), exact near 0.
func (v Var) Log1p() Var { return v.unary(log1pOp, Args{}) }

// Expm1 returns eᵛ − 1, exact near 0.
func (v Var) Expm1() Var { return v.unary(expm1Op, Args{}) }

// Pow returns vᵖ for a constant p.
func (v Var) Pow(p float64) Var { return v.unary(powOp, Args{A: p}) }

// Abs returns |v|; the derivative at 0 is the sign of the zero.
func (v Var) Abs() Var { return v.unary(absOp, Args{}) }

// Tanh returns tanh v.
func (v Var) Tanh() Var { return v.unary(tanhOp, Args{}) }

// Sigmoid returns σ(v) = 1/(1 + e⁻ᵛ).
func (v Var) Sigmoid() Var { return v.unary(sigmoidOp, Args{}) }

// Softplus returns log(1 + eᵛ).
func (v Var) Softplus() Var { return v.unary(softplusOp, Args{}) }

// LogSigmoid returns log σ(v) = −log(1 + e⁻ᵛ).
func (v Var) LogSigmoid() Var { return v.unary(logSigmoidOp, Args{}) }

// Sin returns sin v.
func (v Var) Sin() Var { return v.unary(sinOp, Args{}) }

// Cos returns cos v.
func (v Var) Cos() Var { return v.unary(cosOp, Args{}) }

// Sinh returns sinh v.
func (v Var) Sinh() Var { return v.unary(sinhOp, Args{}) }

// Cosh returns cosh v.
func (v Var) Cosh() Var { return v.unary(coshOp, Args{}) }

// Asinh returns asinh v.
func (v Var) Asinh() Var { return v.unary(asinhOp, Args{}) }

// Atan returns arctan v.
func (v Var) Atan() Var { return v.unary(atanOp, Args{}) }

// ReLU returns max(v, 0); the derivative at 0 is 0.
func (v Var) ReLU() Var { return v.unary(leakyReLUOp, Args{A: 0}) }

// LeakyReLU returns v where v > 0 and slope·v elsewhere.
func (v Var) LeakyReLU(slope float64) Var { return v.unary(leakyReLUOp, Args{A: slope}) }

// ELU returns v where v > 0 and eᵛ − 1 elsewhere.
func (v Var) ELU() Var { return v.unary(eluOp, Args{}) }

// SiLU returns v·σ(v).
func (v Var) SiLU() Var { return v.Mul(v.Sigmoid()) }

// Clamp returns min(max(v, lo), hi); the derivative outside is 0.
func (v Var) Clamp(lo, hi float64) Var { return v.unary(clampOp, Args{A: lo, B: hi}) }

// Detach returns v as a constant: no gradient flows through it.
func (v Var) Detach() Var { return v.unary(detachOp, Args{}) }
