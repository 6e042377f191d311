package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// shifted is a normal distribution of one column whose mean is column Of of a context of two.
type shifted struct {
	*dist.StdNormal
	Of int
}

func newShifted(of int) shifted { return shifted{dist.NewStdNormal(1), of} }

func (s shifted) CondDim() int { return 2 }

func (s shifted) LogDensity(autodiff.Var) autodiff.Var { panic("shifted: got no context") }

func (s shifted) LogDensityGiven(x, c autodiff.Var) autodiff.Var {
	return s.StdNormal.LogDensity(x.Sub(c.Slice(s.Of, s.Of+1)))
}

func (s shifted) Draw(*mat.Dense, rand.Source) { panic("shifted: got no context") }

func (s shifted) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	s.StdNormal.Draw(batch, src)
	n, _ := c.Dims()
	batch.Apply(func(i, j int, v float64) float64 { return v + c.At(i%n, s.Of) }, batch)
}

func standard(x float64) float64 { return math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi) }

// Each row has the density, and samples, of its own context; parts without one ignore it.
func TestConditionalParts(t *testing.T) {
	p := dist.NewJoint(dist.NewStdNormal(1),
		dist.NewMixture(dist.FixedWeights(1, 3), newShifted(0), dist.NewMixture(dist.FixedWeights(1, 1), newShifted(1), dist.NewStdNormal(1))))
	if got := dist.CondDim(p); got != 2 {
		t.Fatalf("got context width %d, want 2", got)
	}
	x, c := mat.NewDense(3, 2, []float64{1, 2, 0, -7, -1, 9}), mat.NewDense(3, 2, []float64{3, 1, -8, 0, 0, 9})
	tape := autodiff.NewTape()
	for i, lp := range dist.LogDensityGiven(p, tape.Matrix(x), tape.Matrix(c)).Data() {
		a, b := x.At(i, 0), x.At(i, 1)
		want := standard(a) * (standard(b-c.At(i, 0)) + 1.5*standard(b-c.At(i, 1)) + 1.5*standard(b)) / 4
		if !(math.Abs(lp-math.Log(want)) < 1e-13) {
			t.Errorf("row %d: got log p %v, want %v", i, lp, math.Log(want))
		}
	}
	wide := mat.NewDense(20000, 2, nil)
	for i := range 20000 {
		wide.SetRow(i, []float64{float64(1000 * (i % 2)), -500})
	}
	y := mat.NewDense(20000, 2, nil)
	dist.DrawGiven(p, y, wide, rand.NewPCG(1, 2))
	counts := map[float64]int{}
	for i := range 20000 {
		counts[500*math.Round(y.At(i, 1)/500)+float64(i%2)]++ // where it is drawn, and given what
	}
	for at, share := range map[float64]float64{0: 0.25 + 0.375, -500: 0.375, 1001: 0.25, -499: 0.375, 1: 0.375} {
		if got := float64(counts[at]) / 10000; math.Abs(got-share) > 0.02 {
			t.Errorf("got a share of %v near %v, want %v: %v", got, at, share, counts)
		}
	}
}

// Bound to its contexts, a mixture is an ordinary distribution.
func TestGiven(t *testing.T) {
	m := dist.NewMixture(dist.FixedWeights(1, 1), newShifted(0), newShifted(1))
	tape := autodiff.NewTape()
	p := dist.Given(m, tape.Matrix(mat.NewDense(1, 2, []float64{4, 4})))
	if got, want := p.LogDensity(tape.Matrix(mat.NewDense(1, 1, []float64{5}))).Value(), math.Log(standard(1)); !(math.Abs(got-want) < 1e-14) {
		t.Errorf("got log p %v, want %v", got, want)
	}
	y := mat.NewDense(1000, 1, nil)
	p.Draw(y, rand.NewPCG(1, 2))
	if mean := mat.Sum(y) / 1000; math.Abs(mean-4) > 0.15 {
		t.Errorf("got mean %v of samples, want nearly 4", mean)
	}
	if n := dist.NewStdNormal(2); dist.Given(n, tape.Zeros(1, 1)) != dist.Distribution(n) {
		t.Error("got another distribution, want the one without a context itself")
	}
}

func TestConditionalPanics(t *testing.T) {
	tape := autodiff.NewTape()
	m := dist.NewMixture(dist.FixedWeights(1, 1), newShifted(0), newShifted(1))
	for want, f := range map[string]func(){
		"dist: Given: context: got 3 columns, want 2": func() { dist.Given(m, tape.Zeros(1, 3)) },
		"dist: Mixture: got a context of 3×2, want 2 columns, and one row or 5": func() {
			m.DrawGiven(mat.NewDense(5, 1, nil), mat.NewDense(3, 2, nil), nil)
		},
		"dist: Mixture: part 2: got context width 1, want 3 as before it": func() {
			dist.NewMixture(dist.FixedWeights(1, 1, 1), dist.NewStdNormal(1), bindable(3), bindable(1))
		},
		"shifted: got no context": func() { m.LogProb([]float64{1}) },
		"dist: Joint: part 1: got context width 3, want 2 as before it": func() { dist.NewJoint(newShifted(0), bindable(3)) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

// bindable has a context of some width.
type bindable int

func (bindable) Dim() int                                       { return 1 }
func (b bindable) CondDim() int                                 { return int(b) }
func (bindable) LogDensity(autodiff.Var) autodiff.Var           { panic("bindable") }
func (bindable) LogDensityGiven(_, _ autodiff.Var) autodiff.Var { panic("bindable") }
func (bindable) Draw(*mat.Dense, rand.Source)                   { panic("bindable") }
func (bindable) DrawGiven(*mat.Dense, mat.Matrix, rand.Source)  { panic("bindable") }
