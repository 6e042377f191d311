package pytorch

import (
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/safetensors"
)

// A dense layer is one as PyTorch keeps it: row by row of the outputs.
type dense struct {
	in, out int
	weight  []float64 // out×in
	bias    []float64
	mask    []bool // out×in; nil for none
}

func newDense(in, out int) dense {
	return dense{in: in, out: out, weight: make([]float64, in*out), bias: make([]float64, out)}
}

// denseOf returns a layer, whose input i is the library's from[i] and output j its to[j]; nil is as they are.
func denseOf(l nn.Layer, from, to []int) dense {
	from, to = orAll(from, l.In()), orAll(to, l.Out())
	d := newDense(len(from), len(to))
	for j, u := range to {
		for i, v := range from {
			d.weight[u*d.in+v] = l.W.Data()[i*d.out+j]
		}
		d.bias[u] = l.B.Data()[j]
	}
	return d
}

// put writes a layer as the tensors weight, bias and, if it is masked, mask.
func (e *exporter) put(p string, d dense) {
	e.add(p+"weight", d.weight, d.out, d.in)
	e.add(p+"bias", d.bias, d.out)
	if d.mask != nil {
		e.tensors = append(e.tensors, safetensors.Bools(p+"mask", d.mask, d.out, d.in))
	}
}

// maskedLayers returns the layers of a masked network: columns and outputs in their natural order, hidden units as they are. The
// context stands behind the columns.
func maskedLayers(m *masked.MADE) (layers []dense) {
	s := m.Spec
	order := orAll(s.Order, s.Dim)
	from, degrees := order, span(1, s.Dim+1)
	for i, l := range m.Layers {
		var to, next []int
		if i == len(m.Layers)-1 {
			for k, j := range order {
				for r := range s.Outputs {
					to, next = append(to, j*s.Outputs+r), append(next, k)
				}
			}
		} else if s.Residual {
			next = s.Degrees[0]
		} else {
			next = s.Degrees[i]
		}
		d := denseOf(l, from, to)
		d.mask = make([]bool, len(d.weight))
		from, to = orAll(from, d.in), orAll(to, d.out)
		for j, u := range to {
			for k, v := range from {
				seen := degrees[k] <= next[j]
				d.mask[u*d.in+v] = seen
				if !seen {
					d.weight[u*d.in+v] = 0
				}
			}
		}
		layers = append(layers, d)
		from, degrees = nil, next
	}
	return layers
}

// span returns a, …, b−1.
func span(a, b int) (list []int) {
	for i := a; i < b; i++ {
		list = append(list, i)
	}
	return list
}

// carried returns the layers of a masked network whose context, which ours sees in every layer, comes in at the first: pairs of further units
// a(c), a(−c) carry it on, of activations from whose difference c follows.
func carried(m *masked.MADE) []dense {
	layers, cond := maskedLayers(m), m.Spec.Cond
	last := 0
	for i, c := range m.Context {
		if slices.ContainsFunc(c.Data(), func(x float64) bool { return x != 0 }) {
			last = i
		}
	}
	factor := map[nn.Activation]float64{nn.ReLU: 1, nn.LeakyReLU: 1 / 1.01, nn.SiLU: 1, nn.GELU: 1, nn.Softplus: 1, nn.Linear: 0.5}[m.Spec.Act]
	if last > 0 && factor == 0 {
		fail("its network sees the context in every layer, which zuko's sees in the first only: an activation %q cannot carry it on, want relu, leakyrelu, silu, gelu or softplus", m.Spec.Act)
	}
	for i, d := range layers {
		to := carry{context: contextOf(m, i, d.out), units: 2 * cond, first: i == 0, factor: factor}
		if i >= last {
			to.units = 0
		}
		layers[i] = to.through(d, i <= last && cond > 0)
	}
	return layers
}

// A carry widens one layer.
type carry struct {
	context [][]float64 // what the layer makes of each column of the context, for each output in the library's order
	units   int         // which the layer gets
	first   bool
	factor  float64
}

// through returns the layer with the context, or what carries it, behind its inputs.
func (c carry) through(d dense, sees bool) dense {
	if !sees {
		return d
	}
	cond := len(c.context)
	more := cond
	if !c.first {
		more = 2 * cond
	}
	w := newDense(d.in+more, d.out+c.units)
	w.mask = make([]bool, len(w.weight))
	set := func(u, k int, x float64) { // the weight of unit u for column k of the context
		at := u*w.in + d.in
		if c.first {
			w.weight[at+k], w.mask[at+k] = x, true
			return
		}
		w.weight[at+2*k], w.weight[at+2*k+1] = x*c.factor, -x*c.factor
		w.mask[at+2*k], w.mask[at+2*k+1] = true, true
	}
	for u := range d.out {
		copy(w.weight[u*w.in:], d.weight[u*d.in:(u+1)*d.in])
		copy(w.mask[u*w.in:], d.mask[u*d.in:(u+1)*d.in])
		w.bias[u] = d.bias[u]
		for k := range cond {
			set(u, k, c.context[k][u])
		}
	}
	for u := range c.units {
		set(d.out+u, u/2, float64(1-2*(u%2)))
	}
	return w
}

// contextOf returns what layer i of a masked network makes of each column of the context, outputs in their natural order.
func contextOf(m *masked.MADE, i, out int) [][]float64 {
	rows := make([][]float64, m.Spec.Cond)
	for k := range rows {
		rows[k] = m.Context[i].Data()[k*out : (k+1)*out]
		if order := m.Spec.Order; i == len(m.Layers)-1 && order != nil {
			natural := make([]float64, out)
			for at, j := range order {
				copy(natural[j*m.Spec.Outputs:(j+1)*m.Spec.Outputs], rows[k][at*m.Spec.Outputs:])
			}
			rows[k] = natural
		}
	}
	return rows
}

// torchActivations are the classes of activations.
var torchActivations = map[nn.Activation]string{nn.ReLU: "ReLU", nn.Tanh: "Tanh", nn.LeakyReLU: "LeakyReLU", nn.ELU: "ELU", nn.SiLU: "SiLU", nn.GELU: "GELU",
	nn.Softplus: "Softplus", nn.Sigmoid: "Sigmoid", nn.Linear: "Identity"}

// truth writes one truth.
func (e *exporter) truth(name string, x bool) {
	e.tensors = append(e.tensors, safetensors.Bools(name, []bool{x}))
}

// ints and bools write vectors of whole numbers and of truths.
func (e *exporter) ints(name string, x []int) {
	e.tensors = append(e.tensors, safetensors.Ints(name, x, len(x)))
}

func (e *exporter) bools(name string, x []bool) {
	e.tensors = append(e.tensors, safetensors.Bools(name, x, len(x)))
}

// constantOf returns what layers make of zeros.
func constantOf(layers []dense, act nn.Activation) []float64 {
	t := autodiff.NewTape()
	x := t.Zeros(1, layers[0].in)
	for i, d := range layers {
		w := make([]float64, len(d.weight))
		for u := range d.out {
			for v := range d.in {
				w[v*d.out+u] = d.weight[u*d.in+v]
			}
		}
		x = x.MatMul(t.Use(autodiff.NewParam(d.in, d.out, w))).Add(t.Use(autodiff.NewParam(1, d.out, d.bias)))
		if i < len(layers)-1 {
			x = act.Apply(x)
		}
	}
	return x.Data()
}

// constants returns the parameters of d columns, in order, of a coupling that keeps none and sees no context.
func constants(b *bijector.Coupling) (raw []float64, d int, ok bool) {
	constant, ok := b.Net.(*nn.Constant)
	if !ok || len(b.Keep) > 0 {
		return nil, 0, false
	}
	k := b.Map.Params()
	raw = make([]float64, constant.Row.Len())
	for i, j := range b.Change {
		copy(raw[j*k:(j+1)*k], constant.Row.Data()[i*k:])
	}
	return raw, len(b.Change), true
}
