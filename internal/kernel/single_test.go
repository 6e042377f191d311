package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// singles returns values of every kind, some of them special.
func singles(r *rand.Rand, n int) []float32 {
	special := []float32{0, float32(math.Copysign(0, -1)), math.MaxFloat32, -math.MaxFloat32, 0x1p-149, -0x1p-130, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1, -1}
	x := make([]float32, n)
	for i := range x {
		if x[i] = float32(r.NormFloat64()); r.IntN(3) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

// sameBits32 reports whether a and b have the same bits or are both NaN.
func sameBits32[T number](a, b T) bool { return bitsOf(a) == bitsOf(b) || a != a && b != b }

func TestConversions(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(51, 52))
		for _, n := range append(upTo(50), chunk+19) {
			x := portable(r, n)
			for i, v := range singles(r, n) {
				switch r.IntN(4) {
				case 0:
					x[i] = float64(v)
				case 1: // a tie between two float32, or next to one
					x[i] = math.Nextafter(float64(v)*(1+0x1p-24), float64(r.IntN(3)-1)*math.MaxFloat64)
				}
			}
			narrow, verify := guardedOf[float32](n, 3)
			Narrow(narrow, x)
			verify(t, "Narrow")
			wide, verify := guarded(n, 5)
			Widen(wide, narrow)
			verify(t, "Widen")
			sum, verify := guarded(n, 1)
			copy(sum, x)
			WidenAdd(sum, narrow)
			verify(t, "WidenAdd")
			for i, v := range x {
				if want := float32(v); !sameBits32(narrow[i], want) {
					t.Fatalf("Narrow of %d numbers: %x at %d, want %x", n, narrow[i], i, want)
				}
				if want := float64(narrow[i]); !sameBits32(wide[i], want) {
					t.Fatalf("Widen of %d numbers: %x at %d, want %x", n, wide[i], i, want)
				}
				if want := v + float64(narrow[i]); !sameBits32(sum[i], want) {
					t.Fatalf("WidenAdd of %d numbers: %x at %d, want %x", n, sum[i], i, want)
				}
			}
		}
	})
}

func TestActGrad32(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(53, 54))
		for _, n := range append(upTo(50), chunk+19) {
			dy, y := singles(r, n), singles(r, n)
			for act, of := range map[Act]func(dy, y float32) float32{
				Linear: func(dy, _ float32) float32 { return dy },
				ReLU: func(dy, y float32) float32 {
					if y > 0 {
						return dy
					}
					return 0
				},
				Tanh: func(dy, y float32) float32 { return dy * fma32(-y, y, 1) },
			} {
				dz, verify := guardedOf[float32](n, 7)
				ActGrad32(dz, dy, y, act)
				verify(t, "ActGrad32")
				for i := range dz {
					if want := of(dy[i], y[i]); !sameBits32(dz[i], want) {
						t.Fatalf("activation %d of %d numbers: %x at %d, want %x", act, n, dz[i], i, want)
					}
				}
				ActGrad32(dy, dy, y, act)
				for i := range dz {
					if !sameBits32(dy[i], dz[i]) {
						t.Fatalf("activation %d in place: %x at %d, want %x", act, dy[i], i, dz[i])
					}
				}
				dy = singles(r, n)
			}
		}
	})
}

// ReLU32 keeps NaN and −0.
func TestReLU32(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(57, 58))
		for _, n := range append(upTo(50), chunk+19) {
			x := singles(r, n)
			y, verify := guardedOf[float32](n, 7)
			ReLU32(y, x)
			verify(t, "ReLU32")
			for i, v := range x {
				want := v
				if v < 0 {
					want = 0
				}
				if !sameBits32(y[i], want) {
					t.Fatalf("%d numbers: %x at %d, want %x", n, y[i], i, want)
				}
			}
		}
	})
}

func TestAdd32(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(59, 60))
		for _, n := range append(upTo(50), chunk+19) {
			x, before := singles(r, n), singles(r, n)
			y, verify := guardedOf[float32](n, 7)
			copy(y, before)
			Add32(y, x)
			verify(t, "Add32")
			for i, v := range x {
				if want := before[i] + v; !sameBits32(y[i], want) {
					t.Fatalf("%d numbers: %x at %d, want %x", n, y[i], i, want)
				}
			}
		}
	})
}

func BenchmarkSingle(b *testing.B) {
	r := rand.New(rand.NewPCG(55, 56))
	for _, n := range []int{4096, 1 << 18} {
		x, s, d, y := normals(r, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for _, f := range []struct {
			name string
			run  func()
		}{
			{"Narrow", func() { Narrow(s, x) }},
			{"Widen", func() { Widen(x, s) }},
			{"WidenAdd", func() { WidenAdd(x, s) }},
			{"ActGrad32/relu", func() { ActGrad32(d, s, y, ReLU) }},
			{"ActGrad32/tanh", func() { ActGrad32(d, s, y, Tanh) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				for b.Loop() {
					f.run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
		}
	}
}
