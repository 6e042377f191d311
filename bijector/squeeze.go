package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Squeeze trades pixels for channels: each 2×2 block of pixels of one channel
// becomes one pixel of four channels:
//
//	y[4c+2a+b, i, j] = x[c, 2i+a, 2j+b],  log|det| = 0
//
// A row of x is an image of Channels×Height×Width values, channel by channel, and one of y of
// 4·Channels×Height/2×Width/2. On the way from data to base a flow squeezes, so that
// it usually holds NewInvert(NewSqueeze(…)). Both directions cost O(d) a row.
// Laurent Dinh, Jascha Sohl-Dickstein, Samy Bengio, Density estimation using
// Real NVP, 2016, arXiv:1605.08803.
type Squeeze struct {
	Channels, Height, Width int // of x; Height and Width are even

	order, inverse []int
}

// NewSqueeze returns the map of channels×height×width images. It panics if
// an extent is not positive, or height or width is odd.
func NewSqueeze(channels, height, width int) *Squeeze {
	s := &Squeeze{Channels: channels, Height: height, Width: width}
	must(s.Restore())
	return s
}

// Restore checks the fields and lists the order of the columns.
func (s *Squeeze) Restore() (err error) {
	h, w := s.Height/2, s.Width/2
	if s.Channels < 1 || h < 1 || w < 1 || s.Height%2+s.Width%2 > 0 {
		return fmt.Errorf("bijector: Squeeze: got %d channels of %d×%d pixels, want positive numbers and even sides", s.Channels, s.Height, s.Width)
	}
	s.order = make([]int, 0, 4*s.Channels*h*w)
	for c := range s.Channels {
		for k := range 4 {
			for i := range h {
				for j := range w {
					s.order = append(s.order, (c*s.Height+2*i+k/2)*s.Width+2*j+k%2)
				}
			}
		}
	}
	s.inverse, err = invertPermutation("Squeeze", s.order, len(s.order))
	return err
}

// Forward returns the image with a quarter of the pixels.
func (s *Squeeze) Forward(x autodiff.Var) autodiff.Var {
	wantCols("Squeeze", x, len(s.order))
	return x.Gather(s.order)
}

// Inverse returns the image with four times the pixels.
func (s *Squeeze) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("Squeeze", y, len(s.order))
	return y.Gather(s.inverse)
}

// ILDJ returns 0.
func (s *Squeeze) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
