package kernel

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

var spline = RQS{Bins: 8, Bound: 5, MinSize: 1e-3, MinSlope: 1e-3}

func scaled(r *rand.Rand, n int, scale float64) []float64 {
	x := normals(r, n)
	Scale(x, x, scale)
	return x
}

// forward1 and inverse1 map one value.
func (q RQS) forward1(x float64, raw []float64) (y, ls float64) {
	var b [2]float64
	q.Forward(b[:1], b[1:], []float64{x}, raw, 1)
	return b[0], b[1]
}

func (q RQS) inverse1(y float64, raw []float64) (x, ls float64) {
	var b [2]float64
	q.Inverse(b[:1], b[1:], []float64{y}, raw, 1)
	return b[0], b[1]
}

func TestRQSCheck(t *testing.T) {
	if err := spline.Check(); err != nil {
		t.Error(err)
	}
	for _, q := range []RQS{{0, 5, 1e-3, 1e-3, false}, {129, 5, 1e-3, 1e-3, false}, {8, 0, 1e-3, 1e-3, false}, {8, math.NaN(), 1e-3, 1e-3, true}, {8, 5, 0, 1e-3, true}, {8, 5, 0.125, 1e-3, true}, {8, 5, 1e-3, 0, true}, {8, 5, 1e-3, 1, true}} {
		if q.Check() == nil {
			t.Errorf("%+v passes Check", q)
		}
	}
}

func TestRQSZeroIsIdentity(t *testing.T) {
	for _, k := range []int{1, 2, 3, 8, 17, -1, -2, -8} {
		q := spline
		q.Bins, q.Free = max(k, -k), k < 0
		raw := make([]float64, q.Stride())
		for x := -6.0; x <= 6; x += 0.0625 {
			y, ls := q.forward1(x, raw)
			if math.Abs(y-x) > 4e-15 || math.Abs(ls) > 4e-15 {
				t.Errorf("%d bins, free if negative: f(%g) = %g, log-slope %g, want the identity", k, x, y, ls)
			}
		}
	}
}

// check verifies the laws of q at x: finite, inside stays inside, round trip.
func checkRQS(t *testing.T, q RQS, raw []float64, x float64) {
	t.Helper()
	y, ls := q.forward1(x, raw)
	if math.IsNaN(y) || math.IsInf(y, 0) || math.IsNaN(ls) || math.IsInf(ls, 0) {
		t.Fatalf("f(%g) = %g, log-slope %g; raw %g", x, y, ls, raw)
	}
	if outside(x, q.Bound) != outside(y, q.Bound) && math.Abs(y) != q.Bound {
		t.Fatalf("f(%g) = %g crosses the bound; raw %g", x, y, raw)
	}
	if math.Abs(y) == math.MaxFloat64 {
		checkRQSGrad(t, q, raw, x)
		return // f does not reach further
	}
	z, li := q.inverse1(y, raw)
	// y is known to an ulp of the bound; the map back stretches that by 1/f′, and
	// close to a knot by the steepest slope beside it.
	size := q.Bound
	if q.Free {
		size = max(size, math.Abs(x), math.Abs(y))
	}
	stretch := max(1, math.Exp(-ls), math.Exp(li))
	if e := math.Abs(z - x); !(e <= 64*0x1p-52*size*stretch) {
		t.Fatalf("f⁻¹(f(%g)) = %g, off by %g; log-slope %g, raw %g", x, z, e, ls, raw)
	}
	above, _ := q.forward1(math.Nextafter(x, math.Inf(1))+1e-9*math.Abs(x), raw)
	if above < y-8*0x1p-52*size {
		t.Fatalf("f falls from %g to %g after %g; raw %g", y, above, x, raw)
	}
	checkRQSGrad(t, q, raw, x)
}

// checkRQSGrad verifies that gradients are finite.
func checkRQSGrad(t *testing.T, q RQS, raw []float64, x float64) {
	t.Helper()
	d, draw := make([]float64, 1), make([]float64, len(raw))
	one := []float64{1}
	q.ForwardGrad(d, draw, one, one, []float64{x}, raw, 1)
	q.InverseGrad(d, draw, one, one, []float64{x}, raw, 1)
	for i, g := range append(draw, d[0]) {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			t.Fatalf("gradient %d at %g is %g; raw %g", i, x, g, raw)
		}
	}
}

func TestRQSLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range []int{1, 2, 5, 8, 32, -1, -2, -5, -8} {
		q := spline
		q.Bins, q.Free = max(k, -k), k < 0
		k = q.Bins
		for _, scale := range []float64{0.1, 1, 10, 1e3, 1e300} {
			for range 60 {
				raw := scaled(r, q.Stride(), scale)
				var e knots
				c := q.consts()
				e.fill(&c, raw)
				xs := append(scaled(r, 4, 2), 5, -5, 0, 1e308, -1e308, 4.999999999999999, -4.999999999999999, 5.000000000000001, 1e-320)
				for _, x := range append(xs, e.width.at[:k]...) {
					checkRQS(t, q, raw, x)
				}
			}
		}
	}
}

func TestRQSNaNStays(t *testing.T) {
	for _, free := range []bool{false, true} {
		spline := spline
		spline.Free = free
		checkNaNStays(t, spline)
	}
}

func checkNaNStays(t *testing.T, spline RQS) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	n := 11
	x, raw := scaled(r, n, 2), scaled(r, n*spline.Stride(), 1)
	x[4] = math.NaN()
	raw[7*spline.Stride()+3] = math.NaN()
	x[7] = 0.5
	y, ls := make([]float64, n), make([]float64, n)
	for name, f := range map[string]func(y, ls, x, raw []float64, n int){"forward": spline.Forward, "inverse": spline.Inverse} {
		f(y, ls, x, raw, n)
		for i := range x {
			want := i == 4 || i == 7
			if math.IsNaN(y[i]) != want || math.IsNaN(ls[i]) != want {
				t.Errorf("%s: element %d is %g, %g", name, i, y[i], ls[i])
			}
		}
	}
}

func TestRQSGradAgainstDifferences(t *testing.T) {
	checkDifferences(t, spline)
	checkDifferences(t, RQS{Bins: 3, Bound: 2, MinSize: 1e-3, MinSlope: 1e-3, Free: true})
}

func checkDifferences(t *testing.T, q RQS) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	dir := []struct {
		name string
		f    func(y, ls, x, raw []float64, n int)
		grad func(dx, draw, dy, dls, x, raw []float64, n int)
	}{{"forward", q.Forward, q.ForwardGrad}, {"inverse", q.Inverse, q.InverseGrad}}
	for range 200 {
		for _, d := range dir {
			x, raw := scaled(r, 1, 2), scaled(r, q.Stride(), 1)
			g := scaled(r, 2, 1)
			loss := func() float64 {
				var y, ls [1]float64
				d.f(y[:], ls[:], x, raw, 1)
				return g[0]*y[0] + g[1]*ls[0]
			}
			at := []float64{x[0]}
			if d.name == "inverse" {
				q.Inverse(at, make([]float64, 1), x, raw, 1)
			}
			dx, draw := make([]float64, 1), make([]float64, len(raw))
			d.grad(dx, draw, g[:1], g[1:], at, raw, 1)
			check := func(v *float64, got float64, what string) {
				// Fourth-order differences; the second derivative jumps at knots, hence the tolerance.
				const h = 1e-4
				at := func(s float64) float64 { old := *v; *v += s * h; l := loss(); *v = old; return l }
				want := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
				if math.Abs(got-want) > 2e-3*(1+math.Abs(want)) {
					t.Errorf("%s: gradient of %s = %g, differences %g", d.name, what, got, want)
				}
			}
			check(&x[0], dx[0], "x")
			for j := range raw {
				check(&raw[j], draw[j], "raw")
			}
		}
	}
}

func FuzzRQS(f *testing.F) {
	f.Add(uint8(8), 0.5, []byte("some raw numbers to begin with, any will do"))
	f.Add(uint8(131), 7.5, []byte("numbers for a spline with free slopes at its ends"))
	f.Add(uint8(3), -5.0, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0x7f, 1, 2, 3})
	f.Fuzz(func(t *testing.T, bins uint8, x float64, b []byte) {
		q := spline
		q.Bins, q.Free = int(bins)%32+1, bins >= 128
		raw := make([]float64, q.Stride())
		for i := range raw {
			if len(b) >= 8 {
				raw[i] = math.Float64frombits(binary.LittleEndian.Uint64(b))
				b = b[8:]
			}
			if math.IsNaN(raw[i]) || math.IsInf(raw[i], 0) {
				raw[i] = float64(i)
			}
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return
		}
		checkRQS(t, q, raw, x)
		checkRQS(t, q, raw, math.Mod(x, q.Bound))
	})
}

// At the limits of Check everything stays finite.
func TestRQSLimits(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, bound := range []float64{0x1p-500, 1, 0x1p500} {
		for _, least := range []float64{0x1p-30, 0.01} {
			for _, scale := range []float64{1, 1e3, 1e300} {
				q := RQS{Bins: 8, Bound: bound, MinSize: least, MinSlope: least, Free: scale != 1e3}
				n := 64
				in, raw, g := make([]float64, n), scaled(r, n*q.Stride(), scale), normals(r, n)
				for i := range in {
					in[i] = bound * (2.1*r.Float64() - 1.05)
				}
				v := q.runAll(t, in, raw, g, g)
				for _, s := range [][]float64{v.y, v.ly, v.x, v.lx, v.dx, v.draw, v.dy, v.draw2} {
					for i, x := range s {
						if math.IsNaN(x) || math.IsInf(x, 0) {
							t.Fatalf("%+v, scale %g: %g at %d", q, scale, x, i)
						}
					}
				}
			}
		}
	}
}
