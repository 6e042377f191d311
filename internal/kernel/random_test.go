package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// The vectors of Random123's tests.
func TestPhiloxKnownAnswers(t *testing.T) {
	for _, c := range []struct{ low, high, key, x, y uint64 }{
		{0, 0, 0, 0xe169c58d_6627e8d5, 0x9b00dbd8_bc57ac4c},
		{math.MaxUint64, math.MaxUint64, math.MaxUint64, 0x41c83b0e_408f276d, 0x6d5451fd_a20bc7c6},
		{0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822, 0x94fdcceb_d16cfe09, 0x24126ea1_5001e420},
	} {
		k := keysOf(c.key)
		if x, y := k.block(c.low, c.high); x != c.x || y != c.y {
			t.Errorf("block(%x, %x) with key %x = %x, %x, want %x, %x", c.low, c.high, c.key, x, y, c.x, c.y)
		}
		eachTier(t, func(t *testing.T) {
			p := Philox{Key: c.key, Stream: c.high, Next: c.low}
			got := make([]float64, 16)
			p.Uniforms(got)
			if got[0] != unit(c.x) || got[8] != unit(c.y) {
				t.Errorf("got %v and %v, want those of %x and %x", got[0], got[8], c.x, c.y)
			}
		})
	}
}

// Every tier gives the definition's bits, and writes nothing else.
func TestRandomTiersAgree(t *testing.T) {
	for name, fill := range map[string]func(p *Philox, dst []float64){"Uniforms": (*Philox).Uniforms, "Normals": (*Philox).Normals} {
		eachTier(t, func(t *testing.T) {
			for _, n := range append(upTo(50), chunk-1, chunk, chunk+1, 3*chunk+5) {
				// the counter's halves carry over within these
				p := Philox{Key: 0x0123456789abcdef, Stream: 1 << 40, Next: 1<<32 - 16}
				q := p
				want := make([]float64, n)
				inTier(generic, func() { fill(&p, want) })
				got, verify := guarded(n, n%3)
				fill(&q, got)
				what := fmt.Sprintf("%s of %d", name, n)
				verify(t, what)
				if !slices.Equal(got, want) || q != p {
					t.Errorf("%s: differs from the generic tier", what)
				}
			}
		})
	}
}

// Pieces of whole groups are the same as all at once.
func TestRandomPieces(t *testing.T) {
	p := Philox{Key: 5}
	q, all, pieces := p, make([]float64, 320), make([]float64, 320)
	p.Normals(all)
	for i := 0; i < 320; i += 64 {
		q.Normals(pieces[i : i+64])
	}
	if !slices.Equal(all, pieces) || p != q {
		t.Error("pieces differ from the whole")
	}
}

func TestRandomAllocatesNothing(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		x, p := make([]float64, 100), Philox{}
		if n := testing.AllocsPerRun(10, func() { p.Normals(x); p.Uniforms(x) }); n > 0 {
			t.Errorf("%v allocations, want 0", n)
		}
	})
}

// The extremes of the 64 bits that the radius comes from, and of the angle.
func TestNormalPairExtremes(t *testing.T) {
	most, b := normalPair(0, 1<<51)
	if want := math.Sqrt(128 * math.Ln2); math.Abs(most-want) > 1e-14 || math.Abs(b) > 4e-15 {
		t.Errorf("got %v, %v, want %v, 0", most, b, want)
	}
	if a, b := normalPair(math.MaxUint64, 12345); math.Abs(a)+math.Abs(b) > 1e-300 {
		t.Errorf("got %v, %v, want 0, 0", a, b)
	}
	if a, _ := normalPair(math.MaxUint64-1<<11, 1<<51); math.Abs(a-0x1p-26) > 0x1p-70 {
		t.Errorf("got %v, want %v", a, 0x1p-26)
	}
	for q, sign := range [][2]float64{{1, 1}, {-1, 1}, {1, 1}, {1, -1}} {
		a, b := normalPair(1<<62, uint64(q)<<62|1<<51|1<<50) // a quarter's middle and ½·45°
		if q >= 2 {
			a, b = b, a
		}
		r, φ := math.Sqrt(-2*math.Log(0.25)), math.Pi/8
		if math.Abs(a-sign[0]*r*math.Cos(φ)) > 1e-15 && q < 2 || math.Abs(b-r*math.Sin(φ)) > 1e-15 {
			t.Errorf("quarter %d: got %v, %v", q, a, b)
		}
	}
}

func BenchmarkRandom(b *testing.B) {
	x := make([]float64, 4096)
	for name, fill := range map[string]func(p *Philox, dst []float64){"Uniforms": (*Philox).Uniforms, "Normals": (*Philox).Normals} {
		for v := generic; v <= supported(); v++ {
			b.Run(fmt.Sprintf("%s/%v", name, v), func(b *testing.B) {
				var p Philox
				b.SetBytes(8 * int64(len(x)))
				inTier(v, func() {
					for b.Loop() {
						fill(&p, x)
					}
				})
			})
		}
	}
}
