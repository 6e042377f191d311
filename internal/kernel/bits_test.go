package kernel

import (
	"bytes"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/bits.txt")

// portable fills x with values that need no library function: any sign, sizes
// mostly near 1.
func portable(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = (2*r.Float64() - 1) * math.Ldexp(1, r.IntN(8)-3)
		if r.IntN(16) == 0 {
			x[i] = math.Float64frombits(r.Uint64())
		}
	}
	return x
}

// digest returns a hash of the bits of the slices, all NaN alike.
func digest(s ...[]float64) uint64 {
	h := fnv.New64a()
	for _, x := range s {
		for _, v := range x {
			b := math.Float64bits(v)
			if v != v {
				b = math.Float64bits(math.NaN())
			}
			fmt.Fprintf(h, "%016x", b)
		}
	}
	return h.Sum64()
}

// seeded returns a source of its own for every line, so that a new kernel
// changes no other's digest.
func seeded(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(41, h.Sum64()))
}

// bitLines writes a line with the digest of every kernel's results.
func bitLines(t *testing.T) []byte {
	var out bytes.Buffer
	line := func(name string, s ...[]float64) { fmt.Fprintf(&out, "%-18s %016x\n", name, digest(s...)) }
	scalar := []elementwise{map1("Sin", Sin), map1("Cos", Cos), map1("Pow", func(dst, x []float64) { Pow(dst, x, 1.7) }),
		map1("PowEach", func(dst, x []float64) { PowEach(dst, x, x) }), map1("LambertW", LambertW), map1("LambertWExp", LambertWExp),
		map1("NormalCDF", NormalCDF), map1("NormalQuantile", NormalQuantile)}
	for _, e := range slices.Concat(elementwises, scalar) {
		r, s := seeded(e.name), make([][]float64, e.slices)
		for j := range s {
			s[j] = portable(r, 501)
		}
		e.run(s)
		line(e.name, s...)
	}
	for _, cols := range []int{1, 2, 3, 7, 8, 13, 100} {
		name, rows := fmt.Sprintf("sums of %d", cols), 501/cols
		r, x := seeded(name), make([]float64, 501)
		for i := range x {
			x[i] = r.Float64() - 0.5
		}
		a, b, c := make([]float64, rows), make([]float64, rows), make([]float64, cols)
		RowSum(a, x, rows, cols)
		SquareRowSum(b, x, rows, cols)
		ColSum(c, x, rows, cols)
		line(name, a, b, c, []float64{Sum(x), Dot(x, x)})
	}
	q := spline
	for _, k := range []int{1, 3, 8} {
		name := fmt.Sprintf("spline of %d", k)
		r := seeded(name)
		q.Bins = k
		v := q.runAll(t, portable(r, 101), portable(r, 101*q.Stride()), portable(r, 101), portable(r, 101))
		line(name, v.y, v.ly, v.x, v.lx, v.dx, v.draw, v.dy, v.draw2)
	}
	q.Free = true
	r := seeded("free spline")
	v := q.runAll(t, portable(r, 101), portable(r, 101*q.Stride()), portable(r, 101), portable(r, 101))
	line("free spline of 8", v.y, v.ly, v.x, v.lx, v.dx, v.draw, v.dy, v.draw2)
	p, u, z := Philox{Key: 41}, make([]float64, 501), make([]float64, 501)
	p.Uniforms(u)
	p.Normals(z)
	line("random numbers", u, z)
	return out.Bytes()
}

// Every processor and tier gives the bits in testdata/bits.txt.
func TestBits(t *testing.T) {
	const file = "testdata/bits.txt"
	if *update {
		if err := os.WriteFile(file, bitLines(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	eachTier(t, func(t *testing.T) {
		got := bytes.Split(bitLines(t), []byte("\n"))
		for i, w := range bytes.Split(want, []byte("\n")) {
			if !bytes.Equal(got[i], w) {
				t.Errorf("got  %s\nwant %s", got[i], w)
			}
		}
	})
}
