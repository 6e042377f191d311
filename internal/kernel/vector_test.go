package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// An elementwise is a kernel as the tests call it: s holds its slices, those it
// stores to first.
type elementwise struct {
	name   string
	slices int
	stored int
	run    func(s [][]float64)
}

func map1(name string, f func(dst, x []float64)) elementwise {
	return elementwise{name, 2, 1, func(s [][]float64) { f(s[0], s[1]) }}
}

func map2(name string, f func(dst, x, y []float64)) elementwise {
	return elementwise{name, 3, 1, func(s [][]float64) { f(s[0], s[1], s[2]) }}
}

var elementwises = []elementwise{
	map1("Exp", Exp), map1("Log", Log), map1("Log1p", Log1p), map1("Expm1", Expm1), map1("TanhOf", TanhOf),
	map1("Sigmoid", Sigmoid), map1("Softplus", Softplus), map1("LogSigmoid", LogSigmoid), map1("Sinh", Sinh), map1("Cosh", Cosh), map1("Asinh", Asinh), map1("Atan", Atan),
	map1("Atanh", Atanh), map1("LogCosh", LogCosh), map1("Log1mExp", Log1mExp), map1("Log1mSquare", Log1mSquare), map1("Sqrt", Sqrt), map1("Abs", Abs),
	map1("NormalCDF", NormalCDF), map1("NormalQuantile", NormalQuantile), map2("PowEach", PowEach), map1("Pow", func(dst, x []float64) { Pow(dst, x, 1.7) }),
	map2("Add", Add), map2("Sub", Sub), map2("Mul", Mul), map2("Div", Div), map2("MulAdd", MulAdd), map2("MulSub", MulSub), map2("DivAdd", DivAdd),
	map2("TanhGrad", TanhGrad), map2("SigmoidGrad", SigmoidGrad), map2("SoftplusGrad", SoftplusGrad), map2("LogSigmoidGrad", LogSigmoidGrad),
	map1("Accumulate", Accumulate),
	map1("AddConst", func(dst, x []float64) { AddConst(dst, x, 1.75) }),
	map1("Scale", func(dst, x []float64) { Scale(dst, x, -0.3) }),
	map1("Axpy", func(dst, x []float64) { Axpy(dst, x, 0.7) }),
	map1("LeakyReLU", func(dst, x []float64) { LeakyReLU(dst, x, 0.1) }),
	map1("ReLU", func(dst, x []float64) { LeakyReLU(dst, x, 0) }),
	map1("Polynomial", func(dst, x []float64) { Polynomial(dst, x, []float64{1, -0.5, 0.25, 3, 0.1, -0.7}) }),
	map1("Clamp", func(dst, x []float64) { Clamp(dst, x, -1, 0.5) }),
	map1("ClampZero", func(dst, x []float64) { Clamp(dst, x, 0, 1) }),
	map2("ClampGrad", func(dx, dy, x []float64) { ClampGrad(dx, dy, x, -1, 0.5) }),
	map2("LeakyReLUGrad", func(dx, dy, x []float64) { LeakyReLUGrad(dx, dy, x, 0.1) }),
	map2("ActGrad/ReLU", func(dz, dy, y []float64) { ActGrad(dz, dy, y, ReLU) }),
	map2("ActGrad/Tanh", func(dz, dy, y []float64) { ActGrad(dz, dy, y, Tanh) }),
	{"Select", 4, 1, func(s [][]float64) { Select(s[0], s[1], s[2], s[3]) }},
	{"LogSums", 3, 2, func(s [][]float64) { LogSums(s[0], s[1], s[2]) }},
	{"SoftClip", 3, 2, func(s [][]float64) { SoftClip(s[0], s[1], s[2], 6.9) }},
	{"Affine", 5, 2, func(s [][]float64) { Affine(s[0], s[1], s[2], s[3], s[4]) }},
	{"AffineInverse", 5, 2, func(s [][]float64) { AffineInverse(s[0], s[1], s[2], s[3], s[4]) }},
	{"TukeyStep", 6, 3, func(s [][]float64) { TukeyStep(s[0], s[1], s[2], s[3], s[4], s[5]) }},
	{"TukeyStart", 6, 3, func(s [][]float64) { TukeyStart(s[0], s[1], s[2], s[3], s[4], s[5]) }},
	{"AffineGrad", 6, 3, func(s [][]float64) { AffineGrad(s[0], s[1], s[2], s[3], s[4], s[5]) }},
	{"AffineInverseGrad", 6, 3, func(s [][]float64) { AffineInverseGrad(s[0], s[1], s[2], s[3], s[4], s[5]) }},
	{"Adam", 4, 3, func(s [][]float64) { Adam(s[0], s[3], s[1], s[2], 1e-3, 0.9, 0.999, 1e-8, 0.01, 0.19, 0.002) }},
}

var oddities = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 5e-324, -5e-324, 0x1p-1022, 0x1p-1060, -0x1p-1022, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, -math.MaxFloat64,
	709.782712893384, 709.7827128933841, 709.44, -745.1332191019411, -745.1332191019412, -708.4, -746, -747, 710, 711, 0x1p1023, 20, -20, 19.0615, -40, -37.43, 0x1p-54, -0x1p-53, 0x1.6a09e667f3bccp-1, 0x1.6a09e667f3bcdp-1, 0x1.fffffffffffffp-1,
}

// mixed fills x with values of many sizes and, one in four, oddities.
func mixed(r *rand.Rand, x []float64) {
	for i := range x {
		switch r.IntN(8) {
		case 0, 1:
			x[i] = oddities[r.IntN(len(oddities))]
		case 2:
			x[i] = math.Ldexp(r.NormFloat64(), r.IntN(2000)-1000)
		case 3:
			x[i] = 300 * r.NormFloat64()
		default:
			x[i] = r.NormFloat64()
		}
	}
}

// runGuarded runs e on copies of in at the given shift and returns what it stored.
func (e elementwise) runGuarded(t *testing.T, in [][]float64, shift int) [][]float64 {
	s := make([][]float64, e.slices)
	for j := range s {
		var verify func(*testing.T, string)
		s[j], verify = guarded(len(in[j]), (shift+3*j)%8)
		defer verify(t, e.name)
		copy(s[j], in[j])
	}
	e.run(s)
	return s
}

func TestElementwiseTiersAgree(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, e := range elementwises {
			for n := range 3*8 + 2 {
				for shift := range 2 {
					in := make([][]float64, e.slices)
					for j := range in {
						in[j] = make([]float64, n)
						mixed(r, in[j])
					}
					var want [][]float64
					inTier(generic, func() { want = e.runGuarded(t, in, shift) })
					got := e.runGuarded(t, in, shift)
					for j := range want {
						for i, w := range want[j] {
							if !same(got[j][i], w) {
								var args []float64
								for _, v := range in {
									args = append(args, v[i])
								}
								t.Fatalf("%s, element %d of %d: %g (%x), want %g (%x); arguments %g", e.name, i, n, got[j][i], math.Float64bits(got[j][i]), w, math.Float64bits(w), args)
							}
						}
					}
				}
			}
		}
	})
}

// The destination may be one of the arguments.
func TestElementwiseInPlace(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(17, 18))
		for _, e := range elementwises {
			for j := e.stored; j < e.slices; j++ {
				run := func(seed uint64) []float64 {
					r := rand.New(rand.NewPCG(seed, 1))
					s := make([][]float64, e.slices)
					for k := range s {
						s[k] = normals(r, 21)
					}
					s[0] = s[j]
					e.run(s)
					return s[0]
				}
				var want []float64
				seed := r.Uint64()
				inTier(generic, func() { want = run(seed) })
				sameAll(t, e.name+" in place", run(seed), want)
			}
		}
	})
}

// The tiers agree on many random values, in place, and over chunks.
func TestTranscendentalTiersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	x := make([]float64, 2*chunk+77)
	mixed(r, x)
	for _, e := range elementwises[:16] {
		want := make([]float64, len(x))
		inTier(generic, func() { e.run([][]float64{want, x}) })
		eachTier(t, func(t *testing.T) {
			got := append([]float64(nil), x...)
			e.run([][]float64{got, got})
			for i, w := range want {
				if !same(got[i], w) {
					t.Fatalf("%s(%g) = %x, want %x", e.name, x[i], got[i], w)
				}
			}
		})
	}
}

func TestElementwiseAllocatesNothing(t *testing.T) {
	x, y := []float64{1, 2, 3}, make([]float64, 3)
	if n := testing.AllocsPerRun(10, func() { Exp(y, x); Softplus(y, x); Axpy(y, x, 2) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkElementwise(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, e := range elementwises {
		for _, n := range []int{4096, 64, 2} {
			b.Run(fmt.Sprintf("%s/%d", e.name, n), func(b *testing.B) {
				s := make([][]float64, e.slices)
				for j := range s {
					s[j] = normals(r, n)
					Abs(s[j], s[j])
				}
				for b.Loop() {
					e.run(s)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
		}
	}
}
