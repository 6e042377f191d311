package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// stairs is the shape of a masked weight matrix whose rows and columns are
// sorted by degree: column j counts down to some depth that never falls from
// one column to the next, and what stands below is ignored.
type stairs struct {
	in, out int
	// Rows and columns come in groups of equal degree m: columns to[m] to
	// to[m+1]−1 count in the rows before seen[m]; the rows before done[m]
	// belong to groups before m.
	to, seen, done []int
	depth          []int // of each column
	first          []int // of each row, the first column in which it counts
	cols           []panel
	rows           []panel
	groups         []panel // one for each degree, of columns, without corners
}

// A panel is a block of columns: rows before full count in all of them, those
// from full to depth−1, its corner, in some. Or it is a block of rows: columns
// from full on count in all of them, those from depth to full−1 in some.
type panel struct{ from, to, full, depth int }

func (p panel) width() int { return p.to - p.from }

// panelWidth balances the zeros multiplied in corners of n columns with the speed
// of products of few columns.
func panelWidth(n int) int {
	if n < 192 {
		return 16
	}
	return 32
}

// inputStairs returns the mask from columns of numbers with the offsets from to
// units with the offsets to: units of degree m see the first m columns.
func inputStairs(from, to []int) *stairs {
	dim := len(to) - 1
	s := &stairs{in: from[dim], out: to[dim], to: to, seen: from[:dim], done: from[:dim]}
	return s.cut()
}

// hiddenStairs returns the mask between units with the offsets from and to: those
// of degree m see those of degree up to m.
func hiddenStairs(from, to []int) *stairs {
	dim := len(to) - 1
	s := &stairs{in: from[dim], out: to[dim], to: to, seen: from[1:], done: from[:dim]}
	return s.cut()
}

// cut fills what follows from to and seen.
func (s *stairs) cut() *stairs {
	for m, seen := range s.seen {
		for range s.to[m+1] - s.to[m] {
			s.depth = append(s.depth, seen)
		}
		if s.to[m+1] > s.to[m] {
			s.groups = append(s.groups, panel{s.to[m], s.to[m+1], seen, seen})
		}
	}
	for i, j := 0, 0; i < s.in; i++ {
		for j < s.out && s.depth[j] <= i {
			j++
		}
		s.first = append(s.first, j)
	}
	s.cols, s.rows = panels(s.depth), panels(s.first)
	for i, p := range s.rows { // in rows the corner comes before
		s.rows[i].full, s.rows[i].depth = p.depth, p.full
	}
	return s
}

// panels cuts columns into panels, and joins those without corners of equal depth.
func panels(depth []int) (all []panel) {
	width := panelWidth(len(depth))
	for from := 0; from < len(depth); from += width {
		to := min(from+width, len(depth))
		p := panel{from, to, depth[from], depth[to-1]}
		if n := len(all) - 1; n >= 0 && all[n].full == p.depth {
			all[n].to = to
			continue
		}
		all = append(all, p)
	}
	return all
}

// corner sets dst to rows i0 to i1−1 and columns j0 to j1−1 of w, with zeros below
// the stairs.
func (s *stairs) corner(dst, w []float64, i0, i1, j0, j1 int) []float64 {
	width := j1 - j0
	dst = dst[:(i1-i0)*width]
	for i := i0; i < i1; i++ {
		row, j := dst[(i-i0)*width:(i-i0+1)*width], min(max(s.first[i], j0), j1)
		clear(row[:j-j0])
		copy(row[j-j0:], w[i*s.out+j:i*s.out+j1])
	}
	return dst
}

// cornerLen returns how many numbers the largest corner has.
func (s *stairs) cornerLen() int {
	n := 0
	for _, p := range s.cols {
		n = max(n, (p.depth-p.full)*p.width())
	}
	for _, p := range s.rows {
		n = max(n, (p.full-p.depth)*p.width())
	}
	return n
}

// clearCorners sets what is below the stairs in the corners of columns of w to 0.
func (s *stairs) clearCorners(w []float64) {
	for _, p := range s.cols {
		for i := p.full; i < p.depth; i++ {
			if j := min(s.first[i], p.to); j > p.from {
				clear(w[i*s.out+p.from : i*s.out+j])
			}
		}
	}
}

// dense sets y to act(start + x·w); lds is as for kernel.DensePart.
func (s *stairs) dense(y, x, w, start []float64, lds, n int, act kernel.Act, tmp []float64) {
	const chunk = 256 // rows whose results stay in the cache for the Tanh
	fused, panels := act, s.cols
	if act == kernel.Tanh {
		fused = kernel.Linear
	}
	if n < 8 && len(s.groups) < 16 {
		panels = s.groups // for so few rows corners cost more than narrow products
	}
	for r := 0; r < n; r += chunk {
		rows, x, y, start := min(chunk, n-r), x[r*s.in:], y[r*s.out:], start[r*lds:]
		for _, p := range panels {
			k, first := p.depth-p.full, fused
			if k > 0 {
				first = kernel.Linear
			}
			kernel.DensePart(y[p.from:], s.out, x, s.in, w[p.from:], s.out, start[p.from:], lds, rows, p.full, p.width(), first)
			if k > 0 {
				corner := s.corner(tmp, w, p.full, p.depth, p.from, p.to)
				kernel.DensePart(y[p.from:], s.out, x[p.full:], s.in, corner, p.width(), y[p.from:], s.out, rows, k, p.width(), fused)
			}
		}
		if act == kernel.Tanh {
			kernel.TanhOf(y[:rows*s.out], y[:rows*s.out])
		}
	}
}

// inputGrad adds dz·wᵀ to dx.
func (s *stairs) inputGrad(dx, dz, w []float64, n int, tmp []float64) {
	for _, p := range s.rows {
		i, k := p.width(), p.full-p.depth
		if k > 0 {
			corner := s.corner(tmp, w, p.from, p.to, p.depth, p.full)
			kernel.Gemm(false, true, n, i, k, dz[p.depth:], s.out, corner, k, true, dx[p.from:], s.in)
		}
		if k = s.out - p.full; k > 0 {
			kernel.Gemm(false, true, n, i, k, dz[p.full:], s.out, w[p.from*s.out+p.full:], s.out, true, dx[p.from:], s.in)
		}
	}
}

// mask sets all weights below the stairs to 0.
func (s *stairs) mask(w []float64) {
	for j, depth := range s.depth {
		for i := depth; i < s.in; i++ {
			w[i*s.out+j] = 0
		}
	}
}

// stairsOp is act(x·W + start), W counting above its stairs only. Inputs are x
// (n×in), W (in×out) and start (1×out or n×out). Args.I is the activation,
// Args.Ref the *stairs.
var stairsOp = &autodiff.Op{
	Name: "nn.MADE",
	Forward: func(c *autodiff.Call) {
		s, start, lds := c.Args().Ref.(*stairs), c.InShape(2), 0
		if start.Rows > 1 {
			lds = start.Cols
		}
		s.dense(c.Out(0), c.In(0), c.In(1), c.In(2), lds, c.InShape(0).Rows, autodiff.Activation(c.Args().I), c.Temp(s.cornerLen()))
	},
	Backward: func(c *autodiff.Call) {
		s, n := c.Args().Ref.(*stairs), c.InShape(0).Rows
		if n == 0 {
			return
		}
		dz := c.OutGrad(0)
		if act := autodiff.Activation(c.Args().I); act != autodiff.Linear {
			dz = c.Temp(len(dz))
			kernel.ActGrad(dz, c.OutGrad(0), c.Out(0), act)
		}
		if dx := c.InGrad(0); dx != nil {
			s.inputGrad(dx, dz, c.In(1), n, c.Temp(s.cornerLen()))
		}
		if dw := c.InGrad(1); dw != nil {
			for _, p := range s.cols {
				kernel.Gemm(true, false, p.depth, p.width(), n, c.In(0), s.in, dz[p.from:], s.out, true, dw[p.from:], s.out)
			}
			s.clearCorners(dw)
		}
		if db := c.InGrad(2); db != nil {
			if c.InShape(2).Rows == n {
				kernel.Accumulate(db, dz)
			} else {
				kernel.ColSum(db, dz, n, s.out)
			}
		}
	},
}
