package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
)

// sylvester returns a map with parameters of size 1.
func sylvester(d, m, cond int) *bijector.Sylvester {
	b := bijector.NewSylvester(d, m, contextNet(cond, m*(m+2)), rng.New(1))
	b.R.Set(bijectortest.Normal(1, b.R.Len()).RawRowView(0))
	return b
}

func sylvesterCases() []bijectortest.Case {
	normal := bijectortest.Normal
	return []bijectortest.Case{
		{Name: "Sylvester", B: sylvester(4, 4, 0), X: normal(6, 4)},
		{Name: "Sylvester/few", B: sylvester(4, 2, 0), X: normal(6, 4)},
		{Name: "Sylvester/conditional", B: sylvester(3, 2, 2), X: normal(6, 3), Context: normal(6, 2)},
		{Name: "Sylvester/one-column", B: sylvester(1, 1, 0), X: normal(6, 1)},
	}
}

func TestGoldenSylvester(t *testing.T) {
	g := readNeural(t, "sylvester")
	triangle := func(name string) *autodiff.Param {
		m := g.weight(name)
		for i := range 3 {
			m[4*i] = math.Atanh(m[4*i] / 0.999)
		}
		return row([]float64{m[0], m[1], m[2], m[4], m[5], m[8]})
	}
	b := &bijector.Sylvester{Axes: reflections(g.weight("Q"), 3), R: triangle("R1"), S: triangle("R2"), B: row(g.weight("b"))}
	if err := b.Restore(); err != nil {
		t.Fatal(err)
	}
	g.compareForward(b)
}

// reflections returns axes whose reflections, one after the other, are the orthogonal d×d matrix q. The last to be
// applied takes the first axis to q's first column, and so on.
func reflections(q []float64, d int) *autodiff.Param {
	var axes []float64
	for j := range d {
		v := make([]float64, d)
		norm := 0.0
		for i := range d {
			v[i] = q[i*d+j]
			if i == j {
				v[i]--
			}
			norm += v[i] * v[i]
		}
		if norm < 1e-20 {
			continue // the column is where it shall be
		}
		axes = append(v, axes...)
		for k := range d {
			dot := 0.0
			for i := range d {
				dot += v[i] * q[i*d+k]
			}
			for i := range d {
				q[i*d+k] -= 2 * dot / norm * v[i]
			}
		}
	}
	return autodiff.NewParam(len(axes)/d, d, axes)
}

// A new map is the identity, and its triangle R learns from there.
func TestSylvesterStarts(t *testing.T) {
	b := bijector.NewSylvester(3, 2, nil, rng.New(1))
	tape := autodiff.NewTape()
	x := tape.Matrix(bijectortest.Normal(5, 3))
	y, l := bijector.ForwardFLDJ(b, x)
	for i, v := range y.Sub(x).Data() {
		if math.Abs(v) > 1e-14 || l.At(i/3, 0) != 0 {
			t.Errorf("got a shift of %v and a log-determinant of %v, want 0", v, l.At(i/3, 0))
		}
	}
	tape.Backward(y.Mul(y).Sum())
	for _, v := range tape.Grad(b.R) {
		if v == 0 || math.IsNaN(v) {
			t.Errorf("got a gradient of %v, want none that is 0", tape.Grad(b.R))
		}
	}
}
