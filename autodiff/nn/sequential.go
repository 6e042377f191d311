package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Sequential is several networks, one after the other.
type Sequential struct{ Nets []Network }

// NewSequential returns the networks in sequence, the first applied first. It panics if there are
// none, or one does not take as many columns as the one before gives.
func NewSequential(nets ...Network) *Sequential {
	s := &Sequential{nets}
	must(s.Restore())
	return s
}

// Restore checks the fields.
func (s *Sequential) Restore() error {
	if len(s.Nets) == 0 {
		return fmt.Errorf("nn: Sequential: got no networks, want at least one")
	}
	for i, net := range s.Nets {
		if net == nil {
			return fmt.Errorf("nn: Sequential: got no network at %d, want one", i)
		}
		if i > 0 && net.In() != s.Nets[i-1].Out() {
			return fmt.Errorf("nn: Sequential: network %d takes %d numbers, want the %d of the one before", i, net.In(), s.Nets[i-1].Out())
		}
	}
	return nil
}

// In returns the number of columns of x.
func (s *Sequential) In() int { return s.Nets[0].In() }

// Out returns the number of columns of the result.
func (s *Sequential) Out() int { return s.Nets[len(s.Nets)-1].Out() }

// Apply returns the last network's result.
func (s *Sequential) Apply(x autodiff.Var) autodiff.Var {
	for _, net := range s.Nets {
		x = net.Apply(x)
	}
	return x
}

// Shared applies one network to each of several equal parts of a row, such as the elements of a set or the
// times of a series: n×(Count·k) → n×(Count·m) for a network from k to m columns.
type Shared struct {
	Count int
	Net   Network
}

// NewShared returns count times the same network. It panics if count is not positive or there is no network.
func NewShared(count int, net Network) *Shared {
	s := &Shared{count, net}
	must(s.Restore())
	return s
}

// Restore checks the fields.
func (s *Shared) Restore() error {
	if s.Count < 1 || s.Net == nil {
		return fmt.Errorf("nn: Shared: got %d times %T, want at least once a network", s.Count, s.Net)
	}
	return nil
}

// In returns the number of columns of x.
func (s *Shared) In() int { return s.Count * s.Net.In() }

// Out returns the number of columns of the result.
func (s *Shared) Out() int { return s.Count * s.Net.Out() }

// Apply returns the results side by side. It panics if x has another width.
func (s *Shared) Apply(x autodiff.Var) autodiff.Var {
	checkCols("Shared", x, s.In())
	n := x.Rows()
	return s.Net.Apply(x.Reshape(n*s.Count, s.Net.In())).Reshape(n, s.Out())
}

// MeanPool is the mean of several equal parts of a row: n×(Count·Width) → n×Width. After [Shared]
// it gives features of a set that do not depend on the order of its elements.
//
// M. Zaheer, S. Kottur, S. Ravanbakhsh, B. Poczos, R. Salakhutdinov, A. Smola, Deep Sets, 2017,
// arXiv:1703.06114.
type MeanPool struct{ Count, Width int }

// NewMeanPool returns the mean of count parts of width columns each. It panics unless both are positive.
func NewMeanPool(count, width int) *MeanPool {
	p := &MeanPool{count, width}
	must(p.Restore())
	return p
}

// Restore checks the fields.
func (p *MeanPool) Restore() error {
	if p.Count < 1 || p.Width < 1 {
		return fmt.Errorf("nn: MeanPool: got %d parts of %d numbers, want positive numbers", p.Count, p.Width)
	}
	return nil
}

// In returns the number of columns of x.
func (p *MeanPool) In() int { return p.Count * p.Width }

// Out returns the number of columns of the result.
func (p *MeanPool) Out() int { return p.Width }

// Apply returns the means. It panics if x has another width.
func (p *MeanPool) Apply(x autodiff.Var) autodiff.Var {
	checkCols("MeanPool", x, p.In())
	order := make([]int, 0, p.In()) // the parts of each result side by side
	for j := range p.Width {
		for k := range p.Count {
			order = append(order, k*p.Width+j)
		}
	}
	n := x.Rows()
	return x.Gather(order).Reshape(n*p.Width, p.Count).RowMean().Reshape(n, p.Width)
}

func checkCols(what string, x autodiff.Var, want int) {
	if x.Cols() != want {
		panic(fmt.Sprintf("nn: %s: got %d columns, want %d", what, x.Cols(), want))
	}
}
