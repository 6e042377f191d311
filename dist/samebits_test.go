package dist_test

import (
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Draws, their log-densities with gradients, distribution functions and entropies are the same bits on
// every machine: .ci/run compares what is logged here on several.
func TestSameBits(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(table)) {
		h := fnv.New64a()
		for _, v := range numbersOf(table[name]) {
			b := math.Float64bits(v)
			if v != v {
				b = 1 // NaNs are one
			}
			for s := range 8 {
				h.Write([]byte{byte(b >> (8 * s))})
			}
		}
		t.Logf("same bits: %s %016x", name, h.Sum64())
	}
}

func numbersOf(d dist.Distribution) []float64 {
	x := mat.NewDense(20, d.Dim(), nil)
	d.Draw(x, rand.NewPCG(7, 1))
	all := slices.Clone(x.RawMatrix().Data)
	tape := autodiff.NewTape()
	v := tape.Variable(x)
	lp := d.LogDensity(v)
	tape.Backward(lp.Sum())
	all = append(append(all, lp.Data()...), v.Grad()...)
	for i := range 5 {
		row := x.RawRowView(i)
		if c, ok := d.(dist.CDFer); ok {
			all = append(append(all, c.CDF(nil, row)...), c.Survival(nil, row)...)
			all = append(append(all, dist.LogCDF(c, nil, row)...), dist.LogSurvival(c, nil, row)...)
		}
	}
	if q, ok := d.(dist.Quantiler); ok {
		for _, p := range []float64{1e-9, 0.3, 0.999} {
			all = append(all, q.Quantile(nil, slices.Repeat([]float64{p}, d.Dim()))...)
		}
	}
	if e, ok := d.(dist.Entropyer); ok {
		all = append(all, e.Entropy())
	}
	return all
}
