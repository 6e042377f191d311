package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// PerPixel maps the channels of every pixel of an image by one bijector:
//
//	y[:, p] = f(x[:, p]) for every pixel p,  log|det| = Σₚ log|det ∂f/∂x[:, p]|
//
// A row holds the Pixels values of the first channel, then those of the next. With an affine
// map of d = channels columns it is an invertible 1×1 convolution
// ([NewConv1x1]), with an [ActNorm] one that normalises channels. Both directions
// cost as much as f for n·Pixels rows.
type PerPixel struct {
	B      Bijector // of as many columns as there are channels
	Pixels int
}

// NewPerPixel returns b for each of the pixels. It panics if pixels is not
// positive.
func NewPerPixel(b Bijector, pixels int) *PerPixel {
	p := &PerPixel{B: b, Pixels: pixels}
	must(p.Restore())
	return p
}

// Restore checks the fields.
func (p *PerPixel) Restore() error {
	if p.B == nil || p.Pixels < 1 {
		return fmt.Errorf("bijector: PerPixel: got map %T and %d pixels, want a map and at least one", p.B, p.Pixels)
	}
	return nil
}

// rows returns the pixels of images as rows.
func (p *PerPixel) rows(x autodiff.Var) autodiff.Var {
	if x.Cols()%p.Pixels != 0 {
		panic(fmt.Sprintf("bijector: PerPixel: got %d columns, want a multiple of %d pixels", x.Cols(), p.Pixels))
	}
	return nn.Pixels(x, x.Cols()/p.Pixels, 1)
}

// sum adds up the log-determinants of the pixels.
func (p *PerPixel) sum(l autodiff.Var) autodiff.Var {
	if l.Rows() == 1 {
		return l.MulConst(float64(p.Pixels))
	}
	return l.Reshape(l.Rows()/p.Pixels, p.Pixels).RowSum()
}

// Forward returns f of every pixel.
func (p *PerPixel) Forward(x autodiff.Var) autodiff.Var {
	return nn.Channels(p.B.Forward(p.rows(x)), p.Pixels, 1)
}

// Inverse returns f⁻¹ of every pixel.
func (p *PerPixel) Inverse(y autodiff.Var) autodiff.Var {
	return nn.Channels(p.B.Inverse(p.rows(y)), p.Pixels, 1)
}

// ILDJ returns the sum of f's inverse log-determinants.
func (p *PerPixel) ILDJ(y autodiff.Var) autodiff.Var { return p.sum(p.B.ILDJ(p.rows(y))) }

// InverseILDJ returns both.
func (p *PerPixel) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	x, ildj = InverseILDJ(p.B, p.rows(y))
	return nn.Channels(x, p.Pixels, 1), p.sum(ildj)
}

// ForwardFLDJ returns f of every pixel and the sum of f's log-determinants.
func (p *PerPixel) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	y, fldj = ForwardFLDJ(p.B, p.rows(x))
	return nn.Channels(y, p.Pixels, 1), p.sum(fldj)
}

// CondDim returns the width of f's context.
func (p *PerPixel) CondDim() int { return CondDim(p.B) }

// Given returns the map with f bound to the context of each pixel's image.
func (p *PerPixel) Given(c autodiff.Var) Bijector {
	wantContext("PerPixel", c, p.CondDim())
	if n, d := c.Dims(); n > 1 {
		c = nn.Pixels(c.Reshape(n*d, 1).Expand(n*d, p.Pixels).Reshape(n, d*p.Pixels), d, 1)
	}
	return &PerPixel{B: Given(p.B, c), Pixels: p.Pixels}
}
