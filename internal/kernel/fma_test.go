package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA rounds the exact x·y + z once. It does not know signed zeros.
func exactFMA(x, y, z float32) float32 {
	f := func(v float32) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(float64(v)) }
	v, _ := f(0).Add(f(0).Mul(f(x), f(y)), f(z)).Float32()
	return v
}

func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	// Few bits and any exponent, so that ties and subnormal results are common.
	draw := func(bits int) float32 {
		m := float64(r.IntN(1<<bits)) * float64(1-2*r.IntN(2))
		e := r.IntN(60) - 30
		if r.IntN(2) == 0 {
			e -= 100
		}
		return float32(math.Ldexp(m, e))
	}
	for range 400_000 {
		b := 1 + r.IntN(24)
		x, y, z := draw(b), draw(b), draw(24)
		if r.IntN(2) == 0 { // z where the product ends: the sum is nearly a tie
			_, e := math.Frexp(float64(x) * float64(y))
			z = float32(math.Ldexp(float64(1-2*r.IntN(2))*float64(1+r.IntN(8)), e+r.IntN(60)-30))
		}
		if got, want := fma32(x, y, z), exactFMA(x, y, z); got != want {
			t.Fatalf("fma32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range [][4]float32{
		{0x1.000002p0, 0x1.000002p0, -0x1.000004p0, 0x1p-46},
		{0x1p-100, 0x1p-100, 0x1.000002p-126, 0x1.000002p-126},
		{0x1.8p-75, 0x1p-75, 0, 0x1p-149},
		{0x1p-75, 0x1p-75, 0, 0},
		{0x1.000002p-75, 0x1p-75, 0, 0x1p-149},
		{0x1p-75, 0x1p-75, 0x1p-149, 0x1p-148},
		{math.MaxFloat32, 2, -inf, -inf}, {math.MaxFloat32, 2, -math.MaxFloat32, math.MaxFloat32}, {math.MaxFloat32, 2, 0, inf},
		{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {nan, 1, 1, nan}, {1, 1, nan, nan},
	} {
		if got := fma32(c[0], c[1], c[2]); got != c[3] && (got == got || c[3] == c[3]) {
			t.Errorf("fma32(%x, %x, %x) = %x, want %x", c[0], c[1], c[2], got, c[3])
		}
	}
	if got := fma32(-1, 0, 0); math.Signbit(float64(got)) {
		t.Errorf("fma32(-1, 0, 0) = −0, want 0")
	}
	if got := fma32(-1, 0, float32(math.Copysign(0, -1))); !math.Signbit(float64(got)) {
		t.Errorf("fma32(-1, 0, −0) = 0, want −0")
	}
}

// math.FMA is an instruction here, or package math's own steps: both are right.
func TestFMA(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	draw := func() float64 { // few bits or many, so that ties are common
		v := math.Ldexp(float64(r.Uint64()>>(11+r.IntN(53))), r.IntN(40)-20)
		return v * float64(1-2*r.IntN(2))
	}
	same := func(x, y, z float64) {
		want := math.FMA(x, y, z)
		for name, f := range map[string]func(x, y, z float64) float64{"softFMA": softFMA, "FMA": FMA} {
			if got := f(x, y, z); math.Float64bits(got) != math.Float64bits(want) && (got == got || want == want) {
				t.Fatalf("%s(%x, %x, %x) = %x, want %x", name, x, y, z, got, want)
			}
		}
	}
	for i := range 300_000 {
		x, y, z := draw(), draw(), draw()
		switch i % 4 {
		case 0: // the sum cancels, wholly or in part
			z = math.Ldexp(-x*y, r.IntN(3)-1)
		case 1: // the product and z end where the other begins
			_, e := math.Frexp(x * y)
			z = math.Ldexp(z, e+r.IntN(160)-80)
		case 2: // nearly half a unit is added to a number of few bits
			x = 1 + math.Ldexp(float64(r.IntN(1000)), -52+r.IntN(26))
			y = math.Ldexp(1+math.Ldexp(float64(r.IntN(1000)), -52+r.IntN(26)), -53-r.IntN(3))
			z = float64(1-2*r.IntN(2)) * (1 + math.Ldexp(float64(r.IntN(4)), -52))
		}
		same(x, y, z)
	}
	special := []float64{0, math.Copysign(0, -1), 1, -3, 0x1p-1074, -0x1p-1022, 0x1.8p-500, 0x1p-450, 0x1p499, -0x1.fffffffffffffp510,
		math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 0x1.0000001p-480, 0x1.fffffffffffffp-969}
	for _, x := range special {
		for _, y := range special {
			for _, z := range special {
				same(x, y, z)
			}
		}
	}
}

func BenchmarkFMA(b *testing.B) {
	x, y, z := 0.7, 1.1, 0.3
	for b.Loop() {
		for range 100 {
			z = FMA(x, z, y)
		}
	}
	if z != z {
		b.Fatal(z)
	}
}
