package dist_test

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/dist/disttest"
)

// randomFamily returns a family with random parameters of moderate size, and where its
// density has corners.
func randomFamily(t *testing.T, name string, r *rand.Rand) (*dist.Columns, []float64) {
	fam := families[name]
	v := make([]float64, len(fam.params))
	for k := range v {
		switch fam.params[k] {
		case 'r':
			v[k] = 2*r.Float64() - 1
		case 'p':
			v[k] = math.Exp(2.5*r.Float64() - 0.5)
		case 's':
			v[k] = 0.1 + 0.8*r.Float64()
		case 'n':
			v[k] = float64(1 + r.IntN(40))
		}
	}
	switch name { // of heavy tails, some moderate ones
	case "LogLogistic", "LogNormal", "LogitNormal":
		v[1] *= 0.1
	case "LambertWNormal":
		v[2] *= 0.05
	case "GeneralizedNormal":
		v[2] = max(v[2], 1) // the cusps of less are not integrated to the last digit
	case "SinhArcsinh":
		v[1] = min(v[1], 5) // the peaks of more, a ten thousandth of the scale wide, are too narrow for differences
	}
	t.Log(name, v)
	d := fam.build(v...)
	switch name {
	case "Laplace", "TwoPieceNormal", "Triangular", "GeneralizedNormal":
		return d, d.Mode(nil)
	}
	return d, nil
}

// Every family obeys the laws of distributions for random parameters.
func TestRandomFamilies(t *testing.T) {
	for _, name := range slices.Sorted(keys(families)) {
		seed := fnv.New64a() // of its own, whatever families there are
		seed.Write([]byte(name))
		d, corners := randomFamily(t, name, rand.New(rand.NewPCG(5, seed.Sum64())))
		t.Run(name, func(t *testing.T) { disttest.Run(t, disttest.Case{Dist: d, Draws: 4000, Corners: corners}) })
	}
}

// views are parts of what a family knows, so that one execution checks some of the laws: all of them take seconds on
// a busy machine, and ten count as hanging.
var views = []func(d *dist.Columns) dist.Distribution{
	func(d *dist.Columns) dist.Distribution { // draws, rows, gradients, normalisation
		return struct {
			dist.Distribution
			dist.Supported
			dist.Quantiler
		}{d, d, d}
	},
	func(d *dist.Columns) dist.Distribution { // moments, entropy, mode
		return struct {
			dist.Distribution
			dist.Supported
			dist.Quantiler
			dist.Moments
			dist.Entropyer
			dist.Moder
		}{d, d, d, d, d, d}
	},
	func(d *dist.Columns) dist.Distribution { // distribution function and quantiles
		return struct {
			dist.Distribution
			dist.Supported
			dist.CDFer
			dist.LogCDFer
			dist.Quantiler
			dist.TailQuantiler
		}{d, d, d, d, d, d}
	},
}

func FuzzFamilies(f *testing.F) {
	all := slices.Sorted(keys(families))
	for view := range views {
		f.Add(uint64(1), uint8(view), uint8(view))
	}
	f.Add(uint64(171), uint8('/'), uint8(14)) // a corner close to where gradients are compared
	f.Fuzz(func(t *testing.T, seed uint64, k, view uint8) {
		name := all[int(k)%len(all)]
		d, corners := randomFamily(t, name, rand.New(rand.NewPCG(seed, 1)))
		disttest.Run(t, disttest.Case{Dist: views[int(view)%len(views)](d), Draws: 500, Corners: corners})
	})
}
