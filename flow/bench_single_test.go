package flow

import (
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// BenchmarkPeersSingle times workloads of BenchmarkPeers with networks in float32.
func BenchmarkPeersSingle(b *testing.B) {
	for _, w := range []struct {
		name string
		run  func(b *testing.B)
	}{
		{"W1/train_b512", func(b *testing.B) {
			benchTrain(b, single(couplingModel(2, 6, bijector.Affine{}, 64, alternate)), bananaRows(32*512), 512)
		}},
		{"W2/train_b512", func(b *testing.B) { benchTrain(b, single(w2()), bananaRows(32*512), 512) }},
		{"W2/log_prob_b4096", func(b *testing.B) { benchLogProbs(b, single(w2()), bananaRows(4096)) }},
		{"W2/sample_b4096", func(b *testing.B) { benchSample(b, single(w2()), 4096) }},
		{"W3/train_b128", func(b *testing.B) { benchTrain(b, single(w3()), normalRows(32*128, 6), 128) }},
		{"W3/train_b1024", func(b *testing.B) { benchTrain(b, single(w3()), normalRows(32*1024, 6), 1024) }},
		{"W3/log_prob_b128", func(b *testing.B) { benchLogProbs(b, single(w3()), normalRows(128, 6)) }},
		{"W3/log_prob_b1024", func(b *testing.B) { benchLogProbs(b, single(w3()), normalRows(1024, 6)) }},
		{"W4/train_b512", func(b *testing.B) {
			benchTrain(b, single(maskedFlow(8, 5, 128, bijector.Spline{Bins: 8, Bound: 5})), normalRows(32*512, 8), 512)
		}},
		{"W6/train_b1024", func(b *testing.B) { benchTrain(b, single(w6()), normalRows(4*1024, 64), 1024) }},
		{"W6/log_prob_b1024", func(b *testing.B) { benchLogProbs(b, single(w6()), normalRows(1024, 64)) }},
		{"W8/latency_b1_nsf", func(b *testing.B) { benchLatency(b, single(w2()), bananaRows(512)) }},
		{"W8/latency_b1_maf", func(b *testing.B) { benchLatency(b, single(w3()), normalRows(512, 6)) }},
	} {
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
