package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

func madeSeed(n uint64) rand.Source { return rand.NewPCG(n, 2) }

// mades are small models of all kinds.
func mades() map[string]*dist.MADE {
	bits, classes, mixture := dist.BernoulliHead{}, dist.CategoricalHead{Classes: 3}, dist.MixtureHead{Components: 3}
	plain := masked.Spec{Dim: 3, Hidden: []int{7}, Act: nn.Tanh}
	order := masked.Spec{Dim: 3, Hidden: []int{5, 5}, Residual: true, Order: []int{2, 0, 1}, Act: nn.Tanh}
	context := masked.Spec{Dim: 3, Hidden: []int{7}, Cond: 2, Act: nn.Tanh}
	return map[string]*dist.MADE{
		"bits":                dist.NewMADE(plain, bits, madeSeed(1)),
		"bits/order":          dist.NewMADE(order, bits, madeSeed(1)),
		"bits/ensemble":       dist.NewMADEEnsemble(plain, bits, 5, true, madeSeed(1)),
		"bits/connections":    dist.NewMADEEnsemble(order, bits, 4, false, madeSeed(1)),
		"bits/context":        dist.NewMADEEnsemble(context, bits, 2, true, madeSeed(1)),
		"classes":             dist.NewMADE(plain, classes, madeSeed(1)),
		"classes/context":     dist.NewMADE(context, classes, madeSeed(1)),
		"classes/ensemble":    dist.NewMADEEnsemble(order, classes, 3, true, madeSeed(1)),
		"mixture":             dist.NewMADE(plain, mixture, madeSeed(1)),
		"mixture/ensemble":    dist.NewMADEEnsemble(context, mixture, 2, true, madeSeed(1)),
		"mixture/one column":  dist.NewMADE(masked.Spec{Dim: 1, Hidden: []int{4}, Act: nn.Tanh}, mixture, madeSeed(1)),
		"mixture/two columns": dist.NewMADE(masked.Spec{Dim: 2, Hidden: []int{4}, Act: nn.Tanh, Order: []int{1, 0}}, mixture, madeSeed(1)),
	}
}

// bindMADE gives a conditional model a context.
func bindMADE(m *dist.MADE, t *autodiff.Tape) dist.Distribution {
	if m.CondDim() == 0 {
		return m
	}
	return m.Given(t.Matrix(mat.NewDense(1, 2, []float64{0.5, -1})))
}

// madeStates returns all rows of d integers from 0 to k−1.
func madeStates(d, k int) *mat.Dense {
	n := int(math.Pow(float64(k), float64(d)))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j, v := 0, i; j < d; j, v = j+1, v/k {
			x.Set(i, j, float64(v%k))
		}
	}
	return x
}

// Probabilities of all states sum to 1, and as many samples are in each.
func TestMADEProbabilities(t *testing.T) {
	for name, m := range mades() {
		states := 2
		if strings.HasPrefix(name, "mixture") {
			continue
		} else if strings.HasPrefix(name, "classes") {
			states = 3
		}
		tape := autodiff.NewTape()
		p := bindMADE(m, tape)
		all := madeStates(3, states)
		probs := slices.Clone(p.LogDensity(tape.Matrix(all)).Data())
		sum := 0.0
		for i, l := range probs {
			probs[i] = math.Exp(l)
			sum += probs[i]
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%s: got sum %v, want 1", name, sum)
		}
		const n = 20000
		x := mat.NewDense(n, 3, nil)
		p.Draw(x, madeSeed(5))
		counts := make([]float64, len(probs))
		for i := range n {
			at, k := 0, 1
			for j := range 3 {
				at, k = at+k*int(x.At(i, j)), k*states
			}
			counts[at]++
		}
		for i, q := range probs {
			if sd := math.Sqrt(n * q * (1 - q)); math.Abs(counts[i]-n*q) > 4.5*sd+1 {
				t.Errorf("%s: state %v: got %v of %d samples, want %.0f ± %.0f", name, all.RawRowView(i), counts[i], n, n*q, sd)
			}
		}
	}
}

func TestMADEMixtureIntegral(t *testing.T) {
	const n, width = 200, 16.0
	at := func(i int) float64 { return (float64(i)+0.5)*width/n - width/2 }
	one, two := mades()["mixture/one column"], mades()["mixture/two columns"]
	x1, x2 := mat.NewDense(n, 1, nil), mat.NewDense(n*n, 2, nil)
	for i := range n {
		x1.Set(i, 0, at(i))
		for j := range n {
			x2.SetRow(i*n+j, []float64{at(i), at(j)})
		}
	}
	for _, c := range []struct {
		m *dist.MADE
		x *mat.Dense
	}{{one, x1}, {two, x2}} {
		sum := 0.0
		for _, l := range logDensity(c.m, c.x) {
			sum += math.Exp(l) * math.Pow(width/n, float64(c.m.Dim()))
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("%d columns: got integral %v, want 1", c.m.Dim(), sum)
		}
	}
}

// The distribution functions of the columns given those before, at samples,
// are uniform.
func TestMADEMixtureDraw(t *testing.T) {
	h := dist.MixtureHead{Components: 2}
	const n = 4000
	raw := []float64{0.3, -0.5, -1, 2, 0.1, 1}
	all, u, x := make([]float64, 0, 6*n), make([]float64, n), make([]float64, n)
	for i := range n {
		all = append(all, raw...)
		u[i] = (float64(i) + 0.5) / n
	}
	h.Draw(x, all, u)
	slices.Sort(x)
	s := []float64{math.Log1p(math.Exp(raw[4])) + 0.01, math.Log1p(math.Exp(raw[5])) + 0.01}
	w := 1 / (1 + math.Exp(raw[1]-raw[0]))
	for i, v := range x {
		cdf := 0.5*w*math.Erfc((raw[2]-v)/s[0]/math.Sqrt2) + 0.5*(1-w)*math.Erfc((raw[3]-v)/s[1]/math.Sqrt2)
		if math.Abs(cdf-(float64(i)+0.5)/n) > 1.0/n {
			t.Fatalf("sample %d: got a share of %v below, want %v", i, cdf, (float64(i)+0.5)/n)
		}
	}
}

func TestMADEGradients(t *testing.T) {
	for name, m := range mades() {
		t.Run(name, func(t *testing.T) {
			x := mat.NewDense(4, m.Dim(), nil)
			bindMADE(m, autodiff.NewTape()).Draw(x, madeSeed(3))
			fixed := !strings.HasPrefix(name, "mixture")
			at := []*mat.Dense{mat.NewDense(1, 2, []float64{0.5, -1})}
			if !fixed {
				at = append(at, x)
			}
			gradtest.Check(t, func(v ...autodiff.Var) autodiff.Var {
				rows := v[len(v)-1]
				if fixed {
					rows = v[0].Tape().Matrix(x)
				}
				if m.CondDim() > 0 {
					return m.Given(v[0]).LogDensity(rows)
				}
				return m.LogDensity(rows).Add(v[0].Sum())
			}, at...)
		})
	}
}

// More rows leave the first as they are, and members share the parameters.
func TestMADEDraw(t *testing.T) {
	for name, m := range mades() {
		tape := autodiff.NewTape()
		p := bindMADE(m, tape)
		few, many := mat.NewDense(3, m.Dim(), nil), mat.NewDense(300, m.Dim(), nil)
		p.Draw(few, madeSeed(9))
		p.Draw(many, madeSeed(9))
		if !mat.Equal(few, many.Slice(0, 3, 0, m.Dim())) {
			t.Errorf("%s: the first samples depend on how many there are", name)
		}
		mean := make([]float64, 300)
		for i := range m.Members() {
			for k, l := range bindMADE(m.Member(i), tape).LogDensity(tape.Matrix(many)).Data() {
				mean[k] += math.Exp(l) / float64(m.Members())
			}
		}
		for k, l := range p.LogDensity(tape.Matrix(many)).Data() {
			if !(math.Abs(l-math.Log(mean[k])) < 1e-12) {
				t.Fatalf("%s: row %d: got %v, want %v as the mean over members", name, k, l, math.Log(mean[k]))
			}
		}
	}
}

func TestMADEOutsideSupport(t *testing.T) {
	tape := autodiff.NewTape()
	rows := tape.Matrix(mat.NewDense(4, 3, []float64{0, 0.5, 1, 1, -1, 0, 0, math.NaN(), 1, 3, 1, 0}))
	for _, name := range []string{"bits", "classes"} {
		for i, l := range mades()[name].LogDensity(rows).Data() {
			if i == 2 && !math.IsNaN(l) || i != 2 && !math.IsInf(l, -1) {
				t.Errorf("%s: row %d: got %v", name, i, l)
			}
		}
	}
}

// Five bits, the last three of which are functions of the first two: an
// ensemble trained member by member learns them in every order.
func TestMADEEnsembleLearns(t *testing.T) {
	m := dist.NewMADEEnsemble(masked.Spec{Dim: 5, Hidden: []int{40}, Act: nn.ReLU}, dist.BernoulliHead{}, 6, true, madeSeed(1))
	x := mat.NewDense(4, 5, nil)
	for i := range 4 {
		a, b := i%2, i/2
		x.SetRow(i, []float64{float64(a), float64(b), float64(a ^ b), float64(a & b), float64(a | b)})
	}
	tape := autodiff.NewTape()
	m.LogDensity(tape.Matrix(x))
	v := autodiff.NewVector(tape.Params())
	grad, opt := make([]float64, len(v.Data)), new(optim.Adam)
	tape.Accumulate(v, grad)
	for step := range 900 {
		tape.Reset()
		clear(grad)
		tape.Backward(m.Member(step % m.Members()).LogDensity(tape.Matrix(x)).Mean().Neg())
		opt.Step(v.Data, grad, 0.01)
	}
	want := -math.Log(4)
	for i := range m.Members() {
		for k, l := range logDensity(m.Member(i), x) {
			if math.Abs(l-want) > 0.05 {
				t.Errorf("member %d, row %d: got log p %v, want %v", i, k, l, want)
			}
		}
	}
}

func TestMADEPanics(t *testing.T) {
	spec := masked.Spec{Dim: 3, Hidden: []int{7}, Act: nn.Tanh}
	m := mades()["bits"]
	tape := autodiff.NewTape()
	for want, f := range map[string]func(){
		"dist: NewMADE: got no head":                          func() { dist.NewMADE(spec, nil, nil) },
		"dist: NewMADEEnsemble: got 0 masks":                  func() { dist.NewMADEEnsemble(spec, dist.BernoulliHead{}, 0, true, nil) },
		"dist: MADE.Member: got 1, want 0 to 0":               func() { m.Member(1) },
		"dist: MADE: got 2 columns, want 3":                   func() { m.LogDensity(tape.Zeros(1, 2)) },
		"dist: MADE.Given: got 1 columns, want 0":             func() { m.Given(tape.Zeros(1, 1)) },
		"masked: MADE: got no context, want one of 2 columns": func() { mades()["bits/context"].LogProb([]float64{0, 0, 0}) },
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
	for want, bad := range map[string]interface{ Restore() error }{
		"dist: MADE: got no network":                            &dist.MADE{Head: dist.BernoulliHead{}},
		"dist: MADE: got a network from 3 to 3 numbers, want 3": &dist.MADE{Net: m.Net, Head: dist.MixtureHead{Components: 1}},
		"dist: MADE: got 1 orders, want 0":                      &dist.MADE{Net: m.Net, Head: m.Head, Orders: [][]int{{0, 1, 2}}},
		"dist: MADE: member 0: masked: MADE: got 2 degrees":     &dist.MADE{Net: m.Net, Head: m.Head, Degrees: [][][]int{{{1, 2}}}},
		"dist: CategoricalHead: got 0 classes":                  dist.CategoricalHead{},
		"dist: MixtureHead: got 0 components":                   dist.MixtureHead{},
	} {
		if err := bad.Restore(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
