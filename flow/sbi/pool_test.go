package sbi

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// twoLooks is a pool of pairs θ ~ N(0, 1) and two independent observations ~ N(θ, 1), whose densities are pooled, and that of the
// second once more: the truth has powers 1 and 1.
func twoLooks(pairs, draws int) *pool {
	r := rand.New(rand.NewPCG(1, 2))
	normal := func(v float64) float64 { return -v * v / 2 }
	p := &pool{each: draws + 1}
	for range pairs {
		truth := r.NormFloat64()
		x, y := truth+r.NormFloat64(), truth+r.NormFloat64()
		var before, proposed []float64
		ratios := make([][]float64, 3)
		for k := range p.each {
			θ := truth
			if k > 0 {
				θ = (x+y)/3 + r.NormFloat64()
			}
			before, proposed = append(before, normal(θ)), append(proposed, normal(θ-(x+y)/3))
			ratios[0], ratios[1], ratios[2] = append(ratios[0], normal(x-θ)), append(ratios[1], normal(y-θ)), append(ratios[2], normal(y-θ))
		}
		before[1], ratios[0][1] = math.Inf(-1), math.NaN() // a draw that does not count
		p.add(before, proposed, ratios)
	}
	return p
}

// Powers are those of the truth; a part that tells nothing new has none.
func TestPowers(t *testing.T) {
	p := twoLooks(2000, 50)
	p.add(make([]float64, 51), append([]float64{math.Inf(-1)}, make([]float64, 50)...), [][]float64{make([]float64, 51), make([]float64, 51), make([]float64, 51)})
	if p.fit(); p.pairs() != 2000 || math.Abs(p.powers[0]-1) > 0.1 || math.Abs(p.powers[1]-1) > 0.1 || p.powers[2] != 0 {
		t.Errorf("got powers %v of %d pairs, want 1, 1 and 0 of 2000", p.powers, p.pairs())
	}
	best, _, _ := p.nll(p.logs(p.powers), p.ratios[0], 0)
	if truth := math.Log(2*math.Pi/3)/2 + 0.5 - math.Log(2*math.Pi)/2; math.Abs(best-truth) > 0.05 { // densities here are without 1/√2π
		t.Errorf("got an NLL of %v, want %v", best, truth)
	}
}

// A density that tells next to nothing beside the others is left out: of two looks the one of deviation 20.
func TestThin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := &pool{each: 51}
	for range 2000 {
		truth := r.NormFloat64()
		x, vague := truth+r.NormFloat64(), truth+20*r.NormFloat64()
		before, proposed, ratios := make([]float64, p.each), make([]float64, p.each), [][]float64{make([]float64, p.each), make([]float64, p.each)}
		for k := range p.each {
			θ := truth
			if k > 0 {
				θ = x/2 + r.NormFloat64()
			}
			before[k], proposed[k] = -θ*θ/2, -(θ-x/2)*(θ-x/2)/2
			ratios[0][k], ratios[1][k] = -(vague-θ)*(vague-θ)/800, -(x-θ)*(x-θ)/2
		}
		p.add(before, proposed, ratios)
	}
	p.powers, p.cost = []float64{1, 1}, make([]float64, 2)
	p.climb(p.logs(p.powers))
	if p.powers[0] == 0 {
		t.Fatal("a look that tells something has no power before it is left out")
	}
	if p.fit(); p.powers[0] != 0 || math.Abs(p.powers[1]-1) > 0.1 {
		t.Errorf("got powers %v, want 0 and 1", p.powers)
	}
}

// Few pairs whose truth is far less likely than by the proposal do not change the powers.
func TestStrays(t *testing.T) {
	p := twoLooks(2000, 50)
	for i := range 10 {
		for k := range p.ratios {
			p.ratios[k][200*i*p.each] -= 30
		}
	}
	if p.fit(); math.Abs(p.powers[0]-1) > 0.1 || math.Abs(p.powers[1]-1) > 0.1 {
		t.Errorf("got powers %v beside ten strays, want 1 and 1", p.powers)
	}
	for i, w := range p.weights {
		if stray := i%200 == 0; stray != (w < 0.01) {
			t.Fatalf("got weight %v of pair %d, a stray: %t", w, i, stray)
		}
	}
}

// The derivatives along a power are those of differences.
func TestPoolDerivatives(t *testing.T) {
	p := twoLooks(20, 10)
	p.powers, p.cost = []float64{0.3, 0.5, 0.1}, []float64{0, 0, partCost}
	logs := p.logs(p.powers)
	const h = 1e-4
	for k := range p.powers {
		_, slope, curve := p.along(logs, k, 0.2)
		less, before, _ := p.along(logs, k, 0.2-h)
		more, after, _ := p.along(logs, k, 0.2+h)
		if got := (more - less) / (2 * h); math.Abs(got-slope) > 1e-6 {
			t.Errorf("power %d: got slope %v, want %v", k, slope, got)
		}
		if got := (after - before) / (2 * h); math.Abs(got-curve) > 1e-6 {
			t.Errorf("power %d: got curvature %v, want %v", k, curve, got)
		}
	}
}

// The parts of a likelihood make up its density, and each has a power; those of a candidate's folds the same.
func TestStack(t *testing.T) {
	s := &Simulator{Prior: dist.NewNormal(1, autodiff.Fixed(1), autodiff.Fixed(2)), Dim: 1, Run: func(theta, x []float64, r *rand.Rand) error {
		x[0] = math.Exp(theta[0] + r.NormFloat64())
		return nil
	}}
	p, r, err := Learn(context.Background(), s, &Settings{Simulations: 200, Budget: 1.2e8})
	if err != nil {
		t.Fatal(err)
	}
	rows, contexts := mat.NewDense(3, 1, []float64{-1, 0, 4}), mat.NewDense(3, 1, []float64{0, 1, 3})
	want := p.Likelihood.Given(contexts).LogProbs(nil, rows)
	for i, got := range p.stack.mixed(p.stack.logProbs(rows, contexts, nil)) {
		if math.Abs(got-want[i]) > 1e-9*(1+math.Abs(want[i])) {
			t.Errorf("row %d: got log-density %v of the parts, want %v", i, got, want[i])
		}
	}
	fold := newStack(r.Likelihood.Held[0].Model)
	powers := []float64{}
	for k := range fold.parts {
		powers = append(powers, float64(k+1))
	}
	if len(powers) < 2 {
		t.Fatalf("got %d candidates, want several\n%v", len(powers), r.Likelihood)
	}
	sum := 0.0
	for _, w := range p.stack.spread(powers, fold, len(r.Likelihood.Held)) {
		sum += w
	}
	if n := float64(len(powers)); math.Abs(sum-n*(n+1)/2) > 1e-9 {
		t.Errorf("powers of parts sum to %v, want %v", sum, n*(n+1)/2)
	}
	if n := len(p.Powers); n != 2 && n != 2+len(p.stack.parts) {
		t.Errorf("got %d powers for %d parts", n, len(p.stack.parts))
	}
	u := mat.NewDense(1, 1, []float64{0.3})
	x := mat.NewDense(1, 1, []float64{2})
	w, err := p.weighted(x, 500, rng.New(1))
	if err != nil || w.evidence.SE == 0 {
		t.Fatalf("got evidence %v (%v)", w, err)
	}
	var file bytes.Buffer
	old := *p
	if old.Powers = nil; old.Save(&file) != nil { // as in files of before
		t.Fatal("cannot save")
	}
	if _, err := Load(&file); err == nil || !strings.Contains(err.Error(), "learned again") {
		t.Errorf("a likelihood without powers: got %v, want to hear that it has to be learned again", err)
	}
	p.Powers = []float64{1, 0} // then the pool is p(θ | x)
	if got, want := p.logDensity(u, x, w.Importance)[0]+w.LogZ.Value, p.Direct.Given(x).LogProbs(nil, u)[0]; math.Abs(got-want) > 1e-9 {
		t.Errorf("got log-density %v by power 1 of p(θ | x), want %v", got, want)
	}
}
