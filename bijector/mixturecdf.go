package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// MixtureCDF is the univariate of Flow++ and of Gaussianization flows, a mixture's distribution function that
// a component's quantile function takes back to the line. With F of the standard normal or logistic distribution,
//
//	g(x) = F⁻¹(Σₖ wₖ·F(sₖ·x + bₖ)),  k = 1 … K
//
// Its raw parameters are K shifts b, K numbers of which Scale makes log s, as [Affine] does (within ±200), and K of which a softmax
// makes the weights, unless they are Equal. It maps ℝ onto ℝ, far out in straight lines, computed by logarithms of tails where probabilities
// leave the float64 numbers. Zeros are the identity where they make all s = 1; there
// all components are alike, and training keeps them so, which is why constructors take those of Start.
//
// Forward costs O(K). Inverse looks between bounds that the components give until rounding hides the rest, in about six evaluations;
// its gradients are those of the implicit function. An [Inverted] one has fast densities.
//
// Jonathan Ho, Xi Chen, Aravind Srinivas, Yan Duan, Pieter Abbeel, Flow++, 2019, arXiv:1902.00275; Chenlin Meng, Yang
// Song, Jiaming Song, Stefano Ermon, Gaussianization Flows, 2020, arXiv:2003.01941.
type MixtureCDF struct {
	Components int // 0 is 8
	Logistic   bool
	Equal      bool
	Scale      ScaleMap
	// Shrink, at most ½, makes of the probabilities p below F⁻¹ ½ + (1 − Shrink)·(p − ½), which the Python library
	// zuko does by 1e−6: the range is then bounded, and what is beyond it counts as its ends. 0, for normal
	// distributions alone unless it is 0.
	Shrink float64
}

func (m MixtureCDF) args() autodiff.Args {
	a := autodiff.Args{I: m.Components, J: m.Scale.index() << 3, A: m.Shrink}
	if a.I == 0 {
		a.I = 8
	}
	if m.Logistic {
		a.J |= logisticMixture
	}
	if m.Equal {
		a.J |= equalMixture
	}
	return a
}

// Bits of Args.J besides the direction; the scale map stands above them.
const (
	logisticMixture = 2
	equalMixture    = 4
)

// Restore checks the fields.
func (m MixtureCDF) Restore() error {
	if m.Components < 0 {
		return fmt.Errorf("bijector: MixtureCDF: got %d components, want a positive number, or 0 for 8", m.Components)
	}
	if !(m.Shrink >= 0 && m.Shrink <= 0.5) || m.Shrink > 0 && (m.Shrink < 1e-200 || m.Logistic) {
		return fmt.Errorf("bijector: MixtureCDF: got Shrink %v, logistic %v, want 0, or 1e-200 to ½ for normal distributions", m.Shrink, m.Logistic)
	}
	return (Affine{Scale: m.Scale}).Restore()
}

// Params returns 3·Components, or 2·Components if the weights are equal.
func (m MixtureCDF) Params() int { return mixtureOf(m.args()).sizes().raw }

// Forward returns g(x) and log g′(x).
func (m MixtureCDF) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns g⁻¹(y) and the logarithm of its slope.
func (m MixtureCDF) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m MixtureCDF) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("MixtureCDF", m.Params(), x, raw)
	return applyCurve(mixtureOp, m.args(), x, raw, dir)
}

var mixtureOp = newCurve("MixtureCDF", mixtureOf)

// Start returns raw parameters near the identity from which training tells the components apart: shifts spread over
// ±1, weights alike, scales that keep the variance.
func (m MixtureCDF) Start() []float64 {
	raw := make([]float64, m.Params())
	k := m.args().I
	variance := 1.0 // of F
	if m.Logistic {
		variance = math.Pi * math.Pi / 3
	}
	spread := (1 - 1/float64(k*k)) / 3
	a := 0.5 * special.Log(variance/(variance-spread))
	for j := range k {
		raw[j] = (2*float64(j)+1)/float64(k) - 1
		switch m.Scale {
		case SoftClipScale:
			raw[k+j] = a / (1 - a/softClip)
		case Exponential:
			raw[k+j] = a
		}
	}
	return raw
}
