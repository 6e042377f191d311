package onnx

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// Flows of images: their networks' convolutions, scales and pixels, with and without classes.
func TestImages(t *testing.T) {
	for name, preset := range map[string]func(flow.ImageArch, rand.Source) *flow.Transformed{"Glow": flow.Glow, "ImageRealNVP": flow.ImageRealNVP} {
		for _, cond := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s %d", name, cond), func(t *testing.T) {
				a := flow.ImageArch{Channels: 2, Height: 4, Width: 4, Scales: 2, Steps: 1, Hidden: 4, Blocks: 1, Cond: cond, BatchNorm: name == "ImageRealNVP"}
				m := shaken(preset(a, rand.NewPCG(1, 2)), rand.New(rand.NewPCG(3, 4)))
				check(t, m, 1e-9, true)
			})
		}
	}
	mixing := bijector.NewWoodbury(2, 3, 1, rand.NewPCG(1, 2))
	scale := bijector.NewPerChannel(bijector.NewScale(autodiff.Fixed(1, 2, 3)), 2)
	check(t, flow.New(dist.NewStdNormal(6), mixing, scale), 1e-12, true)
}
