package flow

import (
	"bytes"
	"testing"

	"github.com/normflow/normflow/dist"
)

// A model from a file counts the work of a row as it did before, and with it the cores that scoring
// uses and the rows on a tape at a time; and it counts that of the base.
func TestRowOfFile(t *testing.T) {
	one := w2()
	m := New(dist.NewMixture(dist.FixedWeights(1, 1, 1), w2(), w2(), w2()))
	if m.row < 3*one.row {
		t.Errorf("got %d numbers a row for three flows, want three times %d at least", m.row, one.row)
	}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(&file)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.row < m.row/2 || loaded.row > 2*m.row {
		t.Errorf("got %d numbers a row from the file, want about %d", loaded.row, m.row)
	}
}

// Chunks cover all rows once, and none has part of the rows of two contexts.
func TestChunks(t *testing.T) {
	m := w2()
	for _, c := range []struct{ n, each int }{{1, 0}, {5000, 0}, {5000, 1}, {5000, 7 * 5}, {5000, 1000}, {5000, 5000}, {500, 100}, {640, 64}} {
		m.each = c.each
		if c.each > 0 {
			c.n -= c.n % c.each
		}
		for workers := 1; workers < 9; workers *= 2 {
			all, at := m.chunksOf(c.n, workers), 0
			for u := range all.count() {
				i, j := all.bounds(u)
				if i != at || j <= i {
					t.Fatalf("%+v: got chunk %d to %d, want one from %d", c, i, j, at)
				}
				if k := c.each; k > 0 && (j-1)/k != i/k && (i%k != 0 || j%k != 0) {
					t.Errorf("%+v: got chunk %d to %d, want rows of one context, or all of each", c, i, j)
				}
				at = j
			}
			if at != c.n {
				t.Errorf("%+v: got %d rows in chunks, want all", c, at)
			}
		}
	}
}
