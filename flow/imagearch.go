package flow

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// An ImageArch describes a flow for images, whose rows hold the Height·Width
// values of the first channel, image line by line, then those of the next. The values
// are intensities from 0 to Intensities, whole numbers made continuous by noise between
// 0 and 1: see [Data.Dequantized]. The zero value of every field but Height and
// Width is a good default.
type ImageArch struct {
	Channels, Height, Width int // 0 channels is 1
	Intensities             int // 0 is 256
	Cond                    int // columns of the context, such as a one-hot class; 0 for none
	// Scales is the number of resolutions, each half the one before; 0 is as many as
	// leave at least 2×2 pixels, at most 3.
	Scales int
	Steps  int // couplings in a scale; 0 is the preset's default
	Hidden int // channels of each network's hidden layers; 0 is 64
	// Map is what couplings apply to each element; nil is [bijector.Affine], and [bijector.Spline] makes
	// a neural spline flow.
	Map bijector.Univariate
	// Marginals is the number of bins of a learned spline through which each number passes next to
	// the data, the same for all rows; 0 is no spline, as in the papers. Intensities that pile up
	// at one end, such as a background, take fewer bits with 16 or so.
	Marginals int
	// Blocks are the residual blocks of ImageRealNVP's networks; 0 is 2.
	Blocks int
	// BatchNorm makes ImageRealNVP normalise by running statistics of the minibatches.
	BatchNorm bool
	// Precision is what the couplings' networks compute in: by default float32 if Hidden is 32 or more, else
	// float64, see [ByWidth].
	Precision Precision
}

func (a ImageArch) withDefaults(what string, steps int) ImageArch {
	if a.Height < 1 || a.Width < 1 || min(a.Channels, a.Intensities, a.Cond, a.Scales, a.Steps, a.Hidden, a.Blocks, a.Marginals) < 0 {
		panic(fmt.Sprintf("flow: %s: got %+v, want a positive Height and Width and no negative number", what, a))
	}
	a.Precision.check(what)
	setDefault(&a.Channels, 1)
	setDefault(&a.Intensities, 256)
	setDefault(&a.Steps, steps)
	setDefault(&a.Hidden, 64)
	setDefault(&a.Blocks, 2)
	if a.Map == nil {
		a.Map = bijector.Affine{}
	}
	if a.Scales == 0 {
		for h, w := a.Height, a.Width; a.Scales < 3 && h%2+w%2 == 0 && min(h, w) >= 4; h, w = h/2, w/2 {
			a.Scales++
		}
		setDefault(&a.Scales, 1)
	}
	return a
}

// dim returns the number of columns.
func (a ImageArch) dim() int { return a.Channels * a.pixels() }

func (a ImageArch) pixels() int { return a.Height * a.Width }

// squeezed returns the description of the image after a squeeze.
func (a ImageArch) squeezed(what string) ImageArch {
	if a.Height%2+a.Width%2 > 0 {
		panic(fmt.Sprintf("flow: %s: got a scale of %d×%d pixels, want even numbers", what, a.Height, a.Width))
	}
	a.Channels, a.Height, a.Width = 4*a.Channels, a.Height/2, a.Width/2
	return a
}

// half returns the description of the image without the second half of its
// channels.
func (a ImageArch) half() ImageArch {
	a.Channels /= 2
	return a
}

// flow returns the flow of the scales, which ends with the map from the line to the range
// of the intensities: from −log 19 to log 19, within the splines' bound of 4.
func (a ImageArch) flow(scales bijector.Bijector) *Transformed {
	const alpha = 0.05
	chain := []bijector.Bijector{scales}
	if a.Marginals > 0 {
		chain = append(chain, bijector.NewElementwise(a.dim(), bijector.Spline{Bins: a.Marginals, Bound: 4}))
	}
	return New(dist.NewStdNormal(a.dim()), append(chain, bijector.NewPixelRange(a.Intensities, alpha))...)
}

// channelCoupling returns a coupling that keeps the first half of the channels,
// or the second, with the network that net makes for so many channels in and out.
func (a ImageArch) channelCoupling(second bool, u bijector.Univariate, net func(in, out int) nn.Network) bijector.Bijector {
	half := a.Channels / 2
	keep := bijector.Columns(0, half*a.pixels())
	if second {
		keep = bijector.Columns(half*a.pixels(), a.dim())
	}
	kept := len(keep) / a.pixels()
	return bijector.NewCoupling(a.dim(), keep, u, a.Cond, func(_, _ int) nn.Network {
		return net(kept, u.Params()*(a.Channels-kept))
	})
}

// topPrior returns the learned means and scales of the columns of the last
// scale: constants, or linear in the context.
func (a ImageArch) topPrior(src rand.Source) bijector.Bijector {
	return bijector.NewCoupling(a.dim(), nil, bijector.Affine{}, a.Cond, func(in, out int) nn.Network {
		return nn.NewMLP(in, nil, out, nn.Linear, src).ZeroLast()
	})
}

// splitPrior returns the learned means and scales of the second half of the
// channels, which leaves, given the first, which goes on.
func (a ImageArch) splitPrior(src rand.Source) bijector.Bijector {
	return a.channelCoupling(false, bijector.Affine{}, func(in, out int) nn.Network {
		net := &nn.ConvNet{Layers: []nn.Conv2D{*nn.NewConv2D(in, out, a.Height, a.Width, 3, nn.Linear, src)}, Group: 2}
		net.ZeroLast()
		if a.Cond > 0 {
			context := nn.NewLayer(a.Cond, out, nn.Linear, src)
			context.Zero()
			net.Context = &context
		}
		return net
	})
}
