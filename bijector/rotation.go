package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
)

// Rotation multiplies by an orthogonal matrix of determinant 1, made from a
// skew-symmetric one:
//
//	y = Q·x,  S = A − Aᵀ,  Q = exp(S)  or  Q = (I − S)⁻¹·(I + S),  log|det| = 0
//
// where A is the part of the parameter below the diagonal; zeros are the
// identity. The exponential reaches every rotation; Cayley's map, the second,
// all but those by 180° in some plane. Domain and range are Rᵈ. Both
// directions cost O(d²) a row and O(d³) a batch.
type Rotation struct {
	A      *autodiff.Param // d×d; only the part below the diagonal counts
	Cayley bool            // Cayley's map instead of the exponential
}

// NewRotation returns the rotation Q = exp(A − Aᵀ) with the part of a below its diagonal,
// constant if a is frozen and else learned. It panics if a is not square.
func NewRotation(a *autodiff.Param) *Rotation {
	r := &Rotation{A: a}
	must(r.Restore())
	return r
}

// NewCayley is like [NewRotation] with Q = (I − S)⁻¹·(I + S). It panics as that does.
func NewCayley(a *autodiff.Param) *Rotation {
	need.One("bijector: NewCayley", "matrix", a)
	r := &Rotation{A: a, Cayley: true}
	must(r.Restore())
	return r
}

// Restore checks that A is square.
func (r *Rotation) Restore() error {
	_, err := side("Rotation", r.A)
	return err
}

// skewOp is A − Aᵀ of the part of the input below the diagonal.
var skewOp = &autodiff.Op{
	Name: "bijector.Skew",
	Forward: func(c *autodiff.Call) {
		a, s, d := c.In(0), c.Out(0), c.InShape(0).Rows
		for i := range d {
			for j := range i {
				s[i*d+j], s[j*d+i] = a[i*d+j], -a[i*d+j]
			}
			s[i*d+i] = 0
		}
	},
	Backward: func(c *autodiff.Call) {
		da, g, d := c.InGrad(0), c.OutGrad(0), c.InShape(0).Rows
		for i := range d {
			for j := range i {
				da[i*d+j] += g[i*d+j] - g[j*d+i]
			}
		}
	},
}

// skew returns S.
func (r *Rotation) skew(x autodiff.Var) autodiff.Var {
	a := x.Tape().Use(r.A)
	wantCols("Rotation", x, a.Cols())
	return skewOp.Apply(nil, autodiff.Args{}, a.Shape(), a)
}

// Forward returns Q·x.
func (r *Rotation) Forward(x autodiff.Var) autodiff.Var {
	s := r.skew(x)
	if !r.Cayley {
		return x.MatMulT(expm(s))
	}
	return x.Add(x.MatMulT(s)).Solve(eye(x.Tape(), s.Cols()).Sub(s))
}

// Inverse returns Qᵀ·y.
func (r *Rotation) Inverse(y autodiff.Var) autodiff.Var {
	s := r.skew(y)
	if !r.Cayley {
		return y.MatMul(expm(s))
	}
	return y.Sub(y.MatMulT(s)).Solve(eye(y.Tape(), s.Cols()).Add(s))
}

// ILDJ returns 0.
func (r *Rotation) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
