package flow

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/special"
	"github.com/normflow/normflow/internal/train"
)

// towards is the loss log q − log p of rows x of the base, y = f(x), whose gradient goes along the path of y alone:
//
//	Σᵢ vᵢ·∂(log q(yᵢ) − log p(yᵢ))/∂yᵢ·∂yᵢ/∂θ
//
// What is left out, the gradient of log q in its own parameters, has mean 0, so that the noise of the rest is 0 where q
// = p (G. Roeder, Y. Wu and D. Duvenaud, Sticking the Landing, arXiv 1703.09194; L. Vaitl, K. Nicoli, S. Nakajima and
// P. Kessel, Path-Gradient Estimators for Continuous Normalizing Flows, arXiv 2206.09016). Weights vᵢ of 1 descend the reverse divergence KL(q‖p), which
// may leave modes of p; with cover they are p/q, which descends KL(p‖q) (G. Tucker, D. Lawson, S. Gu and C. Maddison, Doubly
// Reparameterized Gradient Estimators, arXiv 1810.04152), tempered while they are too unequal.
func towards(m *Transformed, target density, cover bool) train.Loss {
	base, chain := m.flat()
	head, tail := m.learnedPart(base, chain)
	return func(t *autodiff.Tape, x, c autodiff.Var) autodiff.Var {
		u, l := bijector.ForwardFLDJ(bijector.Given(head, c), x)
		y, fixed := bijector.ForwardFLDJ(bijector.Given(tail, c), u)
		loss := dist.LogDensityGiven(base, x, c).Sub(l).Sub(fixed).Sub(target(y, c))
		z, back := bijector.InverseILDJ(bijector.Given(head, c), u.Detach())
		path := loss.Sub(dist.LogDensityGiven(base, z, c).Add(back))
		if cover {
			path = path.Mul(temperedOp.Apply(t, autodiff.Args{}, loss.Shape(), loss))
		}
		return path.Sub(path.Detach()).Add(loss.Detach())
	}
}

// learnedPart cuts a chain behind its last map with parameters.
func (m *Transformed) learnedPart(base dist.Distribution, chain bijector.Chain) (head, tail bijector.Bijector) {
	t := autodiff.Borrow()
	defer t.Release()
	last, seen := 0, 0
	x, c := t.Zeros(1, base.Dim()), t.Zeros(1, max(m.cond, 1))
	for i, b := range chain {
		x = bijector.Given(b, c).Forward(x)
		if n := len(t.Params()); n > seen {
			last, seen = i+1, n
		}
	}
	return chain[:last:last], chain[last:]
}

// leastShare is the effective share of the rows that weights leave.
const leastShare = 0.1

// temperedOp has an input −log w of rows and the output wᵃ, scaled to a mean of 1, with the greatest a ≤ 1 at which a tenth
// of the rows count.
var temperedOp = &autodiff.Op{
	Name: "flow.Tempered",
	Forward: func(c *autodiff.Call) {
		in, out := c.In(0), c.Out(0)
		if share(out, in, 1) >= leastShare {
			return
		}
		lo, hi := 0.0, 1.0
		for range 20 {
			if a := (lo + hi) / 2; share(out, in, a) >= leastShare {
				lo = a
			} else {
				hi = a
			}
		}
		share(out, in, lo)
	},
}

// share sets out to exp(−a·in), scaled to a mean of 1, and returns which share of them counts: (Σw)²/(n·Σw²). What is not
// finite has weight 0.
func share(out, in []float64, a float64) float64 {
	least := math.Inf(1)
	for _, v := range in {
		if v-v == 0 {
			least = min(least, v)
		}
	}
	var sum, squares float64
	for i, v := range in {
		out[i] = 0
		if v-v == 0 {
			out[i] = special.Exp(a * (least - v))
		}
		sum += out[i]
		squares += float64(out[i] * out[i])
	}
	if sum == 0 {
		return 1
	}
	n := float64(len(in))
	for i := range out {
		out[i] *= n / sum
	}
	return sum * sum / squares / n
}
