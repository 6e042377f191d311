package masked

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
)

// openSingle makes the evaluator compute in float32, with the weights that narrowMADEOp gives.
// Its other buffers receive the results.
func (s *evaluator) openSingle(narrow []float64) {
	v, size := &s.single, s.total*s.n
	for _, start := range s.starts {
		size += len(start)
	}
	v.program, v.n = s.program, s.n
	v.weights, v.starts, v.bufs = v.weights[:0], v.starts[:0], v.bufs[:0]
	if cap(s.narrow) < size {
		s.narrow = make([]float32, size)
	}
	memory := s.narrow[:size]
	take := func(n int) []float32 {
		x := memory[:n:n]
		memory = memory[n:]
		return x
	}
	weights := kernel.Pieces32(kernel.Singles(narrow))
	for l, start := range s.starts {
		v.weights = append(v.weights, weights.Take(s.linear[l].mask.in*s.linear[l].mask.out))
		v.starts = append(v.starts, take(len(start)))
		kernel.Narrow(v.starts[l], start)
	}
	for _, off := range s.units {
		v.bufs = append(v.bufs, take(off[s.dim]*s.n))
	}
}

// singleNext calls next between the buffers of both widths.
func singleNext(s *evaluator, m int) {
	in, out, last := s.units[0], s.units[s.outputs()], s.outputs()
	kernel.Widen(s.rows(s.bufs[last], out[m], out[m+1]), s.single.rows(s.single.bufs[last], out[m], out[m+1]))
	s.next(s, m)
	kernel.Narrow(s.single.rows(s.single.bufs[0], in[m], in[m+1]), s.rows(s.bufs[0], in[m], in[m+1]))
}

// activate32 is activate in float32, as Dense32 does it.
func activate32(_ *autodiff.Tape, _ int, dst, src []float32, act nn.Activation) {
	if act == nn.ReLU {
		kernel.ReLU32(dst, src)
		return
	}
	var wide [256]float64
	for len(src) > 0 {
		n := min(len(src), len(wide))
		kernel.Widen(wide[:n], src[:n])
		kernel.TanhOf(wide[:n], wide[:n])
		kernel.Narrow(dst[:n], wide[:n])
		dst, src = dst[n:], src[n:]
	}
}
