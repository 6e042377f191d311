package anomaly

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// The tail of numbers whose distribution is known is −log of the share above, in the body and beyond all of them.
func TestTailOfKnownNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, of := range map[string]struct {
		draw  func() float64
		score func(level float64) float64 // exceeded with probability e^(−level)
	}{
		"exponential": {r.ExpFloat64, func(l float64) float64 { return l }},
		"Pareto":      {func() float64 { return math.Exp(0.4 * r.ExpFloat64()) }, func(l float64) float64 { return math.Exp(0.4 * l) }},
	} {
		s := make([]float64, 20000)
		for i := range s {
			s[i] = of.draw()
		}
		tail := newTail(s)
		last := -1.0
		for _, level := range []float64{0.1, 0.5, 1, 2, 3, 5, 8, 12} {
			got, slope := tail.at(of.score(level))
			if math.Abs(got-level) > 0.03+0.1*level || !(slope > 0) || got <= last {
				t.Errorf("%s: level %v: got %v with slope %v", name, level, got, slope)
			}
			last = got
		}
	}
}

// Ties and numbers that are all the same do no harm.
func TestTailOfTies(t *testing.T) {
	tail := newTail(slices.Repeat([]float64{3}, 50))
	if err := tail.Restore(); err != nil {
		t.Fatal(err)
	}
	low, _ := tail.at(2.9)
	high, _ := tail.at(3.1)
	if low != 0 || !(high > 2) {
		t.Errorf("got %v and %v", low, high)
	}
}

// −log p rises with each fold's score, and p is never below the share that is exact.
func TestCross(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	p := &section{}
	for range folds {
		ref := make([]float64, 40)
		for i := range ref {
			ref[i] = r.ExpFloat64()
		}
		slices.Sort(ref)
		p.Reference = append(p.Reference, ref)
	}
	p.Excess = meanExcess(p.Reference)
	last := -1.0
	for c := -0.5; c < 30; c += 0.01 {
		s := p.cross([folds]float64{c, c, c})
		exact := 1.0
		for _, ref := range p.Reference {
			for _, v := range ref {
				if v >= c {
					exact++
				}
			}
		}
		if exact > 1 && math.Exp(-s) < exact/121-1e-12 {
			t.Fatalf("score %v: p = %v, want at least %v", c, math.Exp(-s), exact/121)
		}
		if s < last || c > 0.1 && s == last {
			t.Fatalf("score %v: −log p = %v, that before %v", c, s, last)
		}
		last = s
	}
	if last < 10 {
		t.Errorf("far out −log p is %v", last)
	}
}

// The largest tail counts, the mixture's less its handicap.
func TestCombine(t *testing.T) {
	p := &section{Tails: []tail{newTail(ascending(100)), newTail(ascending(100)), newTail(ascending(100))}}
	alone := func(s float64) float64 { v, _ := p.Tails[0].at(s); return v }
	for _, c := range []struct {
		scores [views]float64
		want   float64
		view   int
	}{
		{[views]float64{80, 20, 50}, alone(80), 0},
		{[views]float64{20, 85, 50}, alone(85), 1},
		{[views]float64{80, 20, 81}, alone(80), 0}, // odder to the mixture, but by less than its handicap
		{[views]float64{50, 20, 95}, alone(95) - 0.2, 2},
		{[views]float64{50, math.NaN(), 95}, math.Inf(1), 1},
	} {
		if got, view := p.combine(c.scores); got != c.want || view != c.view {
			t.Errorf("%v: got %v of view %d, want %v of %d", c.scores, got, view, c.want, c.view)
		}
	}
}

func ascending(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

// Every centre is the mean of at least three rows, and the wide density integrates to one.
func TestCentres(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	x := mat.NewDense(200, 1, nil)
	for i := range 200 {
		x.Set(i, 0, r.NormFloat64())
	}
	m := fitCentres(x, rng.New(1))
	if err := m.Restore(); err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, w := range m.Weights {
		total += w
		if w < 2.999/200 {
			t.Errorf("a centre has %v of 200 rows", w*200)
		}
	}
	if math.Abs(total-1) > 1e-12 {
		t.Errorf("weights add up to %v", total)
	}
	const n, step = 4000, 0.01
	at := mat.NewDense(n, 1, nil)
	for i := range n {
		at.Set(i, 0, (float64(i)-n/2)*step)
	}
	tape := autodiff.NewTape()
	sum := 0.0
	for _, lp := range m.wide(tape.Matrix(at)).Data() {
		sum += step * math.Exp(lp)
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Errorf("the density integrates to %v", sum)
	}
}

// A tight group of rows is no large cluster.
func TestLargeClusters(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	x := mat.NewDense(500, 10, nil)
	for i := range 500 {
		for j := range 10 {
			x.Set(i, j, r.NormFloat64())
			if i < 25 {
				x.Set(i, j, 2+0.1*r.NormFloat64())
			}
		}
	}
	d := fromClusters(x, x, 8, rng.New(1))
	odd, normal := 0.0, 0.0
	for i, v := range d {
		if i < 25 {
			odd += v / 25
		} else {
			normal += v / 475
		}
	}
	if odd < 1.5*normal {
		t.Errorf("rows of the group are %v from the nearest large cluster, others %v", odd, normal)
	}
}

// Rows on a thin line are seen sharply, few rows of many columns are not.
func TestSharpest(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	narrow := func(n, d int, thick float64) float64 {
		x := mat.NewDense(n, d, nil)
		for i := range n {
			a := r.NormFloat64()
			for j := range d {
				x.Set(i, j, a+thick*r.NormFloat64())
			}
		}
		detector, err := Learn(context.Background(), flow.Rows(x), &Settings{Budget: 2e10})
		if err != nil {
			t.Fatal(err)
		}
		return detector.p.Folds[0].Narrow
	}
	if got := narrow(600, 2, 0.02); got > 0.06 {
		t.Errorf("rows on a line: got the width %v", got)
	}
	if got := narrow(60, 12, 1); got < 0.2 {
		t.Errorf("few rows: got the width %v", got)
	}
}

// The inflated density is that of components with doubled covariances, and the distance that to the nearest in its own scale; also far out, where
// densities are 0.
func TestInflated(t *testing.T) {
	scales := []float64{0.2, 1, 3}
	at := [][]float64{{0, 0}, {4, 1}, {-2, 5}}
	shares := []float64{1, 2, 5}
	var parts []dist.Distribution
	for c, s := range scales {
		parts = append(parts, dist.NewMultivariateNormal(autodiff.Fixed(at[c]...), autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{s, 0, 0, s}))))
	}
	g := dist.NewMixture(dist.FixedWeights(shares...), parts...)
	z := mat.NewDense(4, 2, []float64{0.1, 0, 3, 3, -40, 7, 0, 1e6})
	got, near := inflated(g, z)
	shift := 0.0
	for i := range got {
		sum, nearest := make([]float64, 3), math.Inf(1)
		for c, s := range scales {
			q := squared(z.RawRowView(i), at[c]) / (s * s)
			nearest = min(nearest, q)
			sum[c] = math.Log(shares[c]/(s*s)) - q/4
		}
		want := -special.LogSumExp(sum)
		if i == 0 {
			shift = got[0] - want
		}
		if math.Abs(got[i]-want-shift) > 1e-9*math.Abs(want) || math.Abs(near[i]-nearest) > 1e-9*(1+nearest) {
			t.Errorf("row %d: got %v and %v, want %v and %v", i, got[i]-shift, near[i], want, nearest)
		}
	}
}
