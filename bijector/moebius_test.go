package bijector_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
)

// A component is the Möbius transformation z → (1 − |ω|²)/|z − ω|²·(z − ω) − ω of the paper, turned so that −1 stays in its
// place, for the ω with α = ((1 + p)² + q²)/(1 − |ω|²) and β = −2q/(1 − |ω|²), ω = p + iq.
func TestMoebiusOnTheCircle(t *testing.T) {
	r := rand.New(rng.New(3))
	soft := func(v, limit float64) float64 { return v / (1 - math.Abs(v)/limit) } // undoes the clip
	for range 200 {
		ω := cmplx.Rect(0.95*math.Sqrt(r.Float64()), 2*math.Pi*r.Float64())
		h := func(z complex128) complex128 {
			return complex((1-cmplx.Abs(ω)*cmplx.Abs(ω))/math.Pow(cmplx.Abs(z-ω), 2), 0)*(z-ω) - ω
		}
		rest := 1 - cmplx.Abs(ω)*cmplx.Abs(ω)
		α, β := math.Pow(cmplx.Abs(ω+1), 2)/rest, -2*imag(ω)/rest
		θ := math.Pi * (2*r.Float64() - 1)
		z := cmplx.Rect(1, θ)
		want := cmplx.Phase(-h(z) / h(-1))
		slope := rest / math.Pow(cmplx.Abs(z-ω), 2)
		tape := autodiff.NewTape()
		raw := tape.View(1, 3, []float64{soft(math.Log(α), math.Log(1000)), soft(β, 30), 0})
		y, ls := bijector.Moebius{Components: 1}.Forward(tape.Scalar(θ), raw)
		if d := math.Abs(y.Value() - want); !(d < 1e-12) || !(math.Abs(ls.Value()-math.Log(slope)) < 1e-12) {
			t.Errorf("ω %v at %v: got %v with log-slope %v, want %v with %v", ω, θ, y.Value(), ls.Value(), want, math.Log(slope))
		}
	}
}

// The map goes on around the circle, its slope is continuous there, and it starts near the identity.
func TestMoebiusWinds(t *testing.T) {
	m := bijector.Moebius{Components: 3, Bound: 2}
	raw := []float64{0.5, -0.3, 1, 2, -1, 0.4, 0.1, 0.2, -0.3}
	tape := autodiff.NewTape()
	at := func(x float64) (y, ls float64) {
		a, b := m.Forward(tape.Scalar(x), tape.View(1, len(raw), raw))
		return a.Value(), b.Value()
	}
	for _, x := range []float64{-2, -1.9, 0, 1.3} {
		y, ls := at(x)
		for _, turns := range []float64{-400, -4, 4, 28} {
			if y1, ls1 := at(x + turns); math.Abs(y1-turns-y) > 1e-12 || math.Abs(ls1-ls) > 1e-12 {
				t.Errorf("got %v with log-slope %v at %v from %v, want %v with %v", y1, ls1, turns, x, y+turns, ls)
			}
		}
	}
	if y, ls := at(2); y != 2 || math.Abs(ls-second(at(-2))) > 1e-12 {
		t.Errorf("got %v with log-slope %v at one end, %v at the other", y, ls, second(at(-2)))
	}
	for _, k := range []int{2, 5, 8} {
		m := bijector.Moebius{Components: k}
		start := m.Start()
		for x := -3.0; x <= 3; x += 0.25 {
			y, _ := m.Forward(tape.Scalar(x), tape.View(1, len(start), start))
			if d := math.Abs(y.Value() - x); !(d <= 2*math.Pow(0.3, float64(k))) {
				t.Errorf("%d components start with %v at %v", k, y.Value(), x)
			}
		}
	}
}

func second(_, b float64) float64 { return b }
