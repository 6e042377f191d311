package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
)

type V = autodiff.Var

func names() []string {
	var s []string
	for name := range table {
		s = append(s, name)
	}
	slices.Sort(s)
	return s
}

// sample draws n rows with a fixed seed.
func sample(d dist.Distribution, n int) *mat.Dense {
	x := mat.NewDense(n, d.Dim(), nil)
	d.Draw(x, rand.NewPCG(11, 12))
	return x
}

func logDensity(d dist.Distribution, x mat.Matrix) []float64 {
	t := autodiff.NewTape()
	return d.LogDensity(t.Matrix(x)).Dense().RawMatrix().Data
}

func TestLaws(t *testing.T) {
	for _, name := range names() {
		d := table[name]
		t.Run(name, func(t *testing.T) {
			t.Run("shape", func(t *testing.T) { testShape(t, d) })
			t.Run("gradient", func(t *testing.T) { testGradient(t, d) })
			t.Run("integral", func(t *testing.T) { testIntegral(t, name, d) })
			t.Run("sampler", func(t *testing.T) { testSampler(t, d) })
			t.Run("quantile", func(t *testing.T) { testQuantile(t, d) })
			t.Run("moments", func(t *testing.T) { testMoments(t, d) })
			t.Run("support", func(t *testing.T) { testSupport(t, d) })
			t.Run("concurrent", func(t *testing.T) { testConcurrent(t, d) })
		})
	}
}

// Rows are independent, and LogProb is LogDensity.
func testShape(t *testing.T, d dist.Distribution) {
	x := sample(d, 5)
	lp := logDensity(d, x)
	for i, want := range lp {
		if got := d.(distmv.LogProber).LogProb(x.RawRowView(i)); got != want {
			t.Errorf("row %d: LogProb is %v, LogDensity %v", i, got, want)
		}
	}
	if got := d.(distmv.Rander).Rand(nil); len(got) != d.Dim() {
		t.Errorf("Rand: got %d numbers, want %d", len(got), d.Dim())
	}
	if !mat.Equal(x, sample(d, 5)) {
		t.Error("Draw: two runs from one seed differ")
	}
}

func testGradient(t *testing.T, d dist.Distribution) {
	f := func(x ...V) V { return d.LogDensity(x[0]) }
	x := sample(d, 6)
	switch d.(dist.Supported).Support().Shape {
	case dist.Simplex:
		f = func(x ...V) V { return d.LogDensity(x[0].RowSoftmax()) }
	case dist.Sphere:
		f = func(x ...V) V { return d.LogDensity(x[0].Div(x[0].SquareRowSum().Sqrt())) }
	}
	if q, ok := d.(dist.Quantiler); ok && !lattice(d) { // away from the ends and corners
		for i, p := range []float64{0.1, 0.2, 0.35, 0.6, 0.75, 0.9} {
			x.SetRow(i, q.Quantile(nil, repeat(p, d.Dim())))
		}
	}
	if _, steps := d.(*dist.Histogram); steps || lattice(d) { // differentiable in the parameters only
		gradtest.Check(t, func(zero ...V) V {
			return d.LogDensity(zero[0].Tape().Matrix(x)).Add(zero[0])
		}, mat.NewDense(1, 1, nil))
		return
	}
	gradtest.Check(t, f, x)
}

func lattice(d dist.Distribution) bool {
	s, ok := d.(dist.Supported)
	return ok && s.Support().Shape == dist.Lattice
}

// levels are probabilities between which the density is integrated.
var levels = []float64{1e-9, 1e-7, 1e-5, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 0.999, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9}

// The density of each column integrates to its distribution function.
func testIntegral(t *testing.T, name string, d dist.Distribution) {
	c, ok := d.(*dist.Columns)
	if !ok || lattice(d) {
		return
	}
	knots := make([][]float64, len(levels))
	for i, p := range levels {
		knots[i] = c.Quantile(nil, repeat(p, c.D))
	}
	row := append([]float64(nil), knots[len(levels)/2]...)
	tape := autodiff.NewTape()
	for j := range c.D {
		density := func(x float64) float64 {
			tape.Reset()
			row[j] = x
			return math.Exp(c.LogDensities(tape.View(1, c.D, row)).At(0, j))
		}
		lo, hi := c.Support().Low[j], c.Support().High[j]
		for i := 1; i < len(levels); i++ {
			want := levels[i] - levels[i-1]
			a, b, f := knots[i-1][j], knots[i][j], density
			switch { // near an end, in the logarithm of the distance from it
			case levels[i] < 0.6 && !math.IsInf(lo, -1):
				a, b, f = math.Log(a-lo), math.Log(b-lo), func(t float64) float64 { return density(lo+math.Exp(t)) * math.Exp(t) }
			case levels[i] > 0.6 && !math.IsInf(hi, 1):
				a, b, f = math.Log(hi-b), math.Log(hi-a), func(t float64) float64 { return density(hi-math.Exp(t)) * math.Exp(t) }
			}
			got := quad.Fixed(f, a, b, 60, nil, 0)
			if m := corner(name, c, j); knots[i-1][j] < m && m < knots[i][j] {
				got = quad.Fixed(density, knots[i-1][j], m, 60, nil, 0) + quad.Fixed(density, m, knots[i][j], 60, nil, 0)
			}
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("column %d: ∫p from %v to %v: got %v, want %v", j, knots[i-1][j], knots[i][j], got, want)
			}
		}
		row[j] = knots[len(levels)/2][j]
	}
}

// corner returns where a density has one, or NaN.
func corner(name string, c *dist.Columns, j int) float64 {
	if name == "Triangular" || name == "TwoPieceNormal" {
		return c.Mode(nil)[j]
	}
	return math.NaN()
}

// densities returns log p of each column, or log p of the row for each.
func densities(d dist.Distribution, row []float64) []float64 {
	x := autodiff.NewTape().View(1, len(row), row)
	if c, ok := d.(*dist.Columns); ok {
		return c.LogDensities(x).Data()
	}
	return repeat(d.LogDensity(x).Value(), len(row))
}

func repeat(x float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = x
	}
	return s
}

// Quantile is the inverse of CDF, and of Survival in the upper half.
func testQuantile(t *testing.T, d dist.Distribution) {
	q, ok := d.(dist.Quantiler)
	if !ok {
		return
	}
	f, mid := d.(dist.CDFer), q.Quantile(nil, repeat(0.5, d.Dim()))
	for _, p := range append(levels, 1e-30, 1e-100) {
		x := q.Quantile(nil, repeat(p, d.Dim()))
		lower, upper := f.CDF(nil, x), f.Survival(nil, x)
		for j := range x {
			if lattice(d) {
				if lower[j] < p*(1-1e-12) {
					t.Errorf("column %d: CDF(%v) = %v at the quantile of %v", j, x[j], lower[j], p)
				}
				continue
			}
			s := d.(dist.Supported).Support()
			if math.IsInf(x[j], 0) || s.Shape == dist.Box && (x[j] == s.Low[j] || x[j] == s.High[j]) {
				continue // closer to the end than a float64 can be
			}
			row := slices.Clone(mid)
			row[j] = x[j]
			rounding := 4e-16 * math.Abs(x[j]) * math.Exp(densities(d, row)[j]) // of x, in p
			if p < 0.5 && math.Abs(lower[j]-p) > 1e-9*p+rounding || p >= 0.5 && math.Abs(upper[j]-(1-p)) > 1e-9*(1-p)+1e-15+rounding {
				t.Errorf("column %d: CDF(%v) = %v, survival %v at the quantile of %v", j, x[j], lower[j], upper[j], p)
			}
			if math.Abs(lower[j]+upper[j]-1) > 1e-13 {
				t.Errorf("column %d: CDF + survival = %v at %v", j, lower[j]+upper[j], x[j])
			}
		}
	}
}

// Outside the support the log-density is −Inf with finite gradients; NaN and
// infinite values stay in their rows.
func testSupport(t *testing.T, d dist.Distribution) {
	x := sample(d, 40)
	extremes := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1e-300, -1e-300, 30, -30, 1e3, -1e3, 1e300, -1e300, 1, -1, 0.5, 7.25}
	for i, v := range extremes {
		x.Set(i, 0, v)
	}
	s := d.(dist.Supported).Support()
	tape := autodiff.NewTape()
	v := tape.Variable(x)
	lp := d.LogDensity(v)
	tape.Backward(lp.Sum())
	grad := v.Grad()
	if grad == nil {
		grad = make([]float64, 40*d.Dim())
	}
	for i := range 40 {
		got := lp.At(i, 0)
		if isNaN := i == 0; math.IsNaN(got) != isNaN {
			t.Errorf("log density at %v is %v", x.RawRowView(i), got)
		}
		if len(s.Low) > 0 && (x.At(i, 0) < s.Low[0] || x.At(i, 0) > s.High[0]) {
			if !math.IsInf(got, -1) {
				t.Errorf("log density at %v outside the support is %v", x.RawRowView(i), got)
			}
			if g := grad[i*d.Dim()]; g != 0 && !math.IsInf(x.At(i, 0), 0) {
				t.Errorf("gradient at %v outside the support is %v", x.RawRowView(i), g)
			}
		} else if math.Abs(x.At(i, 0)) <= 1e3 && math.Abs(x.At(i, 0)) > 1e-2 && math.IsNaN(grad[i*d.Dim()]) {
			t.Errorf("gradient at %v is NaN", x.RawRowView(i))
		}
	}
}

func testConcurrent(t *testing.T, d dist.Distribution) {
	x := sample(d, 8)
	want := logDensity(d, x)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 8 {
				if !slices.Equal(logDensity(d, x), want) {
					t.Error("concurrent evaluations differ")
				}
				sample(d, 2)
			}
		})
	}
	wg.Wait()
}
