package flow_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/stat/distuv"
)

var (
	_ distuv.RandLogProber = (*flow.Univariate)(nil)
	_ distuv.Quantiler     = (*flow.Univariate)(nil)
)

// The exponential of a normal is gonum's LogNormal, that of its negative too, below 0 where the sign is turned.
func TestUnivariate(t *testing.T) {
	want := distuv.LogNormal{Mu: 0, Sigma: 1}
	for _, falls := range []bool{false, true} {
		maps := []bijector.Bijector{bijector.Exp{}}
		if falls {
			maps = append(maps, bijector.NewScale(autodiff.Fixed(-1)))
		}
		u, err := flow.NewUnivariate(flow.New(dist.NewStdNormal(1), maps...))
		if err != nil {
			t.Fatal(err)
		}
		for _, y := range []float64{-1, 1e-3, 0.5, 1, 3, 40} {
			cdf, survival, at := want.CDF(y), want.Survival(y), y
			if y < 0 {
				cdf, survival = 0, 1
			}
			if falls {
				cdf, survival, at = survival, cdf, -y
			}
			if got := u.CDF(at); math.Abs(got-cdf) > 1e-12 {
				t.Errorf("falls %v: CDF(%v) = %v, want %v", falls, at, got, cdf)
			}
			if got := u.Survival(at); math.Abs(got-survival) > 1e-12 {
				t.Errorf("falls %v: Survival(%v) = %v, want %v", falls, at, got, survival)
			}
			if y > 0 && math.Abs(u.Prob(at)-want.Prob(y)) > 1e-12 {
				t.Errorf("falls %v: Prob(%v) = %v, want %v", falls, at, u.Prob(at), want.Prob(y))
			}
		}
		for _, p := range []float64{1e-9, 0.1, 0.5, 0.9} {
			if got := u.CDF(u.Quantile(p)); math.Abs(got-p) > 1e-12*p+1e-15 {
				t.Errorf("falls %v: CDF(Quantile(%v)) = %v", falls, p, got)
			}
		}
		if !math.IsNaN(u.CDF(math.NaN())) || !math.IsNaN(u.Survival(math.NaN())) {
			t.Errorf("falls %v: got a number for NaN", falls)
		}
	}
	for name, m := range map[string]*flow.Transformed{
		"two columns":             flow.New(dist.NewStdNormal(2)),
		"a context":               flow.RealNVP(flow.Arch{Dim: 1, Cond: 1}, rng.New(1)),
		"a base of whole numbers": flow.New(dist.NewPoisson(1, autodiff.Fixed(3))),
	} {
		if _, err := flow.NewUnivariate(m); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// Value at risk of a flow of one column, by gonum's interfaces.
func ExampleUnivariate() {
	u, err := flow.NewUnivariate(flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Fixed(2)), bijector.Exp{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	var q distuv.Quantiler = u
	var p distuv.RandLogProber = u
	fmt.Printf("%.3f %.3f %v\n", q.Quantile(0.95), p.LogProb(1), p.Rand() > 0)
	// Output: 26.835 -1.612 true
}
