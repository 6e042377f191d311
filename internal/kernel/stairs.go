package kernel

import "fmt"

// Stairs is the shape of a masked matrix: column j counts in the rows before
// depth[j], which never falls from one column to the next.
type Stairs struct {
	in, out int
	groups  []stairGroup
	panels  []stairPanel
}

// A stairGroup is a block of columns of equal depth.
type stairGroup struct{ from, to, depth int }

// A stairPanel is a block of columns up to one that fit in registers: vectors of 8
// from the end, so that the first has only the columns of mask.
type stairPanel struct {
	to   int
	vecs int
	mask uint64
	runs []stairRun
}

// A stairRun is a number of rows, one after the other, that count from the same column
// on: in the last vecs vectors, of the first only the columns of mask.
type stairRun struct {
	rows int
	vecs int
	mask uint64
}

const stairCols = 128 // in a panel

// NewStairs returns the shape of a matrix of in rows.
func NewStairs(in int, depth []int) *Stairs {
	s := &Stairs{in: in, out: len(depth)}
	for j, d := range depth {
		if n := len(s.groups); n > 0 && s.groups[n-1].depth == d {
			s.groups[n-1].to = j + 1
		} else {
			s.groups = append(s.groups, stairGroup{j, j + 1, d})
		}
	}
	for from := 0; from < s.out; from += stairCols {
		s.panels = append(s.panels, newStairPanel(from, min(from+stairCols, s.out), depth))
	}
	return s
}

func newStairPanel(from, to int, depth []int) stairPanel {
	p := stairPanel{to: to}
	p.vecs, p.mask = tail(to - from)
	row := 0
	for j := from; j < to; j++ {
		if rows := depth[j] - row; rows > 0 {
			vecs, mask := tail(to - j)
			p.runs = append(p.runs, stairRun{rows, vecs, mask})
			row = depth[j]
		}
	}
	return p
}

// tail returns how many vectors the last cols columns of a panel are, and which columns of
// the first of them count.
func tail(cols int) (vecs int, mask uint64) {
	vecs = (cols + 7) / 8
	return vecs, 0xff << (8*vecs - cols) & 0xff
}

// Suit reports whether Rows is the best way for so many rows.
func (s *Stairs) Suit(rows int) bool { return rows < 8 && (s.direct() || len(s.groups) < 16) }

// Rows computes Y = act(start + X·W) for a few rows, W in×out with what does not
// count left out; start is rows×out with leading dimension lds, or out elements for
// every row if that is 0.
func (s *Stairs) Rows(y, x, w, start []float64, lds, rows int, act Act) {
	checkMatrix("X", x, s.in, rows, s.in, false)
	checkMatrix("W", w, s.out, s.in, s.out, false)
	checkMatrix("Y", y, s.out, rows, s.out, false)
	if lds != 0 && lds != s.out || len(start) < s.out || len(start) < rows*lds {
		panic(fmt.Sprintf("kernel: Rows: got %d starts with leading dimension %d, want %d for %d rows", len(start), lds, s.out, rows))
	}
	if rows == 0 || s.out == 0 {
		return
	}
	if s.fast(y, x, w, start, lds, rows, act) {
		return
	}
	for _, g := range s.groups {
		DensePart(y[g.from:], s.out, x, s.in, w[g.from:], s.out, start[g.from:], lds, rows, g.depth, g.to-g.from, act)
	}
}
