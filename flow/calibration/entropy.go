package calibration

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
)

// Entropy returns the differential entropy −E log p(X) in nats: exact if d is a
// [dist.Entropyer], else the mean over draws of d, at the cost of drawing and
// scoring them.
//
// It panics if draws are needed and fewer than two.
func Entropy(d dist.Distribution, draws int, src rand.Source) Estimate {
	need.One("calibration: Entropy", "distribution", d)
	if e, ok := as[dist.Entropyer](d); ok {
		if h := e.Entropy(); !math.IsNaN(h) {
			return Estimate{Value: h}
		}
	}
	checkDraws("Entropy", draws, 2)
	e := meanOf(logProbs(d, draw(d, draws, src)))
	return Estimate{-e.Value, e.SE}
}

// KL returns the divergence E log p(X)/q(X) of Kullback and Leibler in nats, X
// drawn from p: +Inf if a draw is outside the support of q. The standard error is
// that of the mean and says nothing of mass of p that no draw met.
//
// It panics if p and q differ in their columns or draws are fewer than two.
func KL(p, q dist.Distribution, draws int, src rand.Source) Estimate {
	need.One("calibration: KL", "distribution", p)
	need.One("calibration: KL", "distribution", q)
	checkDraws("KL", draws, 2)
	x := draw(p, draws, src)
	lp, lq := logProbs(p, x), logProbs(q, x)
	for i := range lp {
		lp[i] -= lq[i]
	}
	return meanOf(lp)
}
