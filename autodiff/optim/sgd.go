package optim

import (
	"fmt"

	"github.com/normflow/normflow/internal/kernel"
)

// SGD is gradient descent with momentum: with velocity u,
//
//	u ← Momentum·u + g
//	p ← p − rate·u, or with Nesterov p ← p − rate·(g + Momentum·u)
//
// B. Polyak, Some Methods of Speeding up the Convergence of Iteration Methods,
// 1964; I. Sutskever, J. Martens, G. Dahl and G. Hinton, On the Importance of
// Initialization and Momentum in Deep Learning, ICML 2013.
type SGD struct {
	Momentum float64 // of the velocity; 0 means none
	Nesterov bool    // looks ahead along the velocity

	state State
}

// Step implements [Optimizer]. It panics unless 0 ≤ Momentum < 1.
func (s *SGD) Step(p, grad []float64, rate float64) {
	mu := s.Momentum
	if !(mu >= 0 && mu < 1) {
		panic(fmt.Sprintf("optim: SGD: got momentum %v, want 0 ≤ momentum < 1", mu))
	}
	s.state.begin("SGD", p, grad, rate, s.moments())
	if mu == 0 {
		for i, g := range grad {
			p[i] = kernel.FMA(-rate, g, p[i])
		}
		return
	}
	u := s.state.Moments[0]
	for i, g := range grad {
		d := kernel.FMA(mu, u[i], g)
		u[i] = d
		if s.Nesterov {
			d = kernel.FMA(mu, d, g)
		}
		p[i] = kernel.FMA(-rate, d, p[i])
	}
}

func (s *SGD) moments() int {
	if s.Momentum == 0 {
		return 0
	}
	return 1
}

// State implements [Optimizer]: the moment is u, and none without momentum.
func (s *SGD) State() State { return s.state }

// SetState implements [Optimizer].
func (s *SGD) SetState(from State) error { return s.state.set("SGD", from, s.moments()) }
