package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// usualDecay is the decay of weights for so many rows to learn from and columns: 4 up to 25 rows a column, 1 for 50, none from 200 on. The fewer rows,
// the more a flow is drawn towards maps of each column by itself. NSF, RealNVP and MAF were trained on nine public sets, eleven times 83 to 1158 rows of
// 7 to 36 columns, with 0, 1/4, 1, 4, 20 and 80: held-out likelihood was best with 4 in most of those of up to 40 rows a column, and with 1 or less at 55.
func usualDecay(rows, columns int) float64 {
	share := float64(columns) / float64(max(rows, 1))
	if share <= 1./200 {
		return 0
	}
	return min(2500*share*share, 4)
}

// setDecay completes Settings.Decay.
func (f *fit) setDecay(s *Settings) {
	if n := f.data.source.Len(); f.Decay == 0 && n > 0 && f.target == nil && !f.serial && (s == nil || s.Optimizer == nil) {
		dim, cond := f.data.source.Dims()
		f.Decay = usualDecay(n, dim+cond)
	}
	f.Decay = max(f.Decay, 0)
}

// weights returns those of the dense networks in the maps of all flows in m, without biases.
func (m *Transformed) weights() (all []*autodiff.Param) {
	seen := map[*autodiff.Param]bool{}
	add := func(p *autodiff.Param) {
		if !p.Frozen() && !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	}
	eachFlow(m, func(m *Transformed) { eachWeight(m.all, add) })
	return all
}

func eachWeight(b bijector.Bijector, add func(p *autodiff.Param)) {
	switch b := b.(type) {
	case *bijector.Coupling:
		if net, ok := b.Net.(*nn.MLP); ok {
			addLayers(net.Layers, add)
		}
	case *bijector.Autoregressive:
		addLayers(b.Net.Layers, add)
		for _, p := range b.Net.Context {
			add(p)
		}
	case *bijector.Embedded:
		if net, ok := b.Net.(*nn.MLP); ok {
			addLayers(net.Layers, add)
		}
		walkWeights(b, add)
	case bijector.Composite:
		walkWeights(b, add)
	}
}

func walkWeights(c bijector.Composite, add func(p *autodiff.Param)) {
	c.Walk(bijector.Arrival{}, func(part bijector.Bijector, _ bijector.Arrival) { eachWeight(part, add) })
}

func addLayers(layers []nn.Layer, add func(p *autodiff.Param)) {
	for _, l := range layers {
		add(l.W)
	}
}
