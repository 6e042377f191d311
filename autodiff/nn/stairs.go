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
	panels         []panel
}

// A panel is a block of columns: rows before full count in all of them, those
// from full to depth−1, its corner, in some.
type panel struct{ from, to, full, depth int }

func (p panel) width() int { return p.to - p.from }

// panelWidth balances the zeros multiplied in the corners with the speed of
// products of few columns.
const panelWidth = 48

// inputStairs returns the mask from dim columns to units with the offsets to:
// units of degree m see the first m columns.
func inputStairs(dim int, to []int) *stairs {
	s := &stairs{in: dim, out: to[dim], to: to}
	for m := range dim {
		s.seen = append(s.seen, m)
	}
	s.done = s.seen
	return s.cut()
}

// hiddenStairs returns the mask between units with the offsets from and to: those
// of degree m see those of degree up to m.
func hiddenStairs(from, to []int) *stairs {
	dim := len(to) - 1
	s := &stairs{in: from[dim], out: to[dim], to: to, seen: from[1:], done: from[:dim]}
	return s.cut()
}

// cut fills depth and panels.
func (s *stairs) cut() *stairs {
	for m, seen := range s.seen {
		for range s.to[m+1] - s.to[m] {
			s.depth = append(s.depth, seen)
		}
	}
	for from := 0; from < s.out; from += panelWidth {
		to := min(from+panelWidth, s.out)
		if s.out-to < panelWidth/2 {
			to = s.out
		}
		s.panels = append(s.panels, panel{from, to, s.depth[from], s.depth[to-1]})
		if to == s.out {
			break
		}
	}
	return s
}

// corner sets dst to the corner of panel p of w, with zeros below the stairs.
func (s *stairs) corner(dst, w []float64, p panel) []float64 {
	dst = dst[:(p.depth-p.full)*p.width()]
	for i := p.full; i < p.depth; i++ {
		row := dst[(i-p.full)*p.width() : (i-p.full+1)*p.width()]
		for j, v := range w[i*s.out+p.from : i*s.out+p.to] {
			if s.depth[p.from+j] <= i {
				v = 0
			}
			row[j] = v
		}
	}
	return dst
}

// cornerLen returns how many numbers corner needs at most.
func (s *stairs) cornerLen() int {
	n := 0
	for _, p := range s.panels {
		n = max(n, (p.depth-p.full)*p.width())
	}
	return n
}

// clearCorners sets what is below the stairs in the corners of w to 0.
func (s *stairs) clearCorners(w []float64) {
	for _, p := range s.panels {
		for i := p.full; i < p.depth; i++ {
			row := w[i*s.out : (i+1)*s.out]
			for j := p.from; j < p.to && s.depth[j] <= i; j++ {
				row[j] = 0
			}
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
		s, n := c.Args().Ref.(*stairs), c.InShape(0).Rows
		x, w, y := c.In(0), c.In(1), c.Out(0)
		repeat(y, c.In(2))
		tmp := c.Temp(s.cornerLen())
		for _, p := range s.panels {
			kernel.Gemm(false, false, n, p.width(), p.full, x, s.in, w[p.from:], s.out, true, y[p.from:], s.out)
			if k := p.depth - p.full; k > 0 {
				kernel.Gemm(false, false, n, p.width(), k, x[p.full:], s.in, s.corner(tmp, w, p), p.width(), true, y[p.from:], s.out)
			}
		}
		switch autodiff.Activation(c.Args().I) {
		case autodiff.ReLU:
			kernel.LeakyReLU(y, y, 0)
		case autodiff.Tanh:
			kernel.TanhOf(y, y)
		}
	},
	Backward: func(c *autodiff.Call) {
		s, n := c.Args().Ref.(*stairs), c.InShape(0).Rows
		x, w, dz := c.In(0), c.In(1), c.OutGrad(0)
		if act := autodiff.Activation(c.Args().I); act != autodiff.Linear {
			dz = c.Temp(len(dz))
			kernel.ActGrad(dz, c.OutGrad(0), c.Out(0), act)
		}
		if dx := c.InGrad(0); dx != nil {
			tmp := c.Temp(s.cornerLen())
			for _, p := range s.panels {
				kernel.Gemm(false, true, n, p.full, p.width(), dz[p.from:], s.out, w[p.from:], s.out, true, dx, s.in)
				if k := p.depth - p.full; k > 0 {
					kernel.Gemm(false, true, n, k, p.width(), dz[p.from:], s.out, s.corner(tmp, w, p), p.width(), true, dx[p.full:], s.in)
				}
			}
		}
		if dw := c.InGrad(1); dw != nil {
			for _, p := range s.panels {
				kernel.Gemm(true, false, p.depth, p.width(), n, x, s.in, dz[p.from:], s.out, true, dw[p.from:], s.out)
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

// repeat fills dst with copies of src.
func repeat(dst, src []float64) {
	for len(dst) > 0 {
		dst = dst[copy(dst, src):]
	}
}
