package train

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// counted returns n rows of two values and one of context, all different.
func counted(n int) *Memory {
	m := &Memory{Rows: mat.NewDense(n, 2, nil), Contexts: mat.NewDense(n, 1, nil)}
	for i := range n {
		m.Rows.SetRow(i, []float64{float64(i), float64(i) + 0.25})
		m.Contexts.Set(i, 0, float64(i)+0.5)
	}
	return m
}

func streamed(m *Memory) *Stream {
	return &Stream{Dim: 2, Cond: 1, Rows: func() iter.Seq2[[]float64, error] {
		return func(yield func([]float64, error) bool) {
			for i := range m.Len() {
				if !yield(append(slices.Clone(m.Rows.RawRowView(i)), m.Contexts.At(i, 0)), nil) {
					return
				}
			}
		}
	}}
}

func sources() map[string]Source {
	weighted := counted(50)
	weighted.Weights = make([]float64, 50)
	for i := range weighted.Weights {
		weighted.Weights[i] = float64(i) + 0.75
	}
	return map[string]Source{
		"memory":   counted(50),
		"weighted": weighted,
		"stream":   streamed(counted(50)),
		"fresh": &Fresh{Dim: 2, Cond: 1, Draw: func(rows, contexts *mat.Dense, src rand.Source) {
			n, _ := rows.Dims()
			for i := range n {
				rows.SetRow(i, []float64{float64(src.Uint64() >> 40), 1})
				contexts.Set(i, 0, rows.At(i, 0))
			}
		}},
	}
}

func open(s Source, window int, noise bool) Cursor {
	src := rng.New(3)
	order, draws := src.Split(), src.Split()
	c := s.Open(window, order, draws)
	if noise {
		c = Dequantized(c, []float64{1, 0.5}, draws)
	}
	return c
}

// read returns the next batches as text.
func read(t *testing.T, c Cursor, b *Batch, batches int) (text []string) {
	t.Helper()
	for range batches {
		if err := c.Fill(b, 8); err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprint(b.Rows[:b.N*b.Dim], b.Contexts[:b.N*b.Cond])
		if b.Weights != nil {
			s += fmt.Sprint(b.Weights[:b.N])
		}
		text = append(text, s)
	}
	return text
}

// A cursor that goes to the position of another reads on as that one does.
func TestResume(t *testing.T) {
	for name, s := range sources() {
		for _, noise := range []bool{false, true} {
			for _, window := range []int{0, 1, 13} {
				for at := range 20 {
					c, again := open(s, window, noise), open(s, window, noise)
					b := s.NewBatch(8)
					read(t, c, b, at)
					if err := again.Resume(c.Position()); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if got, want := read(t, again, b, 9), read(t, c, b, 9); !slices.Equal(got, want) {
						t.Errorf("%s, window %d, noise %v, after %d batches: got %v, want %v", name, window, noise, at, got, want)
					}
					c.Close()
					again.Close()
				}
			}
		}
	}
}

// Every row comes once an epoch, with its own context and weight, and the last
// batch is short.
func TestEpochs(t *testing.T) {
	for name, s := range sources() {
		if name == "fresh" {
			continue
		}
		c := open(s, 13, false)
		b := s.NewBatch(8)
		for epoch := range 3 {
			var seen [50]int
			for range 7 {
				if err := c.Fill(b, 8); err != nil {
					t.Fatal(err)
				}
				for i := range b.N {
					v := b.Row(i)[0]
					seen[int(v)]++
					if b.Row(i)[1] != v+0.25 || b.Context(i)[0] != v+0.5 || b.Weights != nil && b.Weights[i] != v+0.75 {
						t.Errorf("%s: row %v has another row's values", name, v)
					}
				}
			}
			if b.N != 2 {
				t.Errorf("%s: got %d rows in the last batch, want 2", name, b.N)
			}
			for i, k := range seen {
				if k != 1 {
					t.Errorf("%s, epoch %d: row %d came %d times", name, epoch, i, k)
				}
			}
		}
		c.Close()
	}
}

// A position in other data is refused.
func TestResumeRefuses(t *testing.T) {
	c := open(counted(50), 13, false)
	read(t, c, counted(50).NewBatch(8), 4)
	for _, s := range []Source{counted(20), streamed(counted(20))} {
		if err := open(s, 13, false).Resume(c.Position()); err == nil {
			t.Errorf("%T of 20 rows: got no error for a position in 50", s)
		}
	}
	if err := open(counted(50), 7, false).Resume(c.Position()); err == nil {
		t.Error("other windows: got no error")
	}
	if err := open(counted(50), 13, false).Resume(Position{}); err == nil {
		t.Error("an empty position: got no error")
	}
}
