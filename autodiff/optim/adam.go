package optim

import (
	"fmt"

	"github.com/normflow/normflow/internal/kernel"
)

// Adam divides an average of the gradients by the root of an average of their
// squares. With t the step, from 1,
//
//	m ← β₁·m + (1−β₁)·g        v ← β₂·v + (1−β₂)·g²
//	p ← p − rate · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
//
// D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, arXiv 1412.6980.
type Adam struct {
	Beta1 float64 // decay of the average of g; 0 means 0.9
	Beta2 float64 // decay of the average of g²; 0 means 0.999
	Eps   float64 // ε; 0 means 1e-8

	state State
}

// Step implements [Optimizer]. It panics unless 0 ≤ β < 1 and ε ≥ 0.
func (a *Adam) Step(p, grad []float64, rate float64) { a.step("Adam", p, grad, rate, 0) }

// State implements [Optimizer]: the moments are m and v.
func (a *Adam) State() State { return a.state }

// SetState implements [Optimizer].
func (a *Adam) SetState(s State) error { return a.state.set("Adam", s, 2) }

func (a *Adam) step(what string, p, grad []float64, rate, decay float64) {
	b1, b2, eps := orDefault(a.Beta1, 0.9), orDefault(a.Beta2, 0.999), orDefault(a.Eps, 1e-8)
	if !(b1 > 0 && b1 < 1 && b2 > 0 && b2 < 1 && eps > 0) {
		panic(fmt.Sprintf("optim: %s: got β₁ %v, β₂ %v, ε %v, want 0 ≤ β < 1 and ε ≥ 0", what, b1, b2, eps))
	}
	a.state.begin(what, p, grad, rate, 2)
	t := a.state.Steps
	kernel.Adam(p, grad, a.state.Moments[0], a.state.Moments[1], rate, b1, b2, eps, decay, 1-power(b1, t), 1-power(b2, t))
}

// AdamW is Adam with decoupled weight decay: each step first shrinks p by the
// factor 1 − rate·Decay, biases and all.
//
// I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101.
type AdamW struct {
	Adam
	Decay float64 // 0 means 0.01
}

// Step implements [Optimizer]. It panics unless 0 ≤ β < 1, ε ≥ 0 and Decay ≥ 0.
func (a *AdamW) Step(p, grad []float64, rate float64) {
	decay := orDefault(a.Decay, 0.01)
	if !(decay > 0) {
		panic(fmt.Sprintf("optim: AdamW: got decay %v, want at least 0", decay))
	}
	a.step("AdamW", p, grad, rate, decay)
}

func orDefault(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}

// power returns bⁿ by squaring: the same roundings on every machine, and from n
// alone, so that a resumed run goes on with the same values.
func power(b float64, n int) float64 {
	x := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			x *= b
		}
		b *= b
	}
	return x
}
