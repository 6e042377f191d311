package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// rowDistributions are made from the parameters that testdata/rows.py has for them.
var rowDistributions = map[string]func(p []float64) dist.Distribution{
	"VonMisesFisher": func(p []float64) dist.Distribution { return dist.NewVonMisesFisher(f(p[1:]...), f(p[0])) },
	"RelaxedCategorical": func(p []float64) dist.Distribution {
		return dist.NewRelaxedCategorical(f(p[0]), dist.FixedWeights(p[1:]...))
	},
	"LKJCholesky": func(p []float64) dist.Distribution { return dist.NewLKJCholesky(int(p[1]), f(p[0])) },
	"WishartCholesky": func(p []float64) dist.Distribution {
		n := int(math.Sqrt(float64(len(p) - 1)))
		return dist.NewWishartCholesky(f(p[0]), autodiff.NewParam(n, n, p[1:]))
	},
	"Histogram": func(p []float64) dist.Distribution {
		return dist.NewHistogram(p[:4], dist.FixedWeights(p[4:]...))
	},
}

// Distributions of rows against values of 60 digits and more, to 10⁻¹⁰ relative, log-densities
// and entropies absolute where they are below 1.
func TestRowValues(t *testing.T) {
	worst, at := 0.0, ""
	for _, r := range references(t, "rows.txt") {
		got, scale := evaluateRow(t, rowDistributions[r.name](r.params), r), math.Abs(r.want)
		if r.quantity == "lp" || r.quantity == "entropy" {
			scale = max(scale, 1)
		}
		e := math.Abs(got-r.want) / scale
		if got == r.want {
			e = 0
		}
		if !(e <= 1e-10) {
			t.Errorf("%s%v: %s%v: got %v, want %v: %.2g off", r.name, r.params, r.quantity, r.args, got, r.want, e)
		}
		if e > worst {
			worst, at = e, r.name+" "+r.quantity
		}
	}
	t.Logf("largest error: %.2g of %s", worst, at)
}

func evaluateRow(t *testing.T, d dist.Distribution, r reference) float64 {
	switch r.quantity {
	case "lp":
		return dist.LogProb(d, r.args)
	case "entropy":
		return d.(dist.Entropyer).Entropy()
	case "length":
		return d.(*dist.VonMisesFisher).MeanLength()
	case "variance":
		return d.(dist.Moments).Variance(nil)[int(r.args[0])]
	case "mean":
		return d.(dist.Moments).Mean(nil)[0]
	case "cdf":
		return d.(dist.CDFer).CDF(nil, r.args)[0]
	}
	t.Fatalf("unknown quantity %q", r.quantity)
	return 0
}
