package train

import (
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Fresh is an endless source of samples: Draw sets rows of Dim columns and their contexts of
// Cond, nil if that is 0.
type Fresh struct {
	Dim, Cond int
	Draw      func(rows, contexts *mat.Dense, src rand.Source)
}

// Dims returns the columns of a row and of its context.
func (f *Fresh) Dims() (dim, cond int) { return f.Dim, f.Cond }

// Len returns 0: there is no end.
func (f *Fresh) Len() int { return 0 }

// Check returns nil: errors appear in drawing.
func (f *Fresh) Check() error { return nil }

// NewBatch returns a batch with capacity for n rows.
func (f *Fresh) NewBatch(n int) *Batch { return NewBatch(n, f.Dim, f.Cond, false) }

// Open returns a cursor that draws from noise.
func (f *Fresh) Open(_ int, _, noise *rng.Source) Cursor { return &sampler{Fresh: f, src: noise} }

// A sampler is a cursor over fresh samples.
type sampler struct {
	*Fresh
	src            *rng.Source
	batch          *Batch // that was filled last, as matrices:
	rows, contexts *mat.Dense
}

func (s *sampler) Fill(b *Batch, n int) error {
	if s.batch != b || b.N != n {
		s.batch, b.N = b, n
		s.rows, s.contexts = mat.NewDense(n, b.Dim, b.Rows[:n*b.Dim]), nil
		if b.Cond > 0 {
			s.contexts = mat.NewDense(n, b.Cond, b.Contexts[:n*b.Cond])
		}
	}
	s.Draw(s.rows, s.contexts, s.src)
	if err := finiteRows("fresh", s.rows); err != nil {
		return err
	}
	if s.contexts != nil {
		return finiteRows("fresh context", s.contexts)
	}
	return nil
}

func (s *sampler) Position() Position { return Position{Noise: state(s.src)} }

func (s *sampler) Resume(to Position) error { return setState(s.src, to.Noise) }

func (s *sampler) Close() {}
