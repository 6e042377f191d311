package autodiff

import "github.com/normflow/normflow/internal/kernel"

// Triangular systems with many right-hand sides. These are the rows of an n×d
// matrix, turned into columns a panel at a time, so that the inner loops run
// along rows of the panel. A row's result does not depend on its panel.

const (
	panelRows = 128 // right-hand sides in a panel, so that it stays in the cache
	solveStep = 8   // unknowns between two matrix products
)

// panels calls f with the rows of x, n×d, as columns of t, d×m, and puts back
// the values that f leaves there.
func (c *Call) panels(x []float64, n, d int, f func(t []float64, m int)) {
	if n == 1 {
		f(x, 1)
		return
	}
	t := c.Temp(d * min(n, panelRows))
	for i := 0; i < n; i += panelRows {
		m := min(panelRows, n-i)
		part := x[i*d : (i+m)*d]
		for j := range d {
			row := t[j*m : (j+1)*m]
			for k := range row {
				row[k] = part[k*d+j]
			}
		}
		f(t[:d*m], m)
		for j := range d {
			for k, v := range t[j*m : (j+1)*m] {
				part[k*d+j] = v
			}
		}
	}
}

// A triangle is a triangular matrix to solve for: that of the elements a, d×d, or
// of their transpose. The unknowns follow from the first to the last, or from
// the last if up.
type triangle struct {
	a         []float64
	negated   []float64 // −a, nil where no product needs it
	d         int
	trans, up bool
	unit      bool // the diagonal is ones
}

// negate returns −a, d×d, which the products need: nil if there are none.
func (c *Call) negate(a []float64, d int) []float64 {
	if d <= solveStep {
		return nil
	}
	neg := c.Temp(d * d)
	kernel.Scale(neg, a[:d*d], -1)
	return neg
}

func (s *triangle) at(j, k int) int {
	if s.trans {
		return k*s.d + j
	}
	return j*s.d + k
}

// solve replaces the panel t, d×m, by the solutions.
func (s *triangle) solve(t []float64, m int) {
	for k := 0; k < s.d; k += solveStep {
		n := min(solveStep, s.d-k)
		j, from, known := k, 0, k // the unknowns j to j+n−1 follow from the known ones
		if s.up {
			j = s.d - k - n
			from = j + n
		}
		if known > 0 {
			kernel.Gemm(s.trans, false, n, m, known, s.negated[s.at(j, from):], s.d,
				t[from*m:(from+known)*m], m, true, t[j*m:(j+n)*m], m)
		}
		s.small(t, m, j, n)
	}
}

// small solves for n unknowns from j on, the others being done.
func (s *triangle) small(t []float64, m, j, n int) {
	for i := range n {
		row, first, step := j+i, j, 1
		if s.up {
			row, first, step = j+n-1-i, j+n-1, -1
		}
		x := t[row*m : (row+1)*m]
		for k := first; k != row; k += step {
			kernel.Axpy(x, t[k*m:(k+1)*m], -s.a[s.at(row, k)])
		}
		if d := s.a[row*s.d+row]; !s.unit {
			for i := range x {
				x[i] /= d
			}
		}
	}
}
