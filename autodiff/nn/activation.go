package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// An Activation is an elementwise map between the layers of a network, known by
// its name.
type Activation string

// The activations. Linear, ReLU and Tanh are computed with the matrix product
// of their layer in one operation; the others are operations of their own.
const (
	Linear    Activation = "linear"    // x
	ReLU      Activation = "relu"      // max(x, 0)
	Tanh      Activation = "tanh"      // tanh x
	LeakyReLU Activation = "leakyrelu" // x for x > 0, else x/100
	ELU       Activation = "elu"       // x for x > 0, else eˣ − 1
	SiLU      Activation = "silu"      // x·σ(x), also called swish
	GELU      Activation = "gelu"      // x·Φ(x), Φ the normal distribution function; arXiv 1606.08415
	Softplus  Activation = "softplus"  // log(1 + eˣ)
	Sigmoid   Activation = "sigmoid"   // σ(x) = 1/(1 + e⁻ˣ)
)

// Apply returns the activation of each element of x. It panics if a has no such
// name.
func (a Activation) Apply(x autodiff.Var) autodiff.Var {
	switch a {
	case Linear:
		return x
	case ReLU:
		return x.ReLU()
	case Tanh:
		return x.Tanh()
	case LeakyReLU:
		return x.LeakyReLU(0.01)
	case ELU:
		return x.ELU()
	case SiLU:
		return x.SiLU()
	case GELU:
		return gelu(x)
	case Softplus:
		return x.Softplus()
	case Sigmoid:
		return x.Sigmoid()
	}
	panic(a.Check().Error())
}

// gelu returns x·Φ(x), whose derivative is Φ(x) + x·φ(x).
func gelu(x autodiff.Var) autodiff.Var { return geluOp.Apply(nil, autodiff.Args{}, x.Shape(), x) }

var geluOp = &autodiff.Op{
	Name: "nn.GELU",
	Forward: func(c *autodiff.Call) {
		kernel.NormalCDF(c.Out(0), c.In(0))
		kernel.Mul(c.Out(0), c.Out(0), c.In(0))
	},
	Backward: func(c *autodiff.Call) {
		const logRootTwoPi = 0.9189385332046727
		x := c.In(0)
		d, phi := c.Temp(len(x)), c.Temp(len(x))
		kernel.Mul(phi, x, x)
		kernel.Scale(phi, phi, -0.5)
		kernel.AddConst(phi, phi, -logRootTwoPi)
		kernel.Exp(phi, phi)
		kernel.NormalCDF(d, x)
		kernel.MulAdd(d, phi, x)
		kernel.MulAdd(c.InGrad(0), d, c.OutGrad(0))
	},
}

// Check returns an error if a is not the name of an activation.
func (a Activation) Check() error {
	switch a {
	case Linear, ReLU, Tanh, LeakyReLU, ELU, SiLU, GELU, Softplus, Sigmoid:
		return nil
	}
	return fmt.Errorf("nn: Activation: got %q, want linear, relu, tanh, leakyrelu, elu, silu, gelu, softplus or sigmoid", string(a))
}

// Fused returns the activation as autodiff and the kernels know it, if they do.
func (a Activation) Fused() (act autodiff.Activation, ok bool) {
	switch a {
	case Linear:
		return autodiff.Linear, true
	case ReLU:
		return autodiff.ReLU, true
	case Tanh:
		return autodiff.Tanh, true
	}
	return autodiff.Linear, false
}

// dense returns a(x·w + b), fused where autodiff can.
func (a Activation) dense(x, w, b autodiff.Var) autodiff.Var {
	act, ok := a.Fused()
	y := autodiff.Dense(x, w, b, act)
	if !ok {
		y = a.Apply(y)
	}
	return y
}
