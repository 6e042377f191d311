package pytorch

import (
	"math"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// zukoTol is the tolerance of imported flows: with the trace of ELU, whose slope has a kink, errors are some twenty times that.
const zukoTol = 5e-7

// zukoContinuous reads a free-form Jacobian transform of zuko. Its equation leads from the data at time 0 to the base at time 1; ours leads
// back, so its velocity at 1 − t is minus ours, and of its columns of time the sines and cosines of odd and even frequencies change signs.
func (w *weights) zukoContinuous(p string, d int) bijector.Bijector {
	frequencies := w.length(p + "freqs")
	if frequencies < 1 {
		fail("%s*: got no frequencies of time, want some: others are not supported", p)
	}
	for k, f := range w.floats(p+"freqs", frequencies) {
		if want := float64(k+1) * math.Pi; !(math.Abs(f-want) < 1e-5*want) {
			fail("tensor %q: got frequency %v, want %v", p+"freqs", f, want)
		}
	}
	if w.holds(p + "times") {
		if t := w.floats(p+"times", 2); t[0] != 0 || t[1] != 1 {
			fail("tensor %q: got times %v, want 0 and 1", p+"times", t)
		}
	}
	if exact, ok := w.attribute(p, "exact"); ok && exact != true {
		fail("module %q of class %q: got exact = %v, want true: an estimate of the trace is no density", w.path(p), w.class(p), exact)
	}
	net := w.zukoVelocity(p+"ode.", d, frequencies)
	cond := net.In() - d - 2*frequencies
	if cond < 0 {
		fail("%s*: got a network of %d columns, want at least %d", p, net.In(), d+2*frequencies)
	}
	return restored(&bijector.Continuous{Net: net, Frequencies: frequencies, Cond: cond, Tol: zukoTol})
}

// zukoVelocity reads a network of sines and cosines of the time, d columns and a context, and returns minus its velocity back in time.
func (w *weights) zukoVelocity(p string, d, frequencies int) *nn.MLP {
	names, act := w.sequence(p), w.velocityActivation(p)
	if w.between(p, names) != nn.Linear {
		fail("%s*: an activation at the end of a velocity is not supported", p)
	}
	in := w.shape(names[0]+"weight", 2)[1]
	order := make([]int, 0, in)
	for j := range d {
		order = append(order, 2*frequencies+j)
	}
	for k := range frequencies {
		order = append(order, k, frequencies+k)
	}
	for j := 2*frequencies + d; j < in; j++ {
		order = append(order, j)
	}
	net := new(nn.MLP)
	for i, name := range names {
		var from []int
		a := act
		if i == 0 {
			from = order
		}
		if i == len(names)-1 {
			a = nn.Linear
		}
		net.Layers = append(net.Layers, w.layer(name, from, nil, a))
	}
	if len(net.Layers) > 3 {
		fail("%s*: got %d hidden layers, want at most 2: others are not supported", p, len(net.Layers)-1)
	}
	if _, plain := w.layerNorms(p, names, net).(*nn.MLP); !plain {
		fail("%s*: normalisation in a velocity is not supported", p)
	}
	first, last := net.Layers[0], net.Layers[len(names)-1]
	for k := range frequencies { // cos kπ(1−t) = (−1)ᵏ·cos kπt, sin kπ(1−t) = −(−1)ᵏ·sin kπt
		for j := range first.Out() {
			sign := 1 - 2*float64((k+1)%2)
			first.W.Data()[(d+2*k)*first.Out()+j] *= sign
			first.W.Data()[(d+2*k+1)*first.Out()+j] *= -sign
		}
	}
	for _, x := range [][]float64{last.W.Data(), last.B.Data()} {
		for i := range x {
			x[i] = -x[i]
		}
	}
	return restored(net)
}

// velocityActivation returns the activation of a velocity, as a rule ELU.
func (w *weights) velocityActivation(net string) nn.Activation {
	if a, ok := w.activationClass(net + "1"); ok {
		return a
	}
	if a := w.settings.Activation; a != "" {
		return a
	}
	w.asked("the activation of the velocity", `Settings.Activation, as a rule nn.ELU`)
	return nn.ELU
}
