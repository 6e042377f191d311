package masked

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
)

// buffers are the buffers of a program for n samples with the code that computes them, degree by degree.
// Buffers are unit by unit, each unit n values. Sums run in the order of
// [maskedOp]'s, or singleMADEOp's, so that results are the same to the last bit.
type buffers[T float32 | float64] struct {
	*program
	n       int
	weights [][]T // of each layer
	starts  [][]T // out values, or n·out, for each layer
	bufs    [][]T
	tape    *autodiff.Tape

	gemm       func(ta, tb bool, m, n, k int, a []T, lda int, b []T, ldb int, acc bool, c []T, ldc int)
	accumulate func(dst, x []T)
	activate   func(t *autodiff.Tape, n int, dst, src []T, act nn.Activation)
}

// rows returns units a to b−1 of a buffer.
func (s *buffers[T]) rows(buf []T, a, b int) []T { return buf[a*s.n : b*s.n] }

// forward computes all buffers: next, called with the evaluator for each column in turn, sets
// it in buffer 0 by its outputs, which stand in the last buffer.
func (s *buffers[T]) forward(of *evaluator, next func(s *evaluator, m int)) {
	for _, st := range s.stages {
		if st.layer >= 0 {
			s.begin(st)
		}
	}
	for i, a := range s.blocks[:len(s.blocks)-1] {
		b := s.blocks[i+1]
		s.tape.Reset()
		s.tape.NoGrad(true)
		if b > a+1 {
			for _, st := range s.stages {
				if st.layer >= 0 {
					g := s.linear[st.layer].mask
					s.product(st, g.to[a], g.to[b], 0, g.done[a])
				}
			}
		}
		for m := a; m < b; m++ {
			for _, st := range s.stages {
				s.stage(st, a, b, m)
			}
			next(of, m)
		}
	}
}

// begin sets the buffer of a layer to the values that its products are added to.
func (s *buffers[T]) begin(st stage) {
	start, dst := s.starts[st.layer], s.bufs[st.dst]
	if out := s.linear[st.layer].mask.out; len(start) == out {
		for u, b := range start {
			row := s.rows(dst, u, u+1)
			for i := range row {
				row[i] = b
			}
		}
	} else {
		transpose(dst, start, s.n, out)
	}
}

// stage computes the units of degree m, in the block of degrees a to b−1.
func (s *buffers[T]) stage(st stage, a, b, m int) {
	off := s.units[st.dst]
	dst := s.rows(s.bufs[st.dst], off[m], off[m+1])
	if len(dst) == 0 {
		return
	}
	if st.layer < 0 {
		s.activate(s.tape, s.n, dst, s.rows(s.bufs[st.src], off[m], off[m+1]), st.act)
		return
	}
	g := s.linear[st.layer].mask
	s.product(st, off[m], off[m+1], s.finished(g, a, b), g.seen[m])
	if st.skip >= 0 {
		s.accumulate(dst, s.rows(s.bufs[st.skip], off[m], off[m+1]))
	}
}

// finished returns how many of a layer's inputs the products of the block of
// degrees a to b−1 contain from its start.
func (s *buffers[T]) finished(g *mask, a, b int) int {
	if b == a+1 {
		return 0
	}
	return g.done[a]
}

// product adds inputs k0 to k1−1 to units u0 to u1−1 of a layer.
func (s *buffers[T]) product(st stage, u0, u1, k0, k1 int) {
	if u0 == u1 || k0 == k1 {
		return
	}
	out := s.linear[st.layer].mask.out
	s.gemm(true, false, u1-u0, s.n, k1-k0, s.weights[st.layer][k0*out+u0:], out,
		s.rows(s.bufs[st.src], k0, k1), s.n, true, s.rows(s.bufs[st.dst], u0, u1), s.n)
}

func activate(t *autodiff.Tape, n int, dst, src []float64, act nn.Activation) {
	switch act {
	case nn.ReLU:
		kernel.LeakyReLU(dst, src, 0)
	case nn.Tanh:
		kernel.TanhOf(dst, src)
	default:
		copy(dst, act.Apply(t.View(len(src)/n, n, src)).Data())
	}
}
