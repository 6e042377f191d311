package em

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// sample draws n rows of two clusters with tails of ν degrees of freedom.
func sample(n, d int, ν float64) *Rows {
	r := rand.New(rand.NewPCG(1, 2))
	x, w := make([]float64, n*d), make([]float64, n)
	for i := range n {
		g := 0.0
		for range int(ν) {
			z := r.NormFloat64()
			g += z * z / ν
		}
		w[i] = 0.5 + r.Float64()
		for j := range d {
			x[i*d+j] = r.NormFloat64()/math.Sqrt(g) + float64(i%2*4)
		}
	}
	return NewRows(x, n, d, w)
}

// The log-likelihood with the prior never decreases, up to rounding, with either kind of
// component and any number of them.
func TestMonotone(t *testing.T) {
	rows := sample(700, 3, 2)
	prior := Prior{Rows: 5, Scale: []float64{0.3, 0, 0, 0, 0.3, 0.1, 0, 0.1, 0.3}, Ridge: 1e-4}
	for _, df := range []float64{10, 0.8, math.Inf(1)} {
		for _, k := range []int{1, 2, 9} {
			start := Start(rows, rows.clipped(), k, df, prior, rand.New(rand.NewPCG(1, 2)), nil)
			last := math.Inf(-1)
			for steps := 1; steps < 60; steps++ {
				now := Fit(rows, start.Clone(), Options{Prior: prior, Tolerance: math.Inf(-1), Steps: steps}, nil)
				if now < last-1e-9*math.Abs(last) {
					t.Errorf("ν = %v, K = %d: log-likelihood falls from %v to %v in round %d", df, k, last, now, steps)
				}
				last = now
			}
		}
	}
}

// At the end no other degrees of freedom or factor of the scale are better.
func TestTailsConverge(t *testing.T) {
	rows := sample(3000, 4, 3)
	m := Start(rows, rows.clipped(), 2, 30, Prior{Ridge: 1e-6}, rand.New(rand.NewPCG(1, 2)), nil)
	Fit(rows, m, Options{Prior: Prior{Ridge: 1e-6}, Tolerance: 1e-9, Steps: 500}, nil)
	best := LogLik(rows, m, nil)
	for _, f := range []float64{0.95, 1.05} {
		other := m.Clone()
		other.DF *= f
		if l := LogLik(rows, other, nil); l > best {
			t.Errorf("ν = %v is better than %v by %v", other.DF, m.DF, l-best)
		}
		other = m.Clone()
		for i := range other.Scale {
			other.Scale[i] *= f
		}
		if l := LogLik(rows, other, nil); l > best {
			t.Errorf("%v of the scale is better by %v", f, l-best)
		}
	}
}

// A fit ends when its budget does.
func TestBudget(t *testing.T) {
	rows := sample(500, 2, 3)
	b := &Budget{Left: 1}
	m := Start(rows, rows.clipped(), 3, 10, Prior{Ridge: 1e-4}, rand.New(rand.NewPCG(1, 2)), b)
	Fit(rows, m, Options{Prior: Prior{Ridge: 1e-4}, Steps: 1000}, b)
	if !b.Spent() || b.Left < -1e6 {
		t.Errorf("%v multiply-adds are left", b.Left)
	}
}

// Factors exist of singular matrices, and their inverses invert.
func TestCholesky(t *testing.T) {
	a := []float64{4, 2, 2, 1} // singular
	l, w, p := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	factor(l, a, 2)
	if l[0] != 2 || l[2] != 1 || !(l[3] > 0) {
		t.Errorf("got factor %v", l)
	}
	a[3] = 5
	factor(l, a, 2)
	InvertLower(w, l, 2)
	precision(p, w, 2)
	for i, want := range []float64{5. / 16, -2. / 16, -2. / 16, 4. / 16} {
		if math.Abs(p[i]-want) > 1e-15 {
			t.Errorf("number %d of the inverse is %v, want %v", i, p[i], want)
		}
	}
}

// The bits of a search are the same on every processor, tier of kernels and number of cores.
func TestBits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := Search{N: 600, D: 3, Rand: r, Budget: 1e9}
	for i := range s.N * s.D { // no functions of the standard library, whose bits differ between processors
		s.X = append(s.X, float64(i/s.D%3*(i%2))+r.Float64()-r.Float64())
	}
	m := s.Run()
	h := fnv.New64a()
	for _, x := range [][]float64{{m.DF}, m.Weight, m.Loc, m.Scale} {
		if err := binary.Write(h, binary.LittleEndian, x); err != nil {
			t.Fatal(err)
		}
	}
	const want = "3 23aa2a788de09f97"
	if got := fmt.Sprintf("%d %x", m.K, h.Sum64()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Numbers of several kinds: no other mixture of a line is better in a neighbourhood, and floors hold.
func TestFitLine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x, w := make([]float64, 1000), make([]float64, 1000)
	for i := range x {
		w[i] = 1
		x[i] = r.NormFloat64()
		if i%2 == 0 {
			x[i] = 3 + 0.001*r.NormFloat64()
		}
	}
	slices.Sort(x)
	l, _ := FitLine(x, w, 0.05)
	least := slices.Min(l.Scale)
	if least != 0.05 {
		t.Errorf("the least scale is %v, want the floor", least)
	}
	near := 0.0
	for k, μ := range l.Loc {
		if math.Abs(μ-3) < 0.01 {
			near += l.Weight[k]
		}
	}
	if math.Abs(near-0.5) > 0.05 {
		t.Errorf("components at 3 have weight %v, want 0.5", near)
	}
}

// A number with a weight is as many equal numbers.
func TestFitLineOfEqualNumbers(t *testing.T) {
	var x, ones, once, weights []float64
	for i := range 40 {
		v, n := float64(i*i), 1+i%5
		once, weights = append(once, v), append(weights, float64(n))
		for range n {
			x, ones = append(x, v), append(ones, 1)
		}
	}
	got, c := FitLine(x, ones, 1)
	want, d := FitLine(once, weights, 1)
	if !reflect.DeepEqual(got, want) || c != d {
		t.Errorf("got %v, %v, want %v, %v", got, c, want, d)
	}
}

// Rows held out are no likelier by other degrees of freedom than those that a search chooses.
func TestSearchChoosesDF(t *testing.T) {
	for _, df := range []float64{2, 5, 100} {
		rows := sample(1500, 2, df)
		s := Search{X: make([]float64, 3000), N: 1500, D: 2, Rand: rand.New(rand.NewPCG(5, 6))}
		for i := range s.N {
			rows.row(s.X[2*i:2*i+2], i)
		}
		s.df = s.firstDF()
		s.split()
		s.try(1, usual)
		s.explore()
		if s.best.k < 2 {
			t.Fatalf("ν = %v: got %d components, want at least 2", df, s.best.k)
		}
		for _, other := range degrees {
			c := choice{k: s.best.k, models: s.best.models, heldOut: math.Inf(-1)}
			if s.judgeDF(&c, other); c.heldOut > s.best.heldOut {
				t.Errorf("ν = %v: held-out log-likelihood %v with %v degrees of freedom, %v with those chosen, %v", df, c.heldOut, other, s.best.heldOut, s.best.df)
			}
		}
	}
}

// A search whose budget is spent by a single component returns that.
func TestSpentSearch(t *testing.T) {
	s := Search{N: 600, D: 1, Rand: rand.New(rand.NewPCG(1, 1)), Budget: 1}
	for range 600 {
		s.X = append(s.X, s.Rand.NormFloat64())
	}
	if m := s.Run(); m == nil || m.K != 1 {
		t.Errorf("got %v, want a single component", m)
	}
}
