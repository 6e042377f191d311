package calibration

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/special"
)

// An Importance sums up log weights log wᵢ = log p̃(xᵢ) − log q(xᵢ) of draws xᵢ
// from a proposal q for an unnormalised target p̃.
type Importance struct {
	LogZ      Estimate  // log of the mean weight: the log evidence log ∫p̃, its error by the delta method
	ESS       float64   // effective sample size (Σw)²/Σw²
	K         float64   // Pareto's k̂, the shape of the tail of the weights
	N         int       // draws
	LogWeight []float64 // log of the normalised weights, Σ exp = 1, the largest smoothed
}

// ImportanceWeights sums up log weights, of any scale: nothing leaves log space.
// A weight of −Inf is a draw outside the target's support.
//
// The tail of the weights, the largest min(N/5, 3√N), is fitted by a generalised
// Pareto distribution, whose shape k̂ says whether they can be trusted: below 0.5
// well, below min(0.7, 1 − 1/log₁₀N) usable, above not, since single draws
// decide. The largest weights of the result are replaced by quantiles of that fit,
// which lowers their variance (A. Vehtari, D. Simpson, A. Gelman, Y. Yao and J.
// Gabry, Pareto Smoothed Importance Sampling, arXiv 1507.02646; J. Zhang and M. A.
// Stephens, A New and Efficient Estimation Method for the Generalized Pareto
// Distribution, Technometrics 51, 2009). LogZ and ESS are of the weights as given.
//
// It returns an error if there are none, one is NaN or +Inf, or all are −Inf.
func ImportanceWeights(logWeights []float64) (*Importance, error) {
	n := len(logWeights)
	if n == 0 {
		return nil, fmt.Errorf("calibration: ImportanceWeights: got no weights")
	}
	for i, v := range logWeights {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("calibration: ImportanceWeights: got log weight %v at draw %d, want a number or −Inf", v, i)
		}
	}
	top := slices.Max(logWeights)
	if math.IsInf(top, -1) {
		return nil, fmt.Errorf("calibration: ImportanceWeights: all %d draws have weight 0: the proposal misses the target's support", n)
	}
	var sum, squares float64
	for _, v := range logWeights {
		w := special.Exp(v - top)
		sum += w
		squares += w * w
	}
	r := &Importance{N: n, ESS: sum * sum / squares}
	r.LogZ.Value = top + special.Log(sum/float64(n))
	r.LogZ.SE = math.NaN()
	if n > 1 {
		r.LogZ.SE = math.Sqrt(max(0, 1/r.ESS-1/float64(n)) * float64(n) / float64(n-1))
	}
	r.LogWeight, r.K = paretoSmooth(logWeights, top)
	return r, nil
}

// Reliable returns whether k̂ and the effective sample size let means under
// these weights be trusted.
func (r *Importance) Reliable() bool {
	return r.K < min(0.7, 1-1/math.Log10(float64(r.N))) && r.ESS >= 50
}

// String says how far the weights can be trusted.
func (r *Importance) String() string {
	words := "reliable"
	if !r.Reliable() {
		words = "not reliable: few draws decide"
	}
	return fmt.Sprintf("log Z = %.4f ± %.2g, effective sample size %.0f of %d (%.1f %%), Pareto k̂ %.2f: %s",
		r.LogZ.Value, r.LogZ.SE, r.ESS, r.N, 100*r.ESS/float64(r.N), r.K, words)
}

// paretoSmooth returns normalised log weights whose tail is replaced by
// quantiles of the generalised Pareto distribution fitted to it, and its shape.
func paretoSmooth(logWeights []float64, top float64) (lw []float64, k float64) {
	n := len(logWeights)
	lw = make([]float64, n)
	order := make([]int, n)
	for i, v := range logWeights {
		lw[i], order[i] = v-top, i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case lw[a] < lw[b]:
			return -1
		case lw[a] > lw[b]:
			return 1
		}
		return 0
	})
	m := int(math.Ceil(min(float64(n)/5, 3*math.Sqrt(float64(n)))))
	if tail := order[n-m:]; m >= 5 && m < n {
		cut := special.Exp(lw[order[n-m-1]])
		excess := make([]float64, m)
		for i, at := range tail {
			excess[i] = special.Exp(lw[at]) - cut
		}
		if excess[0] > 0 || excess[m/4] > 0 {
			var scale float64
			k, scale = fitPareto(excess)
			for i, at := range tail {
				p := (float64(i) + 0.5) / float64(m)
				lw[at] = min(0, special.Log(cut+paretoQuantile(p, k, scale)))
			}
		}
	}
	var sum float64
	for _, v := range lw {
		sum += special.Exp(v)
	}
	for i := range lw {
		lw[i] -= special.Log(sum)
	}
	return lw, k
}

// fitPareto returns shape and scale of the generalised Pareto distribution of
// ascending values ≥ 0 by Zhang and Stephens, the shape drawn to ½ as by ten
// observations.
func fitPareto(x []float64) (shape, scale float64) {
	n := float64(len(x))
	m := 30 + int(math.Sqrt(n))
	quarter := x[max(0, int(n/4+0.5)-1)]
	if quarter <= 0 {
		quarter = x[len(x)-1]
	}
	θ, l := make([]float64, m), make([]float64, m)
	for j := range m {
		θ[j] = 1/x[len(x)-1] + (1-math.Sqrt(float64(m)/(float64(j)+0.5)))/3/quarter
		k := meanLog1p(-θ[j], x)
		l[j] = n * (special.Log(-θ[j]/k) - k - 1)
	}
	var mean, sum float64
	for j := range m {
		var w float64 // 1/Σ exp(l − lⱼ)
		for i := range m {
			w += special.Exp(l[i] - l[j])
		}
		mean += θ[j] / w
		sum += 1 / w
	}
	mean /= sum
	shape = meanLog1p(-mean, x)
	scale = -shape / mean
	return (shape*n + 5) / (n + 10), scale
}

func meanLog1p(a float64, x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += special.Log1p(a * v)
	}
	return sum / float64(len(x))
}

func paretoQuantile(p, shape, scale float64) float64 {
	if math.Abs(shape) < 1e-12 {
		return -scale * special.Log1p(-p)
	}
	return scale * special.Expm1(-shape*special.Log1p(-p)) / shape
}
