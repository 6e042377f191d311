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

// A few texts that are no dates are no values, more make a category; which of two numbers is the month can be unclear, and the schema says so.
func TestOddDates(t *testing.T) {
	for _, c := range []struct {
		odd   int
		dates [2]string
		kind  Kind
		why   string
	}{
		{2, [2]string{"31.01.2020", "01.02.2021"}, Date, `dates as DD.MM.YYYY, from 31.01.2020 to 01.02.2021, 2 different ones, each with a probability of its own; texts like "soon" cannot be read`},
		{5, [2]string{"31.01.2020", "01.02.2021"}, Category, `3 different texts: "01.02.2021", "31.01.2020", "soon"`},
		{0, [2]string{"01/02/2020", "03/04/2021"}, Date, "dates as MM/DD/YYYY, from 01/02/2020 to 03/04/2021; day and month may be the other way round"},
		{0, [2]string{"01/02/2020", "13/04/2021"}, Date, "dates as DD/MM/YYYY, from 01/02/2020 to 13/04/2021"},
		{0, [2]string{"3/4/20", "13/4/21"}, Date, "dates as D/M/YY, from 3/4/20 to 13/4/21"},
		{0, [2]string{"7:05", "14:30"}, Date, "times of day as hh:mm, from 07:05 to 14:30"},
	} {
		table := &Table{Names: []string{"day"}}
		for i := range 100 {
			table.Rows = append(table.Rows, []string{c.dates[i%2]})
		}
		for range c.odd {
			table.Rows = append(table.Rows, []string{"soon"})
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		got := &s.Columns[0]
		if got.Kind != c.kind || !strings.HasPrefix(got.Why, c.why) || c.odd == 0 && strings.Contains(got.Why, "round") != strings.Contains(c.why, "round") {
			t.Errorf("%q: got %s: %s, want %s: %s", c.dates, got.Kind, got.Why, c.kind, c.why)
		}
		if got.Kind == Date && got.Bad != c.odd {
			t.Errorf("%q: got %d bad texts, want %d", c.dates, got.Bad, c.odd)
		}
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

// Times of day are numbers that stand on their grid, and come back as texts.
func TestTimesOfDay(t *testing.T) {
	from := &Table{Names: []string{"at"}}
	for i := range 300 {
		from.Rows = append(from.Rows, []string{date(float64(i*7%1440) / 1440).Format("15:04")})
	}
	s, err := Infer(from)
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.Encode(from)
	if err != nil {
		t.Fatal(err)
	}
	c := &s.Columns[0]
	for i, row := range s.Decode(x).Rows {
		if row[0] != from.Rows[i][0] {
			t.Errorf("row %d: got %q back, want %q", i, row[0], from.Rows[i][0])
		}
	}
	if got := c.text(c.cell(x.At(0, 0) + 10.2/1440)); c.Kind != Date || got != "00:10" {
		t.Errorf("got %s, and %q ten minutes after midnight; want dates on a grid of minutes", c.Kind, got)
	}
}

// Whole numbers that all are dates are dates; one that is none makes them numbers.
func TestCompactDates(t *testing.T) {
	table := &Table{Names: []string{"day"}, Rows: [][]string{{"20201231"}, {"20210101"}, {""}, {"20210228"}}}
	s, err := Infer(table)
	if err != nil || s.Columns[0].Kind != Date || s.Columns[0].text(s.Columns[0].Most) != "20210228" {
		t.Errorf("got %v, %v, want dates", s, err)
	}
	table.Rows[3][0] = "20210229"
	if s, err := Infer(table); err != nil || s.Columns[0].Kind == Date {
		t.Errorf("got %v, %v, want numbers", s, err)
	}
}

// A column of names says why it is not one of numbers, or dates, as most of its texts are.
func TestNearly(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{[]string{"1", "2", "3", "few"}, `; 3 of 4 rows have numbers, but too many have other texts, like "few"`},
		{[]string{"2020-01-31", "2020-02-01", "soon"}, `; 2 of 3 rows have dates as YYYY-MM-DD, but too many have other texts, like "soon"`},
		{[]string{"2020-01-31", "Jan 31, 2020", "soon"}, "; 2 of 3 rows have dates, in several forms, such as YYYY-MM-DD and Mon D, YYYY: all in one form"},
		{[]string{"red", "green", "7"}, ""},
	} {
		table := &Table{Names: []string{"x"}}
		for _, s := range c.texts {
			table.Rows = append(table.Rows, []string{s})
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		if why := s.Columns[0].Why; !strings.Contains(why, c.want) || c.want == "" && strings.Contains(why, " rows have ") {
			t.Errorf("%q: got %q, want one that says %q", c.texts, why, c.want)
		}
	}
}
