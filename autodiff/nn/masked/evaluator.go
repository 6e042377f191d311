package masked

import (
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// An evaluator evaluates a masked network degree by degree on n samples, so that the
// columns may depend on its outputs.
type evaluator struct {
	buffers[float64]
	single buffers[float32] // computes instead of the former if it has a program
	narrow []float32        // memory of single
	keep   bool             // all of single's results, for backward
	next   func(s *evaluator, m int)
	grads  [][]float64
	slopes [][]float64 // derivatives of the activation that fills a buffer
	memory []float64   // of bufs, if they are its own
	view   mat.Dense
	vars   []autodiff.Var
	raw    []float64 // n×Outputs of one column
	x      []float64
	solver *Solver
}

var evaluators = sync.Pool{New: func() any {
	t := autodiff.NewTape()
	return &evaluator{
		buffers: buffers[float64]{tape: t, gemm: kernel.Gemm, accumulate: kernel.Accumulate, activate: activate},
		single:  buffers[float32]{tape: t, gemm: kernel.Gemm32, accumulate: kernel.Add32, activate: activate32},
	}
}}

// newEvaluator returns an evaluator over n samples, to be put back by done.
func newEvaluator(p *program, n int) *evaluator {
	s := evaluators.Get().(*evaluator)
	s.program, s.n = p, n
	s.weights, s.starts = s.weights[:0], s.starts[:0]
	return s
}

func (s *evaluator) done() {
	s.tape.Reset()
	s.program, s.single.program, s.solver, s.next, s.keep = nil, nil, nil, nil, false
	clear(s.weights)
	clear(s.starts)
	clear(s.bufs)
	clear(s.grads)
	clear(s.slopes)
	evaluators.Put(s)
}

// split cuts memory into the buffers of the program.
func (s *evaluator) split(bufs [][]float64, memory []float64) [][]float64 {
	bufs = bufs[:0]
	for _, off := range s.units {
		size := off[s.dim] * s.n
		bufs = append(bufs, memory[:size:size])
		memory = memory[size:]
	}
	return bufs
}

// forward computes all buffers: next, called for each column in turn, sets
// it in buffer 0 by its outputs, which stand in the last buffer.
func (s *evaluator) forward(next func(s *evaluator, m int)) {
	if s.single.program == nil {
		s.buffers.forward(s, next)
		return
	}
	s.next = next
	s.single.forward(s, singleNext)
	if !s.keep {
		return
	}
	for i := 1; i < s.outputs(); i++ {
		kernel.Widen(s.bufs[i], s.single.bufs[i])
	}
}

// backward propagates the gradients in the last buffer of s.grads, and those in
// its buffer 0, through the whole evaluation; prev, called for each column in
// reverse, moves the gradient of the column to that of its outputs.
func (s *evaluator) backward(prev func(s *evaluator, m int)) {
	for i := len(s.blocks) - 2; i >= 0; i-- {
		a, b := s.blocks[i], s.blocks[i+1]
		for m := b - 1; m >= a; m-- {
			prev(s, m)
			for j := len(s.stages) - 1; j >= 0; j-- {
				s.unstage(s.stages[j], a, b, m)
			}
		}
		if b == a+1 {
			continue
		}
		for _, st := range s.stages {
			if st.layer >= 0 {
				g := s.linear[st.layer].mask
				s.unproduct(st, g.to[a], g.to[b], 0, g.done[a])
			}
		}
	}
}

// unstage propagates the gradients of the units of degree m.
func (s *evaluator) unstage(st stage, a, b, m int) {
	off := s.units[st.dst]
	dst := s.rows(s.grads[st.dst], off[m], off[m+1])
	if len(dst) == 0 {
		return
	}
	if st.layer < 0 {
		kernel.MulAdd(s.rows(s.grads[st.src], off[m], off[m+1]), dst, s.rows(s.slopes[st.dst], off[m], off[m+1]))
		return
	}
	g := s.linear[st.layer].mask
	s.unproduct(st, off[m], off[m+1], s.finished(g, a, b), g.seen[m])
	if st.skip >= 0 {
		kernel.Accumulate(s.rows(s.grads[st.skip], off[m], off[m+1]), dst)
	}
}

// unproduct is the transpose of product.
func (s *evaluator) unproduct(st stage, u0, u1, k0, k1 int) {
	if u0 == u1 || k0 == k1 {
		return
	}
	out := s.linear[st.layer].mask.out
	kernel.Gemm(false, false, k1-k0, s.n, u1-u0, s.weights[st.layer][k0*out+u0:], out,
		s.rows(s.grads[st.dst], u0, u1), s.n, true, s.rows(s.grads[st.src], k0, k1), s.n)
}

// addWeights adds the gradients of a layer's weights to dw and of its start to
// db, either of which may be nil.
func (s *evaluator) addWeights(st stage, dw, db []float64) {
	g, dz := s.linear[st.layer].mask, s.grads[st.dst]
	if dw != nil {
		for _, p := range g.cols {
			kernel.Gemm(false, true, p.depth, p.width(), s.n, s.bufs[st.src], s.n,
				s.rows(dz, p.from, p.to), s.n, true, dw[p.from:], g.out)
		}
		g.clear(dw)
	}
	if len(db) == g.out {
		for u := range db {
			db[u] += kernel.Sum(s.rows(dz, u, u+1))
		}
	} else if db != nil {
		for u := range g.out {
			for i, d := range s.rows(dz, u, u+1) {
				db[i*g.out+u] += d
			}
		}
	}
}

// variable records data as a variable of the evaluator's own tape.
func (s *evaluator) variable(rows, cols int, data []float64) autodiff.Var {
	s.view.SetRawMatrix(blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: data})
	return s.tape.Variable(&s.view)
}

// transpose sets dst, cols×rows, to the transpose of src, rows×cols.
func transpose[T float32 | float64](dst, src []T, rows, cols int) {
	for i := range rows {
		for j, v := range src[i*cols : (i+1)*cols] {
			dst[j*rows+i] = v
		}
	}
}

// grow returns a slice of n elements of unspecified value, x itself if it is
// long enough.
func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}
