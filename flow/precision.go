package flow

import (
	"fmt"
	"slices"
)

// A Precision says in which numbers the networks of a preset compute: in any case parameters, maps, log-determinants and sums of
// gradients of parameters are float64, each network sees the same bits in both directions, so that maps are inverted to float64,
// and a log-density is exactly that of the map. The choice is written into the networks, and their files: models that were loaded or imported keep theirs.
type Precision string

const (
	// ByWidth is float32 for networks with a hidden layer of 64 units or more, or convolutions with 32 hidden
	// channels or more, if the activation is nn.ReLU, nn.Tanh or nn.Linear, and float64 for smaller ones, which gain
	// less, and for those of [CNF], [Residual] and [BNAF], which know float64 alone.
	//
	// Products then take half the time, and values of a network are good to six digits: the model learned is another one by
	// rounding, no worse. A row scored by itself takes up to twice as long, since weights are rounded at each call. The
	// choice is the same on every processor.
	ByWidth Precision = ""
	// Float64 is for densities whose derivatives are wanted to more than six digits.
	Float64 Precision = "float64"
	// Float32 is float32 for small networks too. Few rows, and few samples of autoregressive flows, may take longer
	// than in float64, since weights are rounded at each call.
	Float32 Precision = "float32"
)

// Widths from which on networks are in float32.
const (
	wideUnits    = 64
	wideChannels = 32
)

func (p Precision) check(what string) {
	if p != ByWidth && p != Float64 && p != Float32 {
		panic(fmt.Sprintf("flow: %s: got Precision %q, want ByWidth, Float64 or Float32", what, string(p)))
	}
}

// single reports whether a network of this width is in float32.
func (p Precision) single(width, wide int) bool { return p == Float32 || p == ByWidth && width >= wide }

// single reports whether the networks are in float32.
func (a *Arch) single() bool {
	if _, can := a.Activation.Fused(); !can || len(a.Hidden) == 0 {
		return a.Precision == Float32
	}
	return a.Precision.single(slices.Max(a.Hidden), wideUnits)
}

// checkPrecision panics if the networks cannot compute as Precision says.
func (a *Arch) checkPrecision(what string) {
	a.Precision.check(what)
	if _, can := a.Activation.Fused(); !can && a.Precision == Float32 {
		panic(fmt.Sprintf("flow: %s: got Precision %q and activation %q, want linear, relu or tanh for float32", what, string(a.Precision), string(a.Activation)))
	}
}

// single reports whether the couplings' networks are in float32.
func (a *ImageArch) single() bool { return a.Precision.single(a.Hidden, wideChannels) }
