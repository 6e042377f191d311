package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// sylvesterOp has inputs z, n×m, and the parameters R, S and b side by side for each row or for all; its outputs are
// z + R·tanh(S·z + b), or with Args.I inverse the z of which that is the first input, and the log-determinant. It saves z and tanh.
var sylvesterOp = &autodiff.Op{
	Name: "bijector.Sylvester",
	Forward: func(c *autodiff.Call) {
		s := newSylvester(c)
		if direction(c.Args().I) == inverse {
			s.invert(c)
		} else {
			copy(s.z, c.In(0))
			s.push(c.Out(0))
		}
		s.logDet(c, direction(c.Args().I).sign())
		if c.Needs() {
			saved := c.Save(2 * len(s.z))
			copy(saved, s.z)
			copy(saved[len(s.z):], s.h)
		}
	},
	Backward: func(c *autodiff.Call) {
		s := newSylvester(c)
		copy(s.z, c.Saved())
		copy(s.h, c.Saved()[len(s.z):])
		gv, gl, dz, dp := c.OutGrad(0), c.OutGrad(1), c.InGrad(0), c.InGrad(1)
		row := sylvesterRow{sylvester: s, g: c.Temp(s.m), du: c.Temp(s.m), dz: c.Temp(s.m)}
		for i := range s.n {
			clear(row.g)
			if gv != nil {
				copy(row.g, gv[i*s.m:(i+1)*s.m])
			}
			l := 0.0
			if gl != nil {
				l = direction(c.Args().I).sign() * gl[i]
			}
			row.at(i, dp)
			if direction(c.Args().I) == inverse {
				row.implicit(l)
			}
			row.pull(row.g, l, row.dp)
			if dz == nil {
				continue
			}
			if direction(c.Args().I) == inverse {
				kernel.Scale(row.dz, row.g, -1)
			}
			kernel.Accumulate(dz[i*s.m:(i+1)*s.m], row.dz)
		}
	},
}

// A sylvester holds the rows of a call: z, tanh(S·z + b), and where the parameters are.
type sylvester struct {
	n, m, k int // rows, directions, elements of a triangle
	z, h    []float64
	p       []float64
	step    int // from the parameters of a row to those of the next: 0 for one for all
}

func newSylvester(c *autodiff.Call) sylvester {
	shape, params := c.InShape(0), c.InShape(1)
	s := sylvester{n: shape.Rows, m: shape.Cols, k: shape.Cols * (shape.Cols + 1) / 2, p: c.In(1)}
	if params.Rows > 1 {
		s.step = params.Cols
	}
	s.z, s.h = c.Temp(s.n*s.m), c.Temp(s.n*s.m)
	return s
}

// params returns R, S and b of row i.
func (s *sylvester) params(i int) (r, t, b []float64) {
	p := s.p[i*s.step : i*s.step+2*s.k+s.m]
	return p[:s.k], p[s.k : 2*s.k], p[2*s.k:]
}

// dotUpper returns Σ a[row, j]·x[j] over j from first on.
func (s *sylvester) dotUpper(a, x []float64, row, first int) (sum float64) {
	at := upperAt(s.m, row, first)
	for j := first; j < s.m; j++ {
		sum = kernel.FMA(a[at+j-first], x[j], sum)
	}
	return sum
}

// push sets h from z, and y.
func (s *sylvester) push(y []float64) {
	for i := range s.n {
		_, t, b := s.params(i)
		z := s.z[i*s.m : (i+1)*s.m]
		for j := range z {
			s.h[i*s.m+j] = s.dotUpper(t, z, j, j) + b[j]
		}
	}
	kernel.TanhOf(s.h, s.h)
	for i := range s.n {
		r, _, _ := s.params(i)
		for j := range s.m {
			y[i*s.m+j] = s.z[i*s.m+j] + s.dotUpper(r, s.h[i*s.m:(i+1)*s.m], j, j)
		}
	}
}

// invert sets z, h and the first output from y: from the last coordinate to the first, a = s·z + c, where c is known,
// is the root of a + r·s·tanh a = s·(y − what others add) + c, and z = y − what others add − r·tanh a.
func (s *sylvester) invert(c *autodiff.Call) {
	n, m, y := s.n, s.m, c.In(0)
	a, want, rest, h, ls, rs := c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n)
	for j := m - 1; j >= 0; j-- {
		for i := range n {
			r, t, b := s.params(i)
			at := i * m
			rest[i] = y[at+j] - s.dotUpper(r, s.h[at:at+m], j, j+1)
			diag := upperAt(m, j, j)
			want[i] = kernel.FMA(t[diag], rest[i], s.dotUpper(t, s.z[at:at+m], j, j+1)+b[j])
			rs[i] = float64(r[diag] * t[diag])
		}
		solve := newRoots(c, a, want, math.Inf(-1), math.Inf(1))
		for range maxIterations {
			kernel.TanhOf(h, a)
			for i, v := range h {
				ls[i] = kernel.FMA(-rs[i]*v, v, 1+rs[i])
				h[i] = kernel.FMA(rs[i], v, a[i])
			}
			kernel.Log(ls, ls)
			if solve.step(a, h, ls) {
				break
			}
		}
		kernel.TanhOf(h, a)
		for i := range n {
			r, _, _ := s.params(i)
			s.h[i*m+j] = h[i]
			s.z[i*m+j] = kernel.FMA(-r[upperAt(m, j, j)], h[i], rest[i])
		}
	}
	copy(c.Out(0), s.z)
}

// logDet sets the log-determinants, times sign.
func (s *sylvester) logDet(c *autodiff.Call, sign float64) {
	logs, l := c.Temp(len(s.h)), c.Out(1)
	for at, h := range s.h {
		r, t, _ := s.params(at / s.m)
		logs[at] = slopeOf(r, t, upperAt(s.m, at%s.m, at%s.m), h)
	}
	kernel.Log(logs, logs)
	for i := range l {
		l[i] = sign * kernel.Sum(logs[i*s.m:(i+1)*s.m])
	}
}

// slopeOf returns 1 + r·s·(1 − h²), where at is the diagonal's place.
func slopeOf(r, t []float64, at int, h float64) float64 {
	rs := float64(r[at] * t[at])
	return kernel.FMA(-rs*h, h, 1+rs)
}

// A sylvesterRow takes the gradients of one row.
type sylvesterRow struct {
	sylvester
	r, t, z, h []float64
	dp         []float64 // of the parameters, or nil
	g, du, dz  []float64
}

// at goes to row i.
func (s *sylvesterRow) at(i int, dp []float64) {
	s.r, s.t, _ = s.params(i)
	s.z, s.h = s.sylvester.z[i*s.m:(i+1)*s.m], s.sylvester.h[i*s.m:(i+1)*s.m]
	s.dp = nil
	if dp != nil {
		s.dp = dp[i*s.step : i*s.step+2*s.k+s.m]
	}
}

// pull sets dz, and adds to dp, the gradients of g·y + l·log-determinant.
func (s *sylvesterRow) pull(g []float64, l float64, dp []float64) {
	m := s.m
	copy(s.dz, g)
	for j, h := range s.h {
		diag, slope := upperAt(m, j, j), float64((1-h)*(1+h))
		rs := float64(s.r[diag] * s.t[diag])
		gl := l / slopeOf(s.r, s.t, diag, h)
		du := float64(-2 * h * rs * gl)
		for i := range j + 1 {
			du = kernel.FMA(s.r[upperAt(m, i, j)], g[i], du)
		}
		du = float64(du * slope)
		for k := j; k < m; k++ {
			s.dz[k] = kernel.FMA(s.t[upperAt(m, j, k)], du, s.dz[k])
		}
		if dp == nil {
			continue
		}
		dr, dt := dp[:s.k], dp[s.k:2*s.k]
		for i := range j + 1 {
			at := upperAt(m, i, j)
			dr[at] = kernel.FMA(g[i], h, dr[at])
		}
		for k := j; k < m; k++ {
			at := upperAt(m, j, k)
			dt[at] = kernel.FMA(du, s.z[k], dt[at])
		}
		dr[diag] = kernel.FMA(gl*slope, s.t[diag], dr[diag])
		dt[diag] = kernel.FMA(gl*slope, s.r[diag], dt[diag])
		dp[2*s.k+j] += du
	}
}

// implicit replaces g, the gradient of z, by −λ, of which pull makes those of the inverse: Jᵀ·λ = g + l·∂log-determinant/∂z, solved
// one coordinate after the other.
func (s *sylvesterRow) implicit(l float64) {
	m := s.m
	clear(s.du)
	s.pull(s.du, l, nil)
	for k := range s.g {
		s.g[k] += s.dz[k]
	}
	for k, h := range s.h {
		diag, slope := upperAt(m, k, k), float64((1-h)*(1+h))
		others := 0.0
		for i := range k {
			others = kernel.FMA(s.r[upperAt(m, i, k)], s.g[i], others)
		}
		lambda := kernel.FMA(-s.t[diag]*slope, others, s.g[k])
		for j := range k {
			lambda = kernel.FMA(-s.t[upperAt(m, j, k)], s.du[j], lambda)
		}
		s.g[k] = lambda / slopeOf(s.r, s.t, diag, h)
		s.du[k] = float64(slope * kernel.FMA(s.r[diag], s.g[k], others))
	}
	kernel.Scale(s.g, s.g, -1)
}
