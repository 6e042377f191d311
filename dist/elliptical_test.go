package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A mixture of elliptical parts is the sum of its parts, also far from its clusters.
func TestMixtureOfEllipticals(t *testing.T) {
	for _, name := range []string{"MixtureNormal", "MixtureStudentT"} {
		m := table[name].(*dist.Mixture)
		x := sample(m, 70)
		for i := range 10 {
			x.SetRow(i, []float64{1e3 * float64(i), -50 * float64(i)})
		}
		w := []float64{1, 2, 3}[:len(m.Parts)]
		total := 0.0
		for _, w := range w {
			total += w
		}
		joint := m.LogJoint(autodiff.NewTape().Matrix(x))
		for i, got := range logDensity(m, x) {
			want := math.Inf(-1)
			for k, p := range m.Parts {
				a, b := want, dist.LogProb(p, x.RawRowView(i))+math.Log(w[k]/total)
				if got := joint.Data()[i*len(m.Parts)+k]; math.Abs(got-b) > 1e-12*(1+math.Abs(b)) {
					t.Errorf("%s: row %d: joint log-density with part %d is %v, want %v", name, i, k, got, b)
				}
				want = max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b)))
			}
			if math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("%s: row %d: log-density is %v, of the parts %v", name, i, got, want)
			}
		}
	}
}

// The gradient of rows under constant parts, by their precisions, is that under parts that are learned, by their factors; so it is for more
// columns than the former is for, and in either case the gradient of a row is the same in other company.
func TestMixtureOfFixedEllipticals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, d := range []int{1, 5, 70} {
		var parts, learned []dist.Distribution
		for range 4 {
			l, loc := mat.NewDense(d, d, nil), make([]float64, d)
			for i := range d {
				loc[i] = 3 * r.NormFloat64()
				for j := range i {
					l.Set(i, j, 0.3*r.NormFloat64())
				}
				l.Set(i, i, 0.2+r.Float64())
			}
			twin := func(of func(x ...float64) autodiff.Value) (dist.Distribution, *autodiff.Param) {
				p := autodiff.NewParam(d, d, slices.Clone(l.RawMatrix().Data))
				return dist.NewMultivariateStudentT(autodiff.Fixed(5), of(loc...), p), p
			}
			part, p := twin(autodiff.Fixed)
			p.Freeze(true)
			parts = append(parts, part)
			part, _ = twin(autodiff.Learned)
			learned = append(learned, part)
		}
		w := dist.FixedWeights(1, 2, 3, 4)
		m := dist.NewMixture(w, parts...)
		x := sample(m, 150)
		x.Set(3, 0, 1e4)
		gradient := func(m *dist.Mixture, x mat.Matrix) (lp, dx []float64) {
			tape := autodiff.NewTape()
			v := tape.Variable(x)
			y := m.LogDensity(v)
			tape.Backward(y.Sum())
			return y.Data(), v.Grad()
		}
		lp, got := gradient(m, x)
		wantLP, want := gradient(dist.NewMixture(w, learned...), x)
		if !slices.Equal(lp, wantLP) {
			t.Errorf("%d columns: log-densities under constant and learned parts differ", d)
		}
		for i := range x.RawMatrix().Rows {
			size := 1e-9 + floats.Norm(want[i*d:(i+1)*d], math.Inf(1))
			for j := i * d; j < (i+1)*d; j++ {
				if !(math.Abs(got[j]-want[j]) <= 1e-11*size) {
					t.Fatalf("%d columns: row %d: got gradient %v, want %v", d, i, got[i*d:(i+1)*d], want[i*d:(i+1)*d])
				}
			}
			if _, alone := gradient(m, x.Slice(i, i+1, 0, d)); !slices.Equal(alone, got[i*d:(i+1)*d]) {
				t.Fatalf("%d columns: row %d has another gradient alone", d, i)
			}
		}
	}
}

func BenchmarkMixtureOfStudentT(b *testing.B) {
	const d, k = 11, 64
	r := rand.New(rand.NewPCG(1, 2))
	var parts []dist.Distribution
	for range k {
		l, loc := autodiff.NewParam(d, d, nil), make([]float64, d)
		l.Freeze(true)
		for j := range d {
			l.Data()[j*d+j], loc[j] = 0.5, r.NormFloat64()
		}
		parts = append(parts, dist.NewMultivariateStudentT(autodiff.Fixed(5), autodiff.Fixed(loc...), l))
	}
	m := dist.NewMixture(dist.FixedWeights(slices.Repeat([]float64{1}, k)...), parts...)
	x := sample(m, 128)
	t := autodiff.NewTape()
	b.ReportAllocs()
	for range b.N {
		t.Backward(m.LogDensity(t.Variable(x)).Sum())
		t.Reset()
	}
}
