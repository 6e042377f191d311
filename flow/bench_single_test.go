package flow

import (
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// BenchmarkPeersSingle times the workloads of BenchmarkPeers that have networks with those in float32.
func BenchmarkPeersSingle(b *testing.B) {
	for _, w := range slices.Concat(benchKnown(single), benchMore(single)) {
		b.Run(w.name, w.run)
	}
}

// single switches the networks of a flow that can to float32.
func single(m *Transformed) *Transformed {
	singleMap(m.Map, bijector.Arrival{})
	return m
}

func singleMap(b bijector.Bijector, _ bijector.Arrival) {
	switch b := b.(type) {
	case *bijector.Coupling:
		switch net := b.Net.(type) {
		case *nn.MLP:
			net.Single = true
		case *nn.ConvNet:
			net.Single = true
		}
	case *bijector.Autoregressive:
		b.Net.Single = true
		if err := b.Restore(); err != nil {
			panic(err)
		}
	case bijector.Composite:
		b.Walk(bijector.Arrival{}, singleMap)
	}
}
