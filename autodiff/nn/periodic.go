package nn

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// Periodic is a network without weights that gives, of columns that are points of circles, what does not
// depend on the real number that names the point:
//
//	cos(2π·x/T) and sin(2π·x/T),  T being the length of the circle
//
// Its result has the other columns of x as they are, then all cosines, then all sines. It comes before networks that
// see angles. It costs two trigonometric functions per angle.
type Periodic struct {
	Width  int             // columns of x
	Angles []int           // those that are points of circles
	Rates  *autodiff.Param // 2π/T of each of them, frozen

	others []int
}

// NewPeriodic returns the network for x of width columns, of which the given ones are points of circles of the
// given lengths. It panics unless they are different columns, at least one, and lengths are positive.
func NewPeriodic(width int, angles []int, lengths []float64) *Periodic {
	rates := make([]float64, len(lengths))
	for i, t := range lengths {
		rates[i] = 2 * math.Pi / t
	}
	p := &Periodic{Width: width, Angles: append([]int(nil), angles...)}
	if len(rates) > 0 {
		p.Rates = frozen(rates)
	}
	must(p.Restore())
	return p
}

// Restore checks the fields.
func (p *Periodic) Restore() error {
	if len(p.Angles) == 0 || p.Rates == nil || p.Rates.Len() != len(p.Angles) {
		return fmt.Errorf("nn: Periodic: got %d angles, and not as many lengths, want at least one", len(p.Angles))
	}
	if rows, _ := p.Rates.Dims(); rows != 1 {
		return fmt.Errorf("nn: Periodic: got %d rows of lengths, want one", rows)
	}
	seen := map[int]bool{}
	for i, j := range p.Angles {
		if j < 0 || j >= p.Width || seen[j] {
			return fmt.Errorf("nn: Periodic: got angle %d, want different ones of 0 to %d", j, p.Width-1)
		}
		if r := p.Rates.Data()[i]; !(r > 0) || math.IsInf(r, 1) {
			return fmt.Errorf("nn: Periodic: got length %v for column %d, want a positive number", 2*math.Pi/r, j)
		}
		seen[j] = true
	}
	p.others = nil
	for j := range p.Width {
		if !seen[j] {
			p.others = append(p.others, j)
		}
	}
	return nil
}

// In returns the number of columns of x.
func (p *Periodic) In() int { return p.Width }

// Out returns the number of columns of the result.
func (p *Periodic) Out() int { return p.Width + len(p.Angles) }

// Apply returns the other columns, cosines and sines. It panics if x has another width.
func (p *Periodic) Apply(x autodiff.Var) autodiff.Var {
	if x.Cols() != p.Width {
		panic(fmt.Sprintf("nn: Periodic: got %d columns, want %d", x.Cols(), p.Width))
	}
	t := x.Gather(p.Angles).Mul(x.Tape().Use(p.Rates))
	if len(p.others) == 0 {
		return autodiff.Concat(t.Cos(), t.Sin())
	}
	return autodiff.Concat(x.Gather(p.others), t.Cos(), t.Sin())
}
