package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// w7 returns the peers' Glow for 1×side×side images: two scales of four steps,
// 64 hidden channels, without learned priors and without a logit.
func w7(side int) *Transformed {
	return benchGlow(ImageArch{Channels: 1, Height: side, Width: side, Hidden: 64}, 2, 4)
}

// w15 returns the same for 3×32×32 images: three scales of eight steps, 128 hidden channels.
func w15() *Transformed {
	return benchGlow(ImageArch{Channels: 3, Height: 32, Width: 32, Hidden: 128}, 3, 8)
}

func benchGlow(a ImageArch, levels, depth int) *Transformed {
	src := rng.New(1)
	a.Map = bijector.Affine{Scale: bijector.Sigmoid2}
	d := a.dim()
	var scales multiscale
	for range levels {
		a = a.squeezed("Glow")
		var steps bijector.Chain
		for range depth {
			steps = append(steps, a.glowStep(src)...)
		}
		steps = append(steps, bijector.NewInvert(bijector.NewSqueeze(a.Channels/4, 2*a.Height, 2*a.Width)))
		scales.levels = append(scales.levels, steps)
		scales.dims = append(scales.dims, a.dim())
		a = a.half()
	}
	return New(dist.NewStdNormal(d), scales.chain())
}

// uniformImages returns n images of d values between 0 and 1.
func uniformImages(n, d int) *mat.Dense {
	r := rand.New(rng.New(3))
	x := mat.NewDense(n, d, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = r.Float64()
	}
	return x
}
