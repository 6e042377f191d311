package masked

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A mask says which weights count in a layer whose rows and columns are sorted by
// degree: those of column j in the rows before depth[j], which never decreases from one
// column to the next. The other weights are masked.
type mask struct {
	in, out int
	// Rows and columns come in groups of equal degree m: columns to[m] to
	// to[m+1]−1 count in the rows before seen[m]; the rows before done[m]
	// belong to groups before m.
	to, seen, done []int
	depth          []int // of each column
	first          []int // of each row, the first column in which it counts
	cols, rows     []panel
	wide           []panel // as cols, for gradients of weights in float32
	few            *kernel.Stairs
	zeros          []span // masked weights in the panels of cols and rows, which must be 0
}

// A panel is a block of columns, the last of which counts down to depth; or one of rows,
// the first of which counts from column depth on.
type panel struct{ from, to, depth int }

func (p panel) width() int { return p.to - p.from }

type span struct{ from, to int }

// panelWidth balances the zeros multiplied in zeros of n columns with the speed
// of products of few columns.
func panelWidth(n int) int {
	if n < 192 {
		return 16
	}
	return 32
}

// inputMask returns the mask from columns of values with the offsets from to
// units with the offsets to: units of degree m see the first m columns.
func inputMask(from, to []int) *mask {
	dim := len(to) - 1
	s := &mask{in: from[dim], out: to[dim], to: to, seen: from[:dim], done: from[:dim]}
	return s.cut()
}

// hiddenMask returns the mask between units with the offsets from and to: those
// of degree m see those of degree up to m.
func hiddenMask(from, to []int) *mask {
	dim := len(to) - 1
	s := &mask{in: from[dim], out: to[dim], to: to, seen: from[1:], done: from[:dim]}
	return s.cut()
}

// cut sets the fields that follow from to and seen.
func (s *mask) cut() *mask {
	for m, seen := range s.seen {
		for range s.to[m+1] - s.to[m] {
			s.depth = append(s.depth, seen)
		}
	}
	for i, j := 0, 0; i < s.in; i++ {
		for j < s.out && s.depth[j] <= i {
			j++
		}
		s.first = append(s.first, j)
	}
	width := panelWidth(s.out)
	s.cols = s.columns(width)
	if s.wide = s.cols; s.out >= 128 && width < 32 {
		s.wide = s.columns(32)
	}
	width = panelWidth(s.in)
	for from := 0; from < s.in; from += width {
		s.rows = join(s.rows, panel{from, min(from+width, s.in), s.first[from]})
	}
	s.findZeros()
	s.few = kernel.NewStairs(s.in, s.depth)
	return s
}

// columns returns panels of columns, of the given width or more.
func (s *mask) columns(width int) (all []panel) {
	for from := 0; from < s.out; from += width {
		to := min(from+width, s.out)
		all = join(all, panel{from, to, s.depth[to-1]})
	}
	return all
}

// join appends a panel, or lengthens the last one if it is as deep.
func join(all []panel, p panel) []panel {
	if n := len(all) - 1; n >= 0 && all[n].depth == p.depth {
		all[n].to = p.to
		return all
	}
	return append(all, p)
}

// findZeros finds the zeros.
func (s *mask) findZeros() {
	from := slices.Clone(s.first)
	for _, p := range s.cols {
		for i := range p.depth {
			if s.first[i] > p.from {
				from[i] = p.from
			}
		}
	}
	for _, p := range s.rows {
		for i := p.from; i < p.to; i++ {
			from[i] = min(from[i], p.depth)
		}
	}
	for i, first := range s.first {
		if from[i] < first {
			s.zeros = append(s.zeros, span{i*s.out + from[i], i*s.out + first})
		}
	}
}

// filled returns w if its zeros are 0, as they are unless they have been set by hand;
// else a copy with zeros set to 0, in memory that temp gives.
func (s *mask) filled(w []float64, temp func(n int) []float64) []float64 {
	var bits uint64
	for _, h := range s.zeros {
		for _, v := range w[h.from:h.to] {
			bits |= math.Float64bits(v)
		}
	}
	if bits == 0 {
		return w
	}
	c := temp(len(w))
	copy(c, w)
	s.clear(c)
	return c
}

// clear sets the zeros of w to 0.
func (s *mask) clear(w []float64) {
	for _, h := range s.zeros {
		clear(w[h.from:h.to])
	}
}

// dense sets y to act(start + x·w), w filled; lds is as for kernel.DensePart.
func (s *mask) dense(y, x, w, start []float64, lds, n int, act kernel.Act) {
	const chunk = 256 // rows whose results stay in the cache for the Tanh
	fused := act
	if act == kernel.Tanh {
		fused = kernel.Linear
	}
	for r := 0; r < n; r += chunk {
		rows, x, y, start := min(chunk, n-r), x[r*s.in:], y[r*s.out:], start[r*lds:]
		for _, p := range s.cols {
			kernel.DensePart(y[p.from:], s.out, x, s.in, w[p.from:], s.out, start[p.from:], lds, rows, p.depth, p.width(), fused)
		}
		if act == kernel.Tanh {
			kernel.TanhOf(y[:rows*s.out], y[:rows*s.out])
		}
	}
}

// inputGrad sets dx to dz·wᵀ, or adds it; w is filled.
func (s *mask) inputGrad(dx, dz, w []float64, n int, add bool) {
	for _, p := range s.rows {
		k := s.out - p.depth
		kernel.Gemm(false, true, n, p.width(), k, dz[p.depth:], s.out, w[p.from*s.out+p.depth:], s.out, add, dx[p.from:], s.in)
	}
}

// weightGrad sets dw to xᵀ·dz where the weights count and to 0 elsewhere, or adds it.
func (s *mask) weightGrad(dw, x, dz []float64, n int, add bool) {
	for _, p := range s.cols {
		kernel.Gemm(true, false, p.depth, p.width(), n, x, s.in, dz[p.from:], s.out, add, dw[p.from:], s.out)
	}
	if add {
		s.clear(dw)
	} else {
		s.apply(dw)
	}
}

// maskedOp is act(x·W + start) with a masked W. Inputs are x
// (n×in), W (in×out) and start (1×out or n×out). Args.I is the activation,
// Args.Ref the *mask.
var maskedOp = &autodiff.Op{
	Name: "masked.MADE",
	Forward: func(c *autodiff.Call) {
		s, start, lds, n := c.Args().Ref.(*mask), c.InShape(2), 0, c.InShape(0).Rows
		if start.Rows > 1 {
			lds = start.Cols
		}
		act := autodiff.Activation(c.Args().I)
		if s.few.Suit(n) {
			s.few.Rows(c.Out(0), c.In(0), c.In(1), c.In(2), lds, n, act)
			return
		}
		s.dense(c.Out(0), c.In(0), s.filled(c.In(1), c.Temp), c.In(2), lds, n, act)
	},
	Backward: func(c *autodiff.Call) {
		s, n := c.Args().Ref.(*mask), c.InShape(0).Rows
		if n == 0 {
			return
		}
		dz := c.OutGrad(0) // it is not needed again
		if act := autodiff.Activation(c.Args().I); act != autodiff.Linear {
			kernel.ActGrad(dz, dz, c.Out(0), act)
		}
		if dx, add := c.InGradAdd(0); dx != nil {
			s.inputGrad(dx, dz, s.filled(c.In(1), c.Temp), n, add)
		}
		if dw, add := c.InGradAdd(1); dw != nil {
			s.weightGrad(dw, c.In(0), dz, n, add)
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
