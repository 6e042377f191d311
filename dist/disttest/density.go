package disttest

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

func (c *Case) draws(t testing.TB) {
	x := c.sample(200)
	if !mat.Equal(x, c.sample(200)) {
		t.Error("two draws from one seed differ")
	}
	s, ok := c.support()
	for i, lp := range c.logDensity(x) {
		row := x.RawRowView(i)
		if math.IsNaN(lp) || math.IsInf(lp, -1) {
			t.Errorf("draws %v, whose log-density is %v", row, lp)
		}
		for j := range min(len(row), len(s.Low)) {
			if ok && !(row[j] >= s.Low[j] && row[j] <= s.High[j]) {
				t.Errorf("draws %v, outside the support from %v to %v", row, s.Low, s.High)
			}
		}
	}
}

func (c *Case) rows(t testing.TB) {
	x := c.sample(6)
	want := c.logDensity(x)
	for i := range want {
		if got := c.logDensity(x.Slice(i, i+1, 0, c.Dist.Dim())); !same(got[0], want[i]) {
			t.Errorf("the log-density of row %d is %v in a batch and %v alone", i, want[i], got[0])
		}
	}
	x.Set(2, 0, math.NaN())
	for i, got := range c.logDensity(x) {
		if i == 2 && !math.IsNaN(got) || i != 2 && !same(got, want[i]) {
			t.Errorf("with NaN in row 2 the log-density of row %d is %v", i, got)
		}
	}
}

// inside returns n draws, those in the middle of five times as many by their distance from the ends of the support:
// next to an end, where densities may have a pole, differences are no derivatives.
func (c *Case) inside(n int) *mat.Dense {
	s, ok := c.support()
	x := c.sample(5 * n)
	if !ok || s.Shape != dist.Box {
		return mat.DenseCopyOf(x.Slice(0, n, 0, c.Dist.Dim()))
	}
	rows := make([][]float64, 5*n)
	for i := range rows {
		rows[i] = x.RawRowView(i)
	}
	distance := func(row []float64) float64 {
		least := math.Inf(1)
		for j, v := range row {
			least = min(least, v-s.Low[j], s.High[j]-v)
		}
		return least
	}
	slices.SortStableFunc(rows, func(a, b []float64) int { return cmp.Compare(distance(a), distance(b)) })
	y := mat.NewDense(n, c.Dist.Dim(), nil)
	for i := range n {
		y.SetRow(i, rows[2*n+i])
	}
	return y
}

func (c *Case) gradients(t testing.TB) {
	x := c.inside(6)
	s, _ := c.support()
	switch {
	case c.integers(): // differentiable in the parameters only
		gradtest.Check(t, func(zero ...autodiff.Var) autodiff.Var {
			return c.Dist.LogDensity(zero[0].Tape().Matrix(x)).Add(zero[0])
		}, mat.NewDense(1, 1, nil))
		return
	case s.Shape == dist.Simplex:
		gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return c.Dist.LogDensity(x[0].RowSoftmax()) }, x)
		return
	case s.Shape == dist.Sphere:
		gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var {
			return c.Dist.LogDensity(x[0].Div(x[0].SquareRowSum().Sqrt()))
		}, x)
		return
	}
	if q, ok := c.Dist.(dist.Quantiler); ok { // away from ends and corners
		for i, p := range []float64{0.11, 0.23, 0.37, 0.61, 0.76, 0.89} {
			row := q.Quantile(nil, repeat(p, c.Dist.Dim()))
			if c.nearCorner(row, q.Quantile(nil, repeat(p+0.02, c.Dist.Dim()))) {
				row = q.Quantile(nil, repeat(p-0.02, c.Dist.Dim()))
			}
			x.SetRow(i, row)
		}
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return c.Dist.LogDensity(x[0]) }, x)
}

// nearCorner reports whether a corner is closer to a number of row than that of other, on either side.
func (c *Case) nearCorner(row, other []float64) bool {
	for _, corner := range c.Corners {
		for j, v := range row {
			if math.Abs(v-corner) < math.Abs(other[j]-v) {
				return true
			}
		}
	}
	return false
}

func repeat(x float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = x
	}
	return s
}

// levels are probabilities between whose quantiles a density is integrated.
var levels = []float64{1e-9, 1e-6, 1e-4, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 1 - 1e-4, 1 - 1e-6, 1 - 1e-9}

func (c *Case) normalisation(t testing.TB) {
	q, ok := c.Dist.(dist.Quantiler)
	_, rises := c.Dist.(dist.CDFer)
	s, known := c.support()
	switch {
	case c.integers():
		return // the distribution function is compared with the probabilities there
	case c.Dist.Dim() == 1 && ok:
		c.integral(t, q)
	case c.Dist.Dim() == 1 && rises:
		c.masses(t)
	case known && s.Unbounded():
		c.againstNormal(t)
	case c.Dist.Dim() == 1:
		c.masses(t)
	default:
		t.Log("that the density integrates to 1 is not checked: the rows have a bounded support, or one that the distribution does not tell")
	}
}

// integral checks that the density of one column has the mass between quantiles that
// is theirs.
func (c *Case) integral(t testing.TB, q dist.Quantiler) {
	s, known := c.support()
	ends := make([]float64, len(levels))
	for i := range ends {
		ends[i] = q.Quantile(nil, levels[i:i+1])[0]
	}
	density := c.logDensity(mat.NewDense(len(ends), 1, slices.Clone(ends)))
	for i, lp := range density {
		density[i] = math.Exp(lp)
	}
	for i := 1; i < len(levels); i++ {
		a, b := ends[i-1], ends[i]
		knots := []float64{a}
		for _, corner := range c.Corners {
			if a < corner && corner < b {
				knots = append(knots, corner)
			}
		}
		knots = append(knots, b)
		got := 0.0
		for k := 1; k < len(knots); k++ {
			got += c.between(straightened(knots[k-1], knots[k], levels[i] <= 0.5, s, known))
		}
		want := levels[i] - levels[i-1]
		rounding := 4e-16 * (math.Abs(a)*density[i-1] + math.Abs(b)*density[i])
		if !(math.Abs(got-want) <= 1e-8+rounding) {
			t.Errorf("the density integrates to %v from %v to %v, the quantiles of %v and %v", got, a, b, levels[i-1], levels[i])
		}
	}
}

// between returns the integral of the density over x from lo to hi in u, with x and dx/du a function of u.
func (c *Case) between(lo, hi float64, of func(u float64) (x, dx float64)) float64 {
	const panels, points = 4, 40
	u, w := make([]float64, panels*points), make([]float64, panels*points)
	for i := range panels {
		j, width := i*points, (hi-lo)/panels
		quad.Legendre{}.FixedLocations(u[j:j+points], w[j:j+points], lo+float64(i)*width, lo+float64(i+1)*width)
	}
	for i := range u {
		var dx float64
		u[i], dx = of(u[i])
		w[i] *= dx
	}
	sum := 0.0
	for i, lp := range c.logDensity(mat.NewDense(len(u), 1, u)) {
		sum += w[i] * math.Exp(lp)
	}
	return sum
}

// straightened returns the ends and x as a function of the logarithm of the distance from
// the end of the support that is near, or from 0 if they are far apart.
func straightened(a, b float64, below bool, s dist.Support, known bool) (lo, hi float64, of func(u float64) (x, dx float64)) {
	low, high := math.Inf(-1), math.Inf(1)
	if known {
		low, high = s.Low[0], s.High[0]
	}
	switch {
	case below && !math.IsInf(low, -1) && a > low:
	case !below && !math.IsInf(high, 1) && b < high:
		low = math.Inf(-1)
	case a > 0 && b > 10*a:
		low = 0
	case b < 0 && a < 10*b:
		low, high = math.Inf(-1), 0
	default:
		return a, b, func(u float64) (x, dx float64) { return u, 1 }
	}
	if !math.IsInf(low, -1) {
		return math.Log(a - low), math.Log(b - low), func(u float64) (x, dx float64) { return low + math.Exp(u), math.Exp(u) }
	}
	return math.Log(high - b), math.Log(high - a), func(u float64) (x, dx float64) { return high - math.Exp(u), math.Exp(u) }
}

// againstNormal checks that the mean of q(x)/p(x) over draws x of p is 1, within six
// standard errors, for a normal density q narrower than p.
func (c *Case) againstNormal(t testing.TB) {
	x := c.sample(c.Draws)
	n, d := x.Dims()
	loc, scale := make([]float64, d), make([]float64, d)
	for j := range d {
		col := mat.Col(nil, j, x)
		loc[j], scale[j] = middle(col)
	}
	lp := c.logDensity(x)
	var s1, s2 float64
	for i, l := range lp {
		lq := 0.0
		for j, v := range x.RawRowView(i) {
			z := (v - loc[j]) / scale[j]
			lq -= 0.5*z*z + math.Log(scale[j]) + 0.5*math.Log(2*math.Pi)
		}
		r := math.Exp(lq - l)
		s1, s2 = s1+r, s2+r*r
	}
	mean := s1 / float64(n)
	se := math.Sqrt((s2/float64(n) - mean*mean) / float64(n))
	if !(math.Abs(mean-1) <= 6*se+1e-9) {
		t.Errorf("the density integrates to %v ± %v, by the mean of a normal density over it", 1/mean, se)
	}
}
