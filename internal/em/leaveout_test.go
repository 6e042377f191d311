package em

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// The loss is that of rows which are left out one after the other.
func TestLeaveOut(t *testing.T) {
	const n, d, λ = 12, 3, 0.2
	r := rand.New(rng.New(1))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a + r.NormFloat64(), 2 * r.NormFloat64()})
	}
	scatter := func(x *mat.Dense) (*mat.SymDense, []float64) {
		var s mat.SymDense
		stat.CovarianceMatrix(&s, x, nil)
		rows, _ := x.Dims()
		s.ScaleSym(float64(rows-1)/float64(rows), &s)
		mean := make([]float64, d)
		for j := range mean {
			mean[j] = stat.Mean(mat.Col(nil, j, x), nil)
		}
		return &s, mean
	}
	all, mean := scatter(x)
	s := &left{d: d, total: n, of: NewModel(1, d, math.Inf(1))}
	for i := range d {
		for j := range d {
			s.scatter = append(s.scatter, all.At(i, j))
		}
	}
	for _, df := range []float64{math.Inf(1), 5} {
		s.of.DF, s.z, s.u = df, nil, nil
		want := 0.0
		for i := range n {
			rest := mat.NewDense(n-1, d, slices.Delete(slices.Clone(x.RawMatrix().Data), i*d, (i+1)*d))
			others, centre := scatter(rest)
			others.ScaleSym(1-λ, others)
			for j := range d {
				others.SetSym(j, j, others.At(j, j)+λ)
			}
			var c mat.Cholesky
			c.Factorize(others)
			away := mat.NewVecDense(d, nil)
			for j := range d {
				away.SetVec(j, x.At(i, j)-centre[j])
				s.z = append(s.z, x.At(i, j)-mean[j])
			}
			s.u = append(s.u, 1)
			var solved mat.VecDense
			c.SolveVecTo(&solved, away)
			q := mat.Dot(away, &solved)
			if !math.IsInf(df, 1) {
				q = (df + d) * math.Log1p(q/df)
			}
			want += (c.LogDet() + q) / n
		}
		if got := s.loss(λ); math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%v degrees of freedom: got %v, want %v", df, got, want)
		}
	}
}

// Rows of which some direction has little variance are shrunk less than the noise of correlations asks for.
func TestShrinkageOfNarrowRows(t *testing.T) {
	const n, d = 100, 10
	r := rand.New(rng.New(2))
	narrow, round := make([]float64, n*d), make([]float64, n*d)
	for i := range n {
		walk := 0.0
		for j := range d {
			e := r.NormFloat64()
			walk += e / math.Sqrt(1+float64(j*j))
			narrow[i*d+j], round[i*d+j] = walk+0.01*r.NormFloat64(), e
		}
	}
	logDet := func(x []float64) float64 {
		m := Single(NewRows(x, n, d, nil), math.Inf(1), nil)
		l, sum := m.Factor(0), 0.0
		for j := range d {
			sum += 2 * math.Log(l[j*d+j])
		}
		return sum
	}
	truth := 0.0
	for j := range d {
		truth -= math.Log(1 + float64(j*j))
	}
	if got := logDet(narrow); math.Abs(got-truth) > 3 {
		t.Errorf("got a log-determinant of %.2f, want about %.2f", got, truth)
	}
	if got := logDet(round); math.Abs(got) > 1.5 {
		t.Errorf("independent columns: got a log-determinant of %.2f, want about 0", got)
	}
}
