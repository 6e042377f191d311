package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// start sets the raw parameters of m, in one row, to those from which training starts, if m does not start from zeros.
func start(raw *autodiff.Param, m Univariate) {
	k, data := m.Params(), raw.Data()
	for j := 0; j < len(data); j += k {
		startColumn(data[j:j+k], m, j/k)
	}
}

// startColumn does it for column j.
func startColumn(raw []float64, m Univariate, j int) {
	switch m := m.(type) {
	case Inverted:
		startColumn(raw, m.Map, j)
	case Opposite:
		startColumn(raw, m.Map, j)
	case PerColumn:
		startColumn(raw, m.Maps[j], 0)
	case interface{ Start() []float64 }:
		copy(raw, m.Start())
	}
}

// startNet does it for the network that gives the raw parameters, if its last layer is zero.
func startNet(net nn.Network, m Univariate) {
	switch net := net.(type) {
	case *nn.Constant:
		start(net.Row, m)
	case *nn.MLP:
		startLayer(net.Layers[len(net.Layers)-1], m)
	case *nn.ResMLP:
		startLayer(net.Last, m)
	case *nn.GatedResMLP:
		startLayer(net.Last, m)
	case *nn.Sequential:
		startNet(net.Nets[len(net.Nets)-1], m)
	}
}

// startLayer does it for the last layer of a network.
func startLayer(l nn.Layer, m Univariate) {
	for _, p := range []*autodiff.Param{l.W, l.B} {
		for _, v := range p.Data() {
			if v != 0 {
				return
			}
		}
	}
	start(l.B, m)
}
