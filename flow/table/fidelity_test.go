package table

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// Real rows pass for real ones; rows whose columns were shuffled one by one, and copies of rows, are found out.
func TestCompare(t *testing.T) {
	all := correlated(900, 0.05)
	s, err := Infer(all)
	if err != nil {
		t.Fatal(err)
	}
	part := func(from, to int) *Table { return &Table{Names: all.Names, Rows: all.Rows[from:to]} }
	good, err := Compare(context.Background(), s, part(0, 300), part(300, 600), part(600, 900), 1)
	if err != nil {
		t.Fatal(err)
	}
	if good.AUROC > 0.5+5*good.SE || good.Closest < good.ClosestHeld/2 || good.Copies > 0 || good.OnSynthetic < 0.9 || good.Correlation > 0.2 {
		t.Errorf("real rows: got\n%v", good)
	}
	loose := part(600, 900).clone()
	r := rand.New(rng.New(1))
	for j := range loose.Names {
		r.Shuffle(len(loose.Rows), func(a, b int) { loose.Rows[a][j], loose.Rows[b][j] = loose.Rows[b][j], loose.Rows[a][j] })
	}
	bad, err := Compare(context.Background(), s, part(0, 300), part(300, 600), loose, 1)
	if err != nil {
		t.Fatal(err)
	}
	if bad.AUROC < 0.8 || bad.Correlation < 0.5 || bad.OnSynthetic > bad.OnReal-0.2 || bad.Columns[0].Distance > 0.2 {
		t.Errorf("shuffled columns: got\n%v", bad)
	}
	f := &Fidelity{}
	f.closest(s, encoded(s, part(0, 300)), encoded(s, part(300, 600)), encoded(s, part(0, 300)))
	if f.Closest != 0 || f.Copies != 1 || f.ClosestHeld == 0 || f.CopiesHeld != 0 {
		t.Errorf("copies: got %+v", f)
	}
	if _, err := Compare(context.Background(), s, part(0, 300), part(300, 310), loose, 1); err == nil || !strings.Contains(err.Error(), "got 10 rows") {
		t.Errorf("got the error %v", err)
	}
}

func encoded(s *Schema, t *Table) (rows [][]float64) {
	x, err := s.Encode(t)
	if err != nil {
		panic(err)
	}
	for i := range t.Rows {
		rows = append(rows, x.RawRowView(i))
	}
	return rows
}

// A column that is the sum of two others is found, and filled by it.
func TestSums(t *testing.T) {
	r := rand.New(rng.New(6))
	var rows [][]float64
	for range 400 {
		a, b := float64(r.IntN(300)), float64(r.IntN(90))
		rows = append(rows, []float64{a, b, a + b, float64(r.IntN(300))})
	}
	c := Column{Kind: Count, Low: -0.5, High: 1e9, Step: 1, Most: 400}
	s := &Schema{Columns: []Column{c, c, c, c}}
	j := newJoint(s, rows)
	if len(j.Sums) != 1 || j.Sums[0].C != 2 {
		t.Fatalf("got the sums %v, want one to column 2", j.Sums)
	}
	x := make([]float64, j.features.width)
	j.features.set(x, 2, 250)
	j.features.set(x, 0, 180)
	got := x[len(x)-impliedWidth:]
	for k, col := range []int{j.Sums[0].A, j.Sums[0].B, 2} {
		want := 0.0
		if col == 1 {
			want = 1
			if n := j.features.columns[1].number(70); got[2*k+1]-n > 1e-9 || n-got[2*k+1] > 1e-9 {
				t.Errorf("got %v implied for column 1, want %v", got[2*k+1], n)
			}
		}
		if got[2*k] != want {
			t.Errorf("column %d: got implied %v, want %v", col, got[2*k], want)
		}
	}
}
