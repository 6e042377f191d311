package disttest

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// middle returns the median and two thirds of half the distance between the quartiles.
func middle(x []float64) (loc, scale float64) {
	slices.Sort(x)
	n := len(x)
	return x[n/2], (x[3*n/4] - x[n/4]) / 3
}

// cdf checks the distribution function: the Kolmogorov–Smirnov distance of the draws
// times √n exceeds 2.4 once in 10⁵ fair trials.
func (c *Case) cdf(t testing.TB) {
	f, ok := c.Dist.(dist.CDFer)
	if !ok {
		return
	}
	x := c.sample(c.Draws)
	n, d := x.Dims()
	for j := range d {
		col, row := mat.Col(nil, j, x), slices.Clone(x.RawRowView(0))
		slices.Sort(col)
		last, worst := 0.0, 0.0
		for i, v := range col {
			tied := i+1 < n && col[i+1] == v
			if tied || !c.integers() && i%(n/200+1) != 0 {
				continue
			}
			row[j] = v
			p, q := f.CDF(nil, row)[j], f.Survival(nil, row)[j]
			if !(p >= last-1e-13 && math.Abs(p+q-1) < 1e-12) {
				t.Errorf("column %d: CDF and survival at %v are %v and %v, the CDF before was %v", j, v, p, q, last)
			}
			last, worst = p, max(worst, math.Abs(p-float64(i+1)/float64(n)))
		}
		if worst*math.Sqrt(float64(n)) > 2.4 {
			t.Errorf("column %d: the distribution function of %d draws is %.4f off", j, n, worst)
		}
		row[j] = math.NaN()
		if p := f.CDF(nil, row)[j]; !math.IsNaN(p) {
			t.Errorf("column %d: the CDF at NaN is %v", j, p)
		}
	}
	c.steps(t, f)
}

// steps checks that the distribution function of integers rises by their probabilities.
func (c *Case) steps(t testing.TB, f dist.CDFer) {
	if !c.integers() || c.Dist.Dim() != 1 {
		return
	}
	for _, k := range c.sample(20).RawMatrix().Data {
		p, before := f.CDF(nil, []float64{k})[0], f.CDF(nil, []float64{k - 1})[0]
		if step := math.Exp(dist.LogProb(c.Dist, []float64{k})); math.Abs(p-before-step) > 1e-12 {
			t.Errorf("the CDF rises by %v at %v, whose probability is %v", p-before, k, step)
		}
	}
}

func (c *Case) logarithms(t testing.TB) {
	f, ok := c.Dist.(dist.CDFer)
	if !ok {
		return
	}
	x := c.sample(50)
	agree := func(what string, row, l, p []float64) {
		for j := range l {
			if got := math.Exp(l[j]); got != p[j] && !(math.Abs(got-p[j]) <= 1e-12*p[j]*(1+math.Abs(l[j]))) {
				t.Errorf("%s%v: got %v in column %d, the probability is %v", what, row, l[j], j, p[j])
			}
		}
	}
	for i := range 50 {
		row, next := x.RawRowView(i), x.RawRowView((i+1)%50)
		lower, upper := f.CDF(nil, row), f.Survival(nil, row)
		agree("LogCDF", row, dist.LogCDF(f, nil, row), lower)
		agree("LogSurvival", row, dist.LogSurvival(f, nil, row), upper)
		for j, l := range dist.LogInterval(f, nil, row, next) {
			if want := max(f.CDF(nil, next)[j]-lower[j], 0); !(math.Abs(math.Exp(l)-want) < 1e-12) {
				t.Errorf("LogInterval(%v, %v): got %v in column %d, the probability is %v", row, next, l, j, want)
			}
		}
	}
}

func (c *Case) quantiles(t testing.TB) {
	q, ok := c.Dist.(dist.Quantiler)
	f, also := c.Dist.(dist.CDFer)
	if !ok || !also {
		return
	}
	x := c.sample(40)
	for i := range 40 {
		row := x.RawRowView(i)
		p, s := f.CDF(nil, row), f.Survival(nil, row)
		back, over := q.Quantile(nil, p), dist.InverseSurvival(q, nil, s)
		for j, v := range row {
			if c.integers() {
				if back[j] != v && over[j] != v {
					t.Errorf("the quantile of the CDF at %v is %v, of the survival %v", v, back[j], over[j])
				}
				continue
			}
			got := [2]float64{f.CDF(nil, back)[j], f.Survival(nil, over)[j]}
			if !(math.Abs(got[0]-p[j]) < 1e-9 && math.Abs(got[1]-s[j]) < 1e-9) {
				t.Errorf("column %d: at the quantiles of %v and %v the CDF and survival are %v", j, p[j], s[j], got)
			}
		}
	}
}

// moments are compared within six standard errors, if the draws see a fourth moment.
func (c *Case) moments(t testing.TB) {
	m, ok := c.Dist.(dist.Moments)
	if !ok {
		return
	}
	x := c.sample(c.Draws)
	mean, variance := m.Mean(nil), m.Variance(nil)
	for j := range mean {
		if bad := mean[j] + variance[j]; math.IsNaN(bad) || math.IsInf(bad, 0) {
			continue
		}
		var s1, s2, s4 float64
		for i := range c.Draws {
			e := x.At(i, j) - mean[j]
			s1, s2, s4 = s1+e, s2+e*e, s4+e*e*e*e
		}
		n := float64(c.Draws)
		s1, s2, s4 = s1/n, s2/n, s4/n
		if math.Abs(s1) > 6*math.Sqrt(max(variance[j], s2)/n) {
			t.Errorf("column %d: the mean is %v, of draws %v", j, mean[j], mean[j]+s1)
		}
		if se := math.Sqrt((s4 - s2*s2) / n); s4 < 100*s2*s2 && c.farOut(j, mean[j]) < s4 && math.Abs(s2-variance[j]) > 6*se {
			t.Errorf("column %d: the variance is %v, of draws %v ± %v", j, variance[j], s2, se)
		}
	}
}

// farOut returns what quantiles that no draw reaches add to the fourth moment of column j, which is small if there
// is one.
func (c *Case) farOut(j int, mean float64) (most float64) {
	q, ok := c.Dist.(dist.Quantiler)
	if !ok {
		return 0
	}
	const rare = 1e-9
	for _, p := range []float64{rare, 1 - rare} {
		e := q.Quantile(nil, slices.Repeat([]float64{p}, c.Dist.Dim()))[j] - mean
		most = max(most, rare*e*e*e*e)
	}
	return most
}

func (c *Case) entropy(t testing.TB) {
	e, ok := c.Dist.(dist.Entropyer)
	if !ok || math.IsNaN(e.Entropy()) {
		return
	}
	var s1, s2 float64
	for _, lp := range c.logDensity(c.sample(c.Draws)) {
		s1, s2 = s1-lp, s2+lp*lp
	}
	n := float64(c.Draws)
	mean := s1 / n
	if se := math.Sqrt(max(s2/n-mean*mean, 0) / n); !(math.Abs(mean-e.Entropy()) <= 6*se+1e-10) {
		t.Errorf("the entropy is %v, of draws %v ± %v", e.Entropy(), mean, se)
	}
}

func (c *Case) mode(t testing.TB) {
	m, ok := c.Dist.(dist.Moder)
	if !ok {
		return
	}
	mode := m.Mode(nil)
	top := dist.LogProb(c.Dist, mode)
	x := c.sample(500)
	for i, lp := range c.logDensity(x) {
		if lp > top+1e-9*(1+math.Abs(top)) {
			t.Errorf("the log-density at %v is %v, at the mode %v %v", x.RawRowView(i), lp, mode, top)
			return
		}
	}
}
