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

// single switches the networks of a flow of couplings or autoregressive maps to float32.
func single(m *Transformed) *Transformed {
	for _, b := range m.Map {
		switch b := b.(type) {
		case *bijector.Coupling:
			b.Net.(*nn.MLP).Single = true
		case *bijector.Autoregressive:
			b.Net.Single = true
			if err := b.Restore(); err != nil {
				panic(err)
			}
		}
	}
	return m
}
