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
		{"W6/train_b1024", func(b *testing.B) { benchTrain(b, single(w6()), normalRows(4*1024, 64), 1024) }},
		{"W6/log_prob_b1024", func(b *testing.B) { benchLogProbs(b, single(w6()), normalRows(1024, 64)) }},
		{"W8/latency_b1_nsf", func(b *testing.B) { benchLatency(b, single(w2()), bananaRows(512)) }},
	} {
		b.Run(w.name, w.run)
	}
}

// single switches the networks of a flow of couplings to float32.
func single(m *Transformed) *Transformed {
	for _, b := range m.Map {
		b.(*bijector.Coupling).Net.(*nn.MLP).Single = true
	}
	return m
}
