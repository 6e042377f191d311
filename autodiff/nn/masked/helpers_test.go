package masked

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// madeSpecs are networks of all kinds, small enough for differences.
func madeSpecs() map[string]Spec {
	return map[string]Spec{
		"plain":    {Dim: 4, Hidden: []int{7, 6}, Outputs: 2, Act: nn.Tanh},
		"order":    {Dim: 4, Hidden: []int{7}, Outputs: 3, Act: nn.SiLU, Order: []int{2, 0, 3, 1}},
		"context":  {Dim: 3, Hidden: []int{6, 5}, Outputs: 2, Cond: 2, Act: nn.Tanh},
		"residual": {Dim: 3, Hidden: []int{5, 5}, Outputs: 2, Act: nn.Tanh, Residual: true},
		"residual with context and order": {Dim: 3, Hidden: []int{5, 5}, Outputs: 1, Cond: 1, Act: nn.Softplus,
			Residual: true, Order: []int{2, 1, 0}},
		"direct":          {Dim: 4, Hidden: []int{6, 5}, Outputs: 2, Cond: 1, Act: nn.Tanh, Direct: true, Order: []int{1, 3, 0, 2}},
		"direct residual": {Dim: 3, Hidden: []int{5}, Outputs: 2, Act: nn.Tanh, Direct: true, Residual: true},
		"linear":          {Dim: 4, Outputs: 2, Act: nn.ReLU},
		"one column":      {Dim: 1, Hidden: []int{3}, Outputs: 2, Cond: 1, Act: nn.Tanh},
		"narrow":          {Dim: 6, Hidden: []int{3, 2}, Outputs: 1, Act: nn.GELU},
		"random":          {Dim: 5, Hidden: []int{9, 9}, Outputs: 2, Act: nn.ELU, Degrees: RandomDegrees(5, []int{9, 9}, false, rng.New(3))},
		"one-hot":         {Dim: 3, Inputs: 2, Hidden: []int{8}, Outputs: 2, Act: nn.Tanh, Order: []int{1, 2, 0}},
		"wide":            {Dim: 3, Hidden: []int{150, 120}, Outputs: 30, Act: nn.Tanh},
	}
}

func randomRows(n, d int) *mat.Dense {
	r := rand.New(rng.New(7))
	m := mat.NewDense(n, d, nil)
	for i := range m.RawMatrix().Data {
		m.RawMatrix().Data[i] = 4*r.Float64() - 2
	}
	return m
}

// madeContext returns n contexts for the network, or the zero Var.
func madeContext(t *autodiff.Tape, m *MADE, n int) autodiff.Var {
	if m.Spec.Cond == 0 {
		return autodiff.Var{}
	}
	return t.Matrix(randomRows(n, m.Spec.Cond))
}

// dense returns act(x·w + b).
func dense(act nn.Activation, x, w, b autodiff.Var) autodiff.Var {
	fused, ok := act.Fused()
	if x = autodiff.Dense(x, w, b, fused); ok {
		return x
	}
	return act.Apply(x)
}

// plain is the network by full matrix products with masked weights.
func plain(m *MADE, x, c autodiff.Var) autodiff.Var {
	t := x.Tape()
	layer := func(l int, h autodiff.Var) autodiff.Var {
		w := mat.DenseCopyOf(m.Layers[l].W.Matrix())
		m.prog.linear[l].mask.apply(w.RawMatrix().Data)
		if c == (autodiff.Var{}) {
			return dense(m.Layers[l].Act, h, t.Matrix(w), t.Use(m.Layers[l].B))
		}
		start := autodiff.Dense(c, t.Use(m.Context[l]), t.Use(m.Layers[l].B), autodiff.Linear)
		return m.Layers[l].Act.Apply(start.Add(h.MatMul(t.Matrix(w))))
	}
	if m.Spec.Order != nil {
		x = x.Gather(grouped(m.Spec.Order, m.Spec.inputs()))
	}
	h, hidden := layer(0, x), m.hidden()
	if hidden == 0 {
		return h
	}
	if m.Spec.Residual {
		for l := 1; l < hidden; l += 2 {
			h = h.Add(layer(l+1, layer(l, m.Spec.Act.Apply(h))))
		}
	} else {
		for l := 1; l < hidden; l++ {
			h = layer(l, h)
		}
	}
	h = layer(len(m.Layers)-1, h)
	if m.Spec.Direct {
		h = h.Add(layer(hidden, x))
	}
	if m.ungroup != nil {
		h = h.Gather(m.ungroup)
	}
	return h
}
