package table

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// Dates over many years have components for the seasons of each.
func TestSeasons(t *testing.T) {
	for years, want := range map[int]int{1: 6, 10: 59, 60: 64} {
		table := &Table{Names: []string{"day"}}
		for i := range 4000 {
			table.Rows = append(table.Rows, []string{date(float64(i * 365 * years / 4000)).Format("2006-01-02")})
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		if h := newHeadFor(&s.Columns[0], []float64{0, 1}, len(table.Rows)); h.Comps != want {
			t.Errorf("%d years: got %d components, want %d", years, h.Comps, want)
		}
	}
}

// The report names the earliest and the latest day, whatever order the texts have.
func TestRangeOfDates(t *testing.T) {
	table := &Table{Names: []string{"day"}, Rows: [][]string{{"31.01.2020"}, {"01.02.2021"}, {"02.12.2019"}}}
	s, err := Infer(table)
	if want := "from 02.12.2019 to 01.02.2021"; err != nil || !strings.Contains(s.Columns[0].Why, want) {
		t.Errorf("got %q, %v, want one that says %q", s.Columns[0].Why, err, want)
	}
}

// A network that has learned nothing knows the seasons, and draws no dates far from those of the table.
func TestStartOfDates(t *testing.T) {
	r := rand.New(rng.New(1))
	table := &Table{Names: []string{"day"}}
	var rows [][]float64
	var use []int
	for len(rows) < 3000 {
		d := 14610 + r.IntN(3652)
		if r.Float64() < 0.5+0.45*math.Sin(2*math.Pi*float64(d-14610)/365.25) {
			table.Rows = append(table.Rows, []string{date(float64(d)).Format("2006-01-02")})
			rows, use = append(rows, []float64{float64(d)}), append(use, len(rows))
		}
	}
	s, err := Infer(table)
	if err != nil {
		t.Fatal(err)
	}
	j := newJoint(s, rows)
	m := newMember(j, planFor(len(rows), j.features.width, j.heads.width), rng.New(1))
	m.startFrom(newExamples(j, rows), use)
	d := newConditional(&s.Columns[0], &j.Heads[0], [][]float64{m.Body.Layers[len(m.Body.Layers)-1].B.Data()}, []float64{1})
	high, all := 0.0, d.CDF(14610+3652)-d.CDF(14610)
	for year := range 10 {
		from := 14610 + 365.25*float64(year)
		high += d.CDF(from+182) - d.CDF(from)
	}
	if all < 0.99 || math.Abs(high/all-0.786) > 0.03 {
		t.Errorf("got %.3f of the dates within the years of the table, and %.3f of these in their first halves, want 1 and 0.786", all, high/all)
	}
}
