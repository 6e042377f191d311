package flow

import (
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
)

// Glow returns Glow for images: on the way from data to base each scale squeezes the
// image, takes a.Steps steps, eight by default, of an [bijector.ActNorm], an invertible 1×1
// convolution and a coupling with a convolutional network, and leaves half of the
// channels behind, whose means and scales are learned given the other half; those of the last scale are
// learned parameters. With a context, couplings and priors depend on it.
//
// The 1×1 convolutions start from random rotations, as in the paper, which fit better than
// permutations where couplings are affine. Other maps, which could not shape the
// distributions of mixed channels as well as those of single ones, get permutations to start from, as in
// Neural Spline Flows, arXiv:1906.04032: splines have 0.02 to 0.05 bits per pixel less so on digits.
//
// The intensities pass a logit, and [Fit] sets the ActNorms from the data. Both
// directions cost one pass of each network. Random weights are drawn from src; nil
// is the global source. It panics if a is not sensible.
//
// Diederik P. Kingma, Prafulla Dhariwal, Glow: Generative Flow with Invertible
// 1×1 Convolutions, 2018, arXiv:1807.03039.
func Glow(a ImageArch, src rand.Source) *Transformed {
	a = a.withDefaults("Glow", 8)
	image := a
	var scales multiscale
	for k := range a.Scales {
		image = image.squeezed("Glow")
		var steps bijector.Chain
		for range a.Steps {
			steps = append(steps, image.glowStep(src)...)
		}
		steps = append(steps, bijector.NewInvert(bijector.NewSqueeze(image.Channels/4, 2*image.Height, 2*image.Width)))
		scales.add(image, steps, k == a.Scales-1, src)
		image = image.half()
	}
	return a.flow(scales.chain())
}

// glowStep returns a coupling, a 1×1 convolution and an ActNorm, base to data.
func (a ImageArch) glowStep(src rand.Source) bijector.Chain {
	coupling := a.channelCoupling(false, a.Map, func(in, out int) nn.Network {
		net := nn.NewConvNet(in, a.Hidden, out, a.Height, a.Width, a.Cond, a.Map.Params(), src).ZeroLast()
		net.Single = a.single()
		return net
	})
	return bijector.Chain{coupling, bijector.NewPerPixel(bijector.Chain{a.mixing(src), bijector.NewActNorm(a.Channels)}, a.pixels())}
}

// mixing returns the linear map of a pixel's channels.
func (a ImageArch) mixing(src rand.Source) bijector.Bijector {
	if _, ok := a.Map.(bijector.Affine); ok {
		return bijector.NewConv1x1(a.Channels, 1, src).B
	}
	perm := rand.New(rng.Or(src)).Perm(a.Channels)
	return bijector.NewInvert(bijector.NewLU(autodiff.LearnedIdentity(a.Channels), perm, autodiff.Value{}))
}

// A multiscale collects scales from data to base.
type multiscale struct {
	levels []bijector.Bijector
	dims   []int
}

// add adds the steps, base to data, of a scale that maps images as described by
// a. It puts the prior before them: of what leaves, or, for the last, of all.
func (m *multiscale) add(a ImageArch, steps bijector.Chain, last bool, src rand.Source) {
	prior := a.topPrior
	if !last {
		prior = a.splitPrior
	}
	m.levels = append(m.levels, append(bijector.Chain{prior(src)}, steps...))
	m.dims = append(m.dims, a.dim())
}

// chain returns the scales as one map.
func (m *multiscale) chain() bijector.Bijector {
	slices.Reverse(m.levels)
	slices.Reverse(m.dims)
	return bijector.NewMultiscale(m.dims, m.levels...)
}
