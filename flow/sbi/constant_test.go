package sbi_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
)

// A number that all simulations have alike tells nothing of θ, and an observation with another one is said to be impossible.
func TestConstantColumn(t *testing.T) {
	s := &sbi.Simulator{Prior: dist.NewStdNormal(1), Dim: 2, Run: func(theta, x []float64, r *rand.Rand) error {
		x[0], x[1] = 7, theta[0]+r.NormFloat64()
		return nil
	}}
	for _, direct := range []bool{false, true} {
		p, _ := mustLearn(t, s, &sbi.Settings{Simulations: 200, Budget: little / 10, Direct: direct})
		var b bytes.Buffer
		if err := p.Save(&b); err != nil {
			t.Fatal(err)
		}
		p, err := sbi.Load(&b)
		if err != nil {
			t.Fatal(err)
		}
		const want = "column 0 of the observation is 8 where all simulations have 7"
		o := mustSample(t, p, mat.NewDense(2, 2, []float64{7, 1, 8, 1}), 20).Observations
		if strings.Contains(o[0].Warning, "column") || !strings.Contains(o[1].Warning, want) {
			t.Errorf("direct %v: got warnings %q and %q, want the second to say %q", direct, o[0].Warning, o[1].Warning, want)
		}
	}
}
