package bijector

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// PerChannel maps the pixels of every channel of an image by one bijector:
//
//	y[c, :] = f(x[c, :]) for every channel c,  log|det| = Σ log|det ∂f/∂x[c, :]|
//
// A row holds the pixels of the first channel, then those of the next, as many for each as f has columns. Any columns in groups
// of equal length may stand for channels. Both directions cost as much as f for n·Channels rows.
type PerChannel struct {
	B        Bijector // of as many columns as a channel has pixels
	Channels int
}

// NewPerChannel returns b for each of the channels. It panics if channels is not positive.
func NewPerChannel(b Bijector, channels int) *PerChannel {
	p := &PerChannel{B: b, Channels: channels}
	must(p.Restore())
	return p
}

// NewWoodbury returns a mixing of the channels of each pixel and of the pixels of each channel, by matrices I + U·Vᵀ of some rank:
// two [LowRank] maps, in a [PerPixel] and a [PerChannel], which start close to the identity, U and V being drawn with deviations of 0.01 from src, nil for the process-wide source. The
// log-determinant is pixels times that of the channels' matrix plus channels times that of the pixels'. It costs O(rank) for each
// value of an image in both directions. It panics unless all three numbers are positive.
//
// You Lu, Bert Huang, Woodbury Transformations for Deep Generative Flows, 2020, arXiv:2002.12229.
func NewWoodbury(channels, pixels, rank int, src rand.Source) Chain {
	if channels < 1 || pixels < 1 || rank < 1 {
		panic(fmt.Sprintf("bijector: Woodbury: got %d channels, %d pixels and rank %d, want positive numbers", channels, pixels, rank))
	}
	mixing := func(d int) *LowRank {
		r := min(rank, d)
		return NewLowRank(autodiff.Fixed(1), autodiff.LearnedNormal(d, r, 0.01, src), autodiff.LearnedNormal(d, r, 0.01, src), autodiff.Value{})
	}
	return Chain{NewPerPixel(mixing(channels), pixels), NewPerChannel(mixing(pixels), channels)}
}

// Restore checks the fields.
func (p *PerChannel) Restore() error {
	if p.B == nil || p.Channels < 1 {
		return fmt.Errorf("bijector: PerChannel: got map %T and %d channels, want a map and at least one", p.B, p.Channels)
	}
	return nil
}

// rows returns the channels of images as rows.
func (p *PerChannel) rows(x autodiff.Var) autodiff.Var {
	n, d := x.Dims()
	if d%p.Channels != 0 {
		panic(fmt.Sprintf("bijector: PerChannel: got %d columns, want a multiple of %d channels", d, p.Channels))
	}
	return x.Reshape(n*p.Channels, d/p.Channels)
}

// images puts the channels back.
func (p *PerChannel) images(x autodiff.Var) autodiff.Var {
	n, d := x.Dims()
	return x.Reshape(n/p.Channels, d*p.Channels)
}

// sum adds up the log-determinants of the channels.
func (p *PerChannel) sum(l autodiff.Var) autodiff.Var {
	if l.Rows() == 1 && p.Channels > 1 {
		return l.MulConst(float64(p.Channels))
	}
	return l.Reshape(l.Rows()/p.Channels, p.Channels).RowSum()
}

// Forward returns f of every channel.
func (p *PerChannel) Forward(x autodiff.Var) autodiff.Var { return p.images(p.B.Forward(p.rows(x))) }

// Inverse returns f⁻¹ of every channel.
func (p *PerChannel) Inverse(y autodiff.Var) autodiff.Var { return p.images(p.B.Inverse(p.rows(y))) }

// ILDJ returns the sum of f's inverse log-determinants.
func (p *PerChannel) ILDJ(y autodiff.Var) autodiff.Var { return p.sum(p.B.ILDJ(p.rows(y))) }

// InverseILDJ returns both.
func (p *PerChannel) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	x, ildj = InverseILDJ(p.B, p.rows(y))
	return p.images(x), p.sum(ildj)
}

// ForwardFLDJ returns f of every channel and the sum of f's log-determinants.
func (p *PerChannel) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	y, fldj = ForwardFLDJ(p.B, p.rows(x))
	return p.images(y), p.sum(fldj)
}

// Walk visits f with the channels as rows.
func (p *PerChannel) Walk(a Arrival, visit func(part Bijector, a Arrival)) {
	visit(p.B, a.Mapped(p.rows))
}

// CondDim returns the width of f's context.
func (p *PerChannel) CondDim() int { return CondDim(p.B) }

// Given returns the map with f bound to the context of each channel's image.
func (p *PerChannel) Given(c autodiff.Var) Bijector {
	wantContext("PerChannel", c, p.CondDim())
	if c.Rows() > 1 {
		c = c.RepeatRows(p.Channels)
	}
	return &PerChannel{B: Given(p.B, c), Channels: p.Channels}
}
