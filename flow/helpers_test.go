package flow_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// banana fills rows with N(x₁ | x₂²/4, 1)·N(x₂ | 0, 4), 4 a standard deviation.
func banana(batch *mat.Dense, src rand.Source) {
	r := rand.New(src)
	n, _ := batch.Dims()
	for i := range n {
		x2 := 4 * r.NormFloat64()
		batch.SetRow(i, []float64{x2*x2/4 + r.NormFloat64(), x2})
	}
}

var nan = math.NaN()

const bananaEntropy = 4.224171427529236

func bananas(n int, seed uint64) *mat.Dense {
	x := mat.NewDense(n, 2, nil)
	banana(x, rng.New(seed))
	return x
}

// normal returns n×d samples of a standard normal.
func normal(n, d int, seed uint64) *mat.Dense {
	r := rand.New(rng.New(seed))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, r.NormFloat64())
		}
	}
	return x
}

// shake moves the learned parameters of a model away from the identity.
func shake(m *flow.Transformed, seed uint64) *flow.Transformed {
	r := rand.New(rng.New(seed))
	for _, p := range parameters(m) {
		for i := range p.Data() {
			p.Data()[i] += 0.15 * r.NormFloat64()
		}
	}
	return m
}

// parameters returns the learned parameters of a model.
func parameters(m *flow.Transformed) []*autodiff.Param {
	t := autodiff.NewTape()
	if w := m.CondDim(); w > 0 {
		m = m.Given(mat.NewDense(1, w, nil))
	}
	m.LogDensity(t.Zeros(1, m.Dim()))
	var free []*autodiff.Param
	for _, p := range t.Params() {
		if !p.Frozen() {
			free = append(free, p)
		}
	}
	return free
}

// bits returns a copy of all learned values.
func bits(m *flow.Transformed) []uint64 {
	var b []uint64
	for _, p := range parameters(m) {
		for _, v := range p.Data() {
			b = append(b, math.Float64bits(v))
		}
	}
	return b
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), want) {
			t.Errorf("got panic %v, want one that says %q", r, want)
		}
	}()
	f()
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one that says %q", err, want)
	}
}

// fast is a schedule for tests.
var fast = optim.Cosine{Start: 0.005}
