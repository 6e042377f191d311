package anomaly_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

// bananas returns n rows of three columns: a curve with noise, and a column that depends on nothing.
func bananas(n int, seed uint64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 1))
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		a := r.NormFloat64()
		x.SetRow(i, []float64{10 * a, a*a + 0.2*r.NormFloat64(), 1000 + 5*r.NormFloat64()})
	}
	return x
}

const work = 3e9 // seconds: some 500 steps for each flow

var learned = sync.OnceValues(func() (*anomaly.Detector, error) {
	return anomaly.Learn(context.Background(), flow.Rows(bananas(1500, 1)), &anomaly.Settings{Budget: work})
})

// detector returns one that was learned from bananas.
func detector(t testing.TB) *anomaly.Detector {
	t.Helper()
	d, err := learned()
	if err != nil {
		t.Fatal(err)
	}
	return d
}
