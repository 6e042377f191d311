package flow

import (
	"testing"

	"github.com/normflow/normflow/bijector"
)

// benchMore returns larger and smaller workloads: splines of 10 columns and, given 20, of 5; wide
// masked networks of 21 and of 43 columns; images in colour; batches of 16; a million rows.
func benchMore(s func(*Transformed) *Transformed) []benchRow {
	return []benchRow{
		{"W11/train_b256", func(b *testing.B) { benchTrain(b, s(w11()), normalRows(32*256, 10), 256) }},
		{"W11/log_prob_10k", func(b *testing.B) { benchLogProbs(b, s(w11()), normalRows(10000, 10)) }},
		{"W11/sample_10k", func(b *testing.B) { benchSample(b, s(w11()), 10000) }},
		{"W12/train_b512", func(b *testing.B) { benchTrain(b, s(w12()), normalRows(16*512, 21), 512) }},
		{"W12/log_prob_b4096", func(b *testing.B) { benchLogProbs(b, s(w12()), normalRows(4096, 21)) }},
		{"W12/sample_b1000", func(b *testing.B) { benchSample(b, s(w12()), 1000) }},
		{"W13/train_b200", func(b *testing.B) { benchTrainGiven(b, s(w13()), 200, 5, 20) }},
		{"W13/log_prob_10k_one_context", func(b *testing.B) { benchLogProbs(b, s(w13()).Given(normalRows(1, 20)), normalRows(10000, 5)) }},
		{"W13/sample_10k_one_context", func(b *testing.B) { benchSample(b, s(w13()).Given(normalRows(1, 20)), 10000) }},
		{"W14/train_b256", func(b *testing.B) { benchTrain(b, s(w14()), normalRows(16*256, 43), 256) }},
		{"W14/log_prob_b4096", func(b *testing.B) { benchLogProbs(b, s(w14()), normalRows(4096, 43)) }},
		{"W14/sample_b256", func(b *testing.B) { benchSample(b, s(w14()), 256) }},
		{"W15/train_b16", func(b *testing.B) { benchTrain(b, s(w15()), uniformImages(4*16, 3*32*32), 16) }},
		{"W15/log_prob_b16", func(b *testing.B) { benchLogProbs(b, s(w15()), uniformImages(16, 3*32*32)) }},
		{"W15/sample_b16", func(b *testing.B) { benchSample(b, s(w15()), 16) }},
		{"W16/log_prob_b16_nsf_w2", func(b *testing.B) { benchLogProbs(b, s(w2()), bananaRows(16)) }},
		{"W16/log_prob_b16_maf_w3", func(b *testing.B) { benchLogProbs(b, s(w3()), normalRows(16, 6)) }},
		{"W16/log_prob_b16_realnvp_w6", func(b *testing.B) { benchLogProbs(b, s(w6()), normalRows(16, 64)) }},
		{"W16/log_prob_b16_maf_w12", func(b *testing.B) { benchLogProbs(b, s(w12()), normalRows(16, 21)) }},
		{"W16/train_b16_maf_w3", func(b *testing.B) { benchTrain(b, s(w3()), normalRows(32*16, 6), 16) }},
		{"W17/log_prob_1M_maf_w3", func(b *testing.B) { benchLogProbs(b, s(w3()), normalRows(1000000, 6)) }},
	}
}

func w11() *Transformed {
	return couplingModel(10, 5, bijector.Spline{Bins: 8, Bound: 5}, 128, 0, alternate)
}

func w12() *Transformed { return maskedFlow(21, 5, 512, bijector.Affine{}) }

func w13() *Transformed {
	return couplingModel(5, 5, bijector.Spline{Bins: 10, Bound: 5}, 50, 20, alternate)
}

func w14() *Transformed { return maskedFlow(43, 5, 256, bijector.Spline{Bins: 8, Bound: 5}) }

// benchTrainGiven times a step on rows of d columns given cond.
func benchTrainGiven(b *testing.B, m *Transformed, batch, d, cond int) {
	data := Rows(normalRows(32*batch, d)).Given(normalRows(32*batch, cond))
	f := benchFit(b, m, data, batch, likelihood(m))
	defer f.batches.Close()
	loopSteps(b, f)
}
