//go:build !purego

package kernel

import "unsafe"

// A stairRow is the argument of the assembly: columns of a row of act(start + x·W)
// up to one, whose distance in bytes from the first is end. The generator knows
// the offsets of its fields, and those of a stairRun.
type stairRow struct {
	x     unsafe.Pointer
	w     unsafe.Pointer
	wRow  int // bytes
	start unsafe.Pointer
	y     unsafe.Pointer
	end   int
	vecs  int
	mask  uint64 // of the columns in the first vector
	runs  unsafe.Pointer
	count int // of runs
	relu  int // 0 or 1
}

// fast computes the rows with assembly, if there is some.
func (s *Stairs) fast(y, x, w, start []float64, lds, rows int, act Act) bool {
	if !s.direct() {
		return false
	}
	r := stairRow{w: unsafe.Pointer(&w[0]), wRow: 8 * s.out}
	if act == ReLU {
		r.relu = 1
	}
	for i := range rows {
		r.x, r.start, r.y = unsafe.Pointer(&x[i*s.in]), unsafe.Pointer(&start[i*lds]), unsafe.Pointer(&y[i*s.out])
		for _, p := range s.panels {
			r.end, r.vecs, r.mask, r.count = 8*p.to, p.vecs, p.mask, len(p.runs)
			r.runs = unsafe.Pointer(unsafe.SliceData(p.runs))
			stairRow512(&r)
		}
	}
	if act == Tanh {
		TanhOf(y[:rows*s.out], y[:rows*s.out])
	}
	return true
}

// direct reports whether the active tier has assembly.
func (s *Stairs) direct() bool { return active == avx512 && s.in > 0 && !foreign64() }
