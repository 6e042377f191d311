package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/dist"
)

// undefined says for which parameters a family has no mean, and no variance either where tails are so heavy.
var undefined = map[string]func(v []float64) (mean, variance bool){
	"Cauchy":         func([]float64) (bool, bool) { return true, true },
	"HalfCauchy":     func([]float64) (bool, bool) { return false, true },
	"StudentT":       func(v []float64) (bool, bool) { return v[0] <= 1, v[0] <= 1 },
	"HalfStudentT":   func(v []float64) (bool, bool) { return false, v[0] <= 1 },
	"NoncentralT":    func(v []float64) (bool, bool) { return v[0] <= 1, v[0] <= 2 },
	"F":              func(v []float64) (bool, bool) { return false, v[1] <= 2 },
	"LambertWNormal": func(v []float64) (bool, bool) { return v[2] >= 1, v[2] >= 1 },
}

// Moments, modes and entropies of parameters from 1e-300 to 1e300 are numbers, or infinite, and end: sums over integers
// between which there are no numbers did not, and filled the memory.
func TestMomentsAtAllSizes(t *testing.T) {
	sizes := map[byte][]float64{'r': magnitudes['r'], 'p': magnitudes['p'][1:], 's': magnitudes['s'], 'n': magnitudes['n']}
	sweep(sizes, 61, func(name string, v []float64, d *dist.Columns, _ []float64) {
		switch name {
		case "NormalInverseGaussian":
			if v[1] > 0.9 || v[0] > 1e100 {
				return // α − |β| is lost, or αδ
			}
		}
		var noMean, noVariance bool
		if f := undefined[name]; f != nil {
			noMean, noVariance = f(v)
		}
		mean, variance, mode, entropy := d.Mean(nil)[0], d.Variance(nil)[0], d.Mode(nil)[0], d.Entropy()
		if math.IsNaN(mean) != noMean {
			t.Errorf("%s%v: mean %v", name, v, mean)
		}
		if math.IsNaN(variance) != noVariance || variance < 0 {
			t.Errorf("%s%v: variance %v", name, v, variance)
		}
		if math.IsNaN(mode) || math.IsNaN(entropy) {
			t.Errorf("%s%v: mode %v, entropy %v", name, v, mode, entropy)
		}
	})
}

// Counts beyond 2⁵³ have the entropies of normal distributions, or of the counts of failures.
func TestEntropyBeyondIntegers(t *testing.T) {
	normal := func(v float64) float64 { return 0.5 * math.Log(2*math.Pi*math.E*v) }
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"Poisson(1e300)", dist.NewPoisson(1, f(1e300)).Entropy(), normal(1e300)},
		{"NegativeBinomial(1e160, 1e-18)", dist.NewNegativeBinomial(1, f(1e160), f(1e-18)).Entropy(), normal(1e142)},
		{"Skellam(1e300, 1e280)", dist.NewSkellam(1, f(1e300), f(1e280)).Entropy(), normal(1e300)},
		{"Binomial(1e18, 1 - 2^-53)", dist.NewBinomial(1, f(1e18), f(1-0x1p-53)).Entropy(), dist.NewBinomial(1, f(1e18), f(0x1p-53)).Entropy()},
		{"Binomial(1e18, 2^-53)", dist.NewBinomial(1, f(1e18), f(0x1p-53)).Entropy(), dist.NewPoisson(1, f(1e18*0x1p-53)).Entropy()},
		{"ZeroInflated Poisson(1e300)", dist.NewZeroInflated(dist.NewPoisson(1, f(1e300)), f(0.5)).Entropy(), math.Ln2 + 0.5*normal(1e300)},
	} {
		if !(math.Abs(c.got-c.want) <= 1e-11*c.want) {
			t.Errorf("entropy of %s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// The mean and the variance of GEV next to the concentrations where they end, of 20 digits; beyond, the logarithm of a
// gamma function of a negative number called itself without end.
func TestMomentsOfGEV(t *testing.T) {
	gev := func(ξ float64) *dist.Columns { return dist.NewGEV(1, f(0), f(1), f(ξ)) }
	for _, c := range []struct{ got, want float64 }{
		{gev(0.89).Mean(nil)[0], 8.553580225120552088987},
		{gev(0.51).Mean(nil)[0], 1.584414292007632876952},
		{gev(-2.5).Mean(nil)[0], -0.9293403881791370204736},
		{gev(-7.25).Mean(nil)[0], -1155.243082885506928582},
		{gev(0.441).Variance(nil)[0], 28.12879660954569351884},
		{gev(0.49).Variance(nil)[0], 193.3366231275860051184},
		{gev(-2.5).Variance(nil)[0], 17.43285413235574130336},
		{gev(-7.25).Variance(nil)[0], 6368959693.971773468153},
		{gev(1e300).Mean(nil)[0], math.Inf(1)},
		{gev(1e300).Variance(nil)[0], math.Inf(1)},
	} {
		if c.got != c.want && !(math.Abs(c.got-c.want) <= 4*ulp(c.want)) {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// The mean and the variance of an exponentially modified normal variable are those of its parts, whatever their sizes.
func TestMomentsOfPartsAtAllSizes(t *testing.T) {
	for _, c := range []struct{ scale, rate, mean, variance float64 }{
		{1e-300, 1e-300, 1e300, math.Inf(1)}, {1e-200, 1e-150, 1e150, 1e300}, {1e-320, 0.5, 2, 4}, {1e150, 1e300, 1e-300, 1e300}, {3, 0.25, 4, 25},
	} {
		d := dist.NewExponentiallyModifiedGaussian(1, f(0), f(c.scale), f(c.rate))
		mean, variance := d.Mean(nil)[0], d.Variance(nil)[0]
		if !(math.Abs(mean-c.mean) <= 4*ulp(c.mean)) || variance != c.variance && !(math.Abs(variance-c.variance) <= 4*ulp(c.variance)) {
			t.Errorf("scale %v, rate %v: mean %v and variance %v, want %v and %v", c.scale, c.rate, mean, variance, c.mean, c.variance)
		}
	}
}
