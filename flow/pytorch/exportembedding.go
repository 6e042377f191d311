package pytorch

import (
	"fmt"

	"github.com/normflow/normflow/autodiff/nn"
)

// embedding writes networks that the context passes as a Sequential.
func (e *exporter) embedding(p string, nets []nn.Network) any {
	var list []any
	add := func(class string, arguments, said map[string]any) string {
		path := fmt.Sprintf("%s%d", p, len(list))
		function := "torch.nn." + class
		if class == "Standardize" {
			function = "Standardize"
		}
		e.say(path, class, said)
		list = append(list, call(function, arguments))
		return path + "."
	}
	for _, net := range inTurn(nets) {
		switch net := net.(type) {
		case *nn.Standardizer:
			d := net.In()
			at := add("Standardize", map[string]any{"features": d}, nil)
			e.add(at+"_mean", net.Shift.Data(), d)
			e.add(at+"_std", net.Scale.Data(), d)
			limits := map[string]any{"min_val": -net.Clip, "max_val": net.Clip}
			add("Hardtanh", limits, limits)
		case *nn.MLP:
			e.single = e.single || net.Single
			for _, l := range net.Layers {
				at := add("Linear", map[string]any{"in_features": l.In(), "out_features": l.Out()}, nil)
				e.put(at, denseOf(l, nil, nil))
				if l.Act != nn.Linear {
					add(torchActivations[l.Act], nil, nil)
				}
			}
		default:
			fail("the network that the context passes first, %s, has no counterpart, want an MLP or a Standardizer", kindOf(net))
		}
	}
	return call("torch.nn.Sequential", nil, list...)
}

// inTurn returns networks without the sequences that hold them.
func inTurn(nets []nn.Network) (list []nn.Network) {
	for _, net := range nets {
		if s, ok := net.(*nn.Sequential); ok {
			list = append(list, inTurn(s.Nets)...)
		} else {
			list = append(list, net)
		}
	}
	return list
}
