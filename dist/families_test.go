package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// families are the univariate distributions, made from plain parameters: a letter
// says where each may be. One that does not exist for the parameters given is nil.
//
//	r  real    p  positive    s  between 0 and 1    n  a positive integer
var families = map[string]struct {
	params string
	build  func(v ...float64) *dist.Columns
}{
	"Bernoulli":                     {"s", of1(dist.NewBernoulli)},
	"Beta":                          {"pp", of2(dist.NewBeta)},
	"BetaBinomial":                  {"npp", of3(dist.NewBetaBinomial)},
	"Binomial":                      {"ns", of2(dist.NewBinomial)},
	"Cauchy":                        {"rp", of2(dist.NewCauchy)},
	"Chi":                           {"p", of1(dist.NewChi)},
	"ChiSquared":                    {"p", of1(dist.NewChiSquared)},
	"ExpGamma":                      {"pp", of2(dist.NewExpGamma)},
	"Exponential":                   {"p", of1(dist.NewExponential)},
	"ExponentiallyModifiedGaussian": {"rpp", of3(dist.NewExponentiallyModifiedGaussian)},
	"F":                             {"pp", of2(dist.NewF)},
	"GEV":                           {"rpr", of3(dist.NewGEV)},
	"GPD":                           {"rpr", of3(dist.NewGPD)},
	"Gamma":                         {"pp", of2(dist.NewGamma)},
	"GeneralizedNormal":             {"rpp", of3(dist.NewGeneralizedNormal)},
	"Geometric":                     {"s", of1(dist.NewGeometric)},
	"Gompertz":                      {"pp", of2(dist.NewGompertz)},
	"Gumbel":                        {"rp", of2(dist.NewGumbel)},
	"HalfCauchy":                    {"rp", of2(dist.NewHalfCauchy)},
	"HalfNormal":                    {"p", of1(dist.NewHalfNormal)},
	"HalfStudentT":                  {"prp", of3(dist.NewHalfStudentT)},
	"InverseGamma":                  {"pp", of2(dist.NewInverseGamma)},
	"InverseGaussian":               {"pp", of2(dist.NewInverseGaussian)},
	"JohnsonSU":                     {"rprp", of4(dist.NewJohnsonSU)},
	"Kumaraswamy":                   {"pp", of2(dist.NewKumaraswamy)},
	"LambertWNormal":                {"rpp", of3(dist.NewLambertWNormal)},
	"Laplace":                       {"rp", of2(dist.NewLaplace)},
	"LogLogistic":                   {"rp", of2(dist.NewLogLogistic)},
	"LogNormal":                     {"rp", of2(dist.NewLogNormal)},
	"Logistic":                      {"rp", of2(dist.NewLogistic)},
	"LogitNormal":                   {"rp", of2(dist.NewLogitNormal)},
	"Moyal":                         {"rp", of2(dist.NewMoyal)},
	"NegativeBinomial":              {"ps", of2(dist.NewNegativeBinomial)},
	"NoncentralChiSquared":          {"pp", of2(dist.NewNoncentralChiSquared)},
	"NoncentralT":                   {"prrp", of4(dist.NewNoncentralT)},
	"Normal":                        {"rp", of2(dist.NewNormal)},
	"NormalInverseGaussian": {"psrp", func(v ...float64) *dist.Columns {
		skewness := v[0] * (2*v[1] - 1)
		if !(-v[0] < skewness && skewness < v[0]) || math.IsInf(v[0]*v[3], 1) {
			return nil
		}
		return dist.NewNormalInverseGaussian(1, f(v[0]), f(skewness), f(v[2]), f(v[3]))
	}},
	"PERT": {"rpsp", func(v ...float64) *dist.Columns {
		peak, high, ok := between(v)
		if !ok {
			return nil
		}
		return dist.NewPERT(1, f(v[0]), f(peak), f(high), f(v[3]))
	}},
	"OrderStatistic": {"rp", func(v ...float64) *dist.Columns {
		return dist.NewOrderStatistic(dist.NewNormal(1, f(v[0]), f(v[1])), f(2), f(5))
	}},
	"Pareto":      {"pp", of2(dist.NewPareto)},
	"Poisson":     {"p", of1(dist.NewPoisson)},
	"Quantized":   {"rp", func(v ...float64) *dist.Columns { return dist.NewQuantized(dist.NewNormal(1, f(v[0]), f(v[1]))) }},
	"SigmoidBeta": {"pp", of2(dist.NewSigmoidBeta)},
	"SinhArcsinh": {"rprp", of4(dist.NewSinhArcsinh)},
	"SkewNormal":  {"rpr", of3(dist.NewSkewNormal)},
	"Skellam":     {"pp", of2(dist.NewSkellam)},
	"StudentT":    {"prp", of3(dist.NewStudentT)},
	"Triangular": {"rps", func(v ...float64) *dist.Columns {
		peak, high, ok := between(v)
		if !ok {
			return nil
		}
		return dist.NewTriangular(1, f(v[0]), f(high), f(peak))
	}},
	"TwoPieceNormal": {"rpp", of3(dist.NewTwoPieceNormal)},
	"Uniform": {"rp", func(v ...float64) *dist.Columns {
		if _, high, ok := between([]float64{v[0], v[1], 0.5}); ok {
			return dist.NewUniform(1, f(v[0]), f(high))
		}
		return nil
	}},
	"VonMises":     {"rp", of2(dist.NewVonMises)},
	"Weibull":      {"pp", of2(dist.NewWeibull)},
	"ZeroInflated": {"ps", func(v ...float64) *dist.Columns { return dist.NewZeroInflated(dist.NewPoisson(1, f(v[0])), f(v[1])) }},
	"Zipf": {"p", func(v ...float64) *dist.Columns {
		if 1+v[0] == 1 {
			return nil
		}
		return dist.NewZipf(1, f(1+v[0]))
	}},
}

// between returns a point of an interval and its end, given its start, its width and
// where in it the point is.
func between(v []float64) (point, end float64, ok bool) {
	point, end = v[0]+v[1]*v[2], v[0]+v[1]
	return point, end, v[0] < point && point < end
}

func of1(build func(d int, a autodiff.Value) *dist.Columns) func(v ...float64) *dist.Columns {
	return func(v ...float64) *dist.Columns { return build(1, f(v[0])) }
}

func of2(build func(d int, a, b autodiff.Value) *dist.Columns) func(v ...float64) *dist.Columns {
	return func(v ...float64) *dist.Columns { return build(1, f(v[0]), f(v[1])) }
}

func of3(build func(d int, a, b, c autodiff.Value) *dist.Columns) func(v ...float64) *dist.Columns {
	return func(v ...float64) *dist.Columns { return build(1, f(v[0]), f(v[1]), f(v[2])) }
}

func of4(build func(d int, a, b, c, e autodiff.Value) *dist.Columns) func(v ...float64) *dist.Columns {
	return func(v ...float64) *dist.Columns { return build(1, f(v[0]), f(v[1]), f(v[2]), f(v[3])) }
}

// combinations calls visit with every family and all combinations of the values for each
// letter.
func combinations(values map[byte][]float64, visit func(name string, v []float64, d *dist.Columns)) {
	for _, name := range slices.Sorted(keys(families)) {
		fam := families[name]
		v := make([]float64, len(fam.params))
		var fill func(k int)
		fill = func(k int) {
			if k < len(v) {
				for _, x := range values[fam.params[k]] {
					v[k] = x
					fill(k + 1)
				}
				return
			}
			if d := fam.build(v...); d != nil {
				visit(name, v, d)
			}
		}
		fill(0)
	}
}

func keys[K comparable, V any](m map[K]V) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// magnitudes are parameters of every size.
var magnitudes = map[byte][]float64{
	'r': {0, -1, 1e-300, 1e18, -1e300},
	'p': {5e-324, 1e-300, 1e-160, 1e-18, 1e-6, 0.3, 1, 7, 1e3, 1e8, 1e18, 1e160, 1e300},
	's': {1e-300, 1e-18, 0.3, 0.5, 1 - 0x1p-53},
	'n': {1, 10, 1e6, 1e18, 1e300},
}

// A counter fails when a source is asked for too many numbers.
type counter struct {
	src  rand.Source
	left int
}

func (c *counter) Uint64() uint64 {
	if c.left--; c.left < 0 {
		panic("too many random numbers")
	}
	return c.src.Uint64()
}

// Every draw takes a bounded number of random numbers, for parameters of every size, and
// is a number of the support.
func TestDrawsAreBounded(t *testing.T) {
	const rows, each = 4, 500
	src := &counter{src: rand.NewPCG(1, 2)}
	combinations(magnitudes, func(name string, v []float64, d *dist.Columns) {
		defer func() {
			if r := recover(); r != nil {
				t.Errorf("%s%v: drawing panics: %v", name, v, r)
			}
		}()
		src.left = rows * each
		s := d.Support()
		x := mat.NewDense(rows, 1, nil)
		d.Draw(x, src)
		for _, x := range x.RawMatrix().Data {
			if !(x >= s.Low[0] && x <= s.High[0]) {
				t.Errorf("%s%v: draws %v, outside the support from %v to %v", name, v, x, s.Low[0], s.High[0])
			}
		}
	})
}

// The draws have the distribution function that they should, for parameters small and
// large: 400 of each, whose Kolmogorov–Smirnov distance times √n exceeds 2.7 once in 10⁶
// fair trials, and the seed is fixed.
func TestDrawsAtAllSizes(t *testing.T) {
	const n = 400
	sizes := map[byte][]float64{
		'r': {0, -3}, 'p': {1e-3, 0.3, 1, 20, 1e4, 1e8, 1e18}, 's': {1e-6, 0.3, 0.9}, 'n': {1, 50, 1e6, 1e18},
	}
	src, worst, k := rand.NewPCG(3, 4), 0.0, 0
	combinations(sizes, func(name string, v []float64, d *dist.Columns) {
		if k++; testing.Short() && k%8 != 0 {
			return
		}
		every := 1
		switch name {
		case "BetaBinomial":
			every = 50 // its distribution function is a sum
			if v[0] > 1e15 {
				return // and not all k are numbers
			}
		case "NoncentralChiSquared", "NoncentralT":
			every = 50 // integrals
		case "NormalInverseGaussian":
			every = 50 // its distribution function is by quadrature
			if v[0]*v[3] > 1e20 {
				return // and loses α − |β| where that is small
			}
		}
		x := mat.NewDense(n, 1, nil)
		d.Draw(x, src)
		col := x.RawMatrix().Data
		slices.Sort(col)
		far, at := 0.0, 0.0
		for i, v := range col {
			tied := i > 0 && col[i-1] == v || i+1 < n && col[i+1] == v
			if i%every != 0 || i+1 < n && col[i+1] == v || tied && !lattice(d) || math.IsInf(v, 0) {
				continue // of the last of equal counts only, and not where float64 is too coarse
			}
			if e := math.Abs(d.CDF(nil, []float64{v})[0] - float64(i+1)/n); e > far {
				far, at = e, v
			}
		}
		if worst = max(worst, far*math.Sqrt(n)); far*math.Sqrt(n) > 2.7 {
			t.Errorf("%s%v: at %v the draws' distribution function is %v off", name, v, at, far)
		}
	})
	t.Logf("largest distance: %.2f/√n", worst)
}
