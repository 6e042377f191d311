package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// sorts are columns of all kinds, each with texts.
func sorts(n int) *Table {
	r := rand.New(rng.New(1))
	columns := []struct {
		name string
		text func() string
	}{
		{"real", func() string { return fmt.Sprint(r.NormFloat64()) }},
		{"tenths", func() string { return fmt.Sprintf("%.1f", 10*r.NormFloat64()) }},
		{"positive", func() string { return fmt.Sprint(math.Exp(r.NormFloat64())) }},
		{"share", func() string { return fmt.Sprint(r.Float64()) }},
		{"heavy", func() string { return fmt.Sprintf("%.6f", math.Tan(3.14*(r.Float64()-0.5))) }},
		{"heading", func() string { return fmt.Sprintf("%.1f", 360*r.Float64()) }},
		{"integer", func() string { return fmt.Sprint(r.IntN(200) - 100) }},
		{"count", func() string { return fmt.Sprint(int(40 * r.ExpFloat64())) }},
		{"amount", func() string {
			if r.Float64() < 0.5 {
				return "0"
			}
			return fmt.Sprintf("%.2f", 100*r.ExpFloat64())
		}},
		{"code", func() string { return fmt.Sprint(r.IntN(4)) }},
		{"yes", func() string { return []string{"no", "yes"}[r.IntN(2)] }},
		{"name", func() string { return []string{"None", "ä b", ".", "NA"}[r.IntN(4)] }},
		{"day", func() string { return fmt.Sprintf("20%02d-%02d-%02d", 10+r.IntN(10), 1+r.IntN(12), 1+r.IntN(28)) }},
		{"time", func() string { return fmt.Sprintf("2020-01-%02dT%02d:%02d:00", 1+r.IntN(28), r.IntN(24), r.IntN(60)) }},
		{"comma", func() string { return strings.Replace(fmt.Sprintf("%.2f", 10*r.NormFloat64()), ".", ",", 1) }},
	}
	t := &Table{Delimiter: ';'}
	for _, c := range columns {
		t.Names = append(t.Names, c.name)
	}
	for range n {
		row := make([]string, len(columns))
		for j, c := range columns {
			if row[j] = c.text(); r.Float64() < 0.05 {
				row[j] = ""
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func TestInfer(t *testing.T) {
	s, err := Infer(sorts(400))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Kind{"real": Real, "tenths": Real, "positive": Positive, "share": Bounded, "heavy": Heavy, "heading": Periodic, "integer": Integer,
		"count": Count, "amount": Positive, "code": Levels, "yes": Binary, "name": Category, "day": Date, "time": Date, "comma": Real} {
		if c := s.Columns[s.Find(name)]; c.Kind != want || c.Why == "" || c.Blank == 0 {
			t.Errorf("%s: got %q (%s) with %d blanks, want %q", name, c.Kind, c.Why, c.Blank, want)
		}
	}
	if c := s.Columns[s.Find("amount")]; len(c.Atoms) != 1 || c.Atoms[0] != 0 {
		t.Errorf("amount: got the atoms %v, want 0", c.Atoms)
	}
	if c := s.Columns[s.Find("name")]; len(c.Levels) != 4 {
		t.Errorf("name: got the levels %q, want all four texts", c.Levels)
	}
}

// What is encoded and decoded is the same value, to the last bit, and the same name.
func TestRoundTrip(t *testing.T) {
	from := sorts(400)
	s, err := Infer(from)
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.Encode(from)
	if err != nil {
		t.Fatal(err)
	}
	back := s.Decode(x)
	y, err := s.Encode(back)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range from.Rows {
		for j, want := range row {
			got := back.Rows[i][j]
			same := x.At(i, j) == y.At(i, j) || want == "" && got == ""
			if c := &s.Columns[j]; !same || got != want && (c.Kind == Date || !c.Kind.numeric()) || len(got) > len(want) {
				t.Errorf("row %d, column %q: got %q back, want %q", i, from.Names[j], got, want)
			}
		}
	}
}

// Which texts are blanks depends on the column and the table, and the schema says why.
func TestBlanks(t *testing.T) {
	read := func(lines ...string) *Schema {
		text := "n,s\n"
		for range 10 {
			text += strings.Join(lines, "\n") + "\n"
		}
		table, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		lines   []string
		numbers string // blanks of the column of numbers
		names   string // levels of the other
	}{
		{[]string{"1,a", "2.5,b", "None,None", ",."}, "None", ". a b"},
		{[]string{"1,a", "2.5,b", "4,NA"}, "", "a b"},
		{[]string{"1,a", "2.5,b", ",NA"}, "", "NA a b"},
		{[]string{"1,a", "NA,NA", "4,"}, "NA", "a"},
		{[]string{"1,a", ".,b", "4,None"}, ".", "None a b"},
	} {
		s := read(c.lines...)
		if got := strings.Join(s.Columns[0].Blanks, " "); !s.Columns[0].Kind.numeric() || got != c.numbers {
			t.Errorf("%q: got %s with the blanks %q, want numbers with %q", c.lines, s.Columns[0].Kind, got, c.numbers)
		}
		if got := strings.Join(s.Columns[1].Levels, " "); got != c.names {
			t.Errorf("%q: got the levels %q, want %q", c.lines, got, c.names)
		}
	}
}

// Separators of thousands are read as such where the column or the file says so, and else are not guessed.
func TestGrouped(t *testing.T) {
	for _, c := range []struct {
		delimiter rune
		texts     []string
		want      []float64 // NaN for a text that is no number
		kind      Kind
	}{
		{';', []string{"818,65", "3.892,56", "1.200", "12"}, []float64{818.65, 3892.56, 1200, 12}, Levels},
		{',', []string{"818.65", "3,892.56", "1,200", "-12"}, []float64{818.65, 3892.56, 1200, -12}, Levels},
		{',', []string{"1,200", "15,300", "999"}, []float64{1200, 15300, 999}, Levels},
		{',', []string{"1,234,567", "200"}, []float64{1234567, 200}, Levels},
		{';', []string{"1,200", "15,300", "999"}, []float64{1.2, 15.3, 999}, Levels},
		{';', []string{"1.234.567", "0,5"}, []float64{1234567, 0.5}, Levels},
		{',', []string{"1.200", "15.300", "999"}, []float64{1.2, 15.3, 999}, Levels},
		{',', []string{"1,200", "15,300", "0,750"}, []float64{1.2, 15.3, 0.75}, Levels},
		{',', []string{"$1,200.50", "-$3.00", "12"}, []float64{1200.5, -3, 12}, Levels},
		{';', []string{"1.200,50 €", "0,75 €", "-3,00 €"}, []float64{1200.5, 0.75, -3}, Levels},
		{',', []string{"12%", "0.5%", "100%"}, []float64{12, 0.5, 100}, Levels},
		{',', []string{"K1", "K2", "%"}, nil, Category},
		{',', []string{"192.168.0.1", "10.100.200.5"}, nil, Binary},
		{'x', []string{"01.02.2006", "12.11.2007"}, nil, Date},
	} {
		table := &Table{Names: []string{"v"}, Delimiter: c.delimiter}
		for range 30 {
			for _, s := range c.texts {
				table.Rows = append(table.Rows, []string{s})
			}
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		if s.Columns[0].Kind != c.kind {
			t.Errorf("%q: got the kind %s (%s), want %s", c.texts, s.Columns[0].Kind, s.Columns[0].Why, c.kind)
			continue
		}
		for i, want := range c.want {
			v, _ := s.Columns[0].parse(c.texts[i])
			if again, _ := s.Columns[0].parse(s.Columns[0].text(v)); v != want || again != v {
				t.Errorf("%q: got %v for %q, and %v for the text of that, want %v", c.texts, v, c.texts[i], again, want)
			}
		}
	}
}

// Numbers such as zip codes keep the zeros before them, in the texts of draws and of blanks that are filled.
func TestWidth(t *testing.T) {
	for _, texts := range [][]string{{"00501", "10001", "94110"}, {"1", "01"}, {"0", "7"}, {"-07", "007"}, {"00.5", "12.5"}} {
		table := &Table{Names: []string{"zip"}}
		for range 30 {
			for _, s := range texts {
				table.Rows = append(table.Rows, []string{s})
			}
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		c := &s.Columns[0]
		for i, s := range texts {
			v, _ := c.parse(s)
			if got := c.text(v); c.Width > 0 != (texts[0] == "00501") || c.Width > 0 && got != s {
				t.Errorf("%q: got the width %d, and %q for text %d", texts, c.Width, got, i)
			}
		}
	}
}

// Texts that are all different are one value, of which each row has the probability 1.
func TestNamesOfRows(t *testing.T) {
	table := &Table{Names: []string{"id"}}
	for i := range 40 {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("row %d", i)})
	}
	s, err := Infer(table)
	if err != nil {
		t.Fatal(err)
	}
	c := &s.Columns[0]
	if c.Kind != Category || len(c.Levels) != 0 || !c.Other || c.atoms() != 1 {
		t.Fatalf("got %+v, want a category of other texts alone", c)
	}
	if v, what := c.parse("another"); v != 0 || what != fine || c.text(v) != "" {
		t.Errorf("got the value %v, %d, with the text %q", v, what, c.text(v))
	}
}

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

// A column without any value stays blank, and is the matter with no row.
func TestEmptyColumn(t *testing.T) {
	from := sorts(60)
	for i := range from.Rows {
		from.Rows[i][0] = ""
	}
	m, _, err := Learn(t.Context(), from, &Settings{Steps: 5})
	if err != nil {
		t.Fatal(err)
	}
	scores, err := m.Score(from)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := m.Impute(from)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range m.Sample(60, true, rng.New(1)).Rows {
		if row[0] != "" || filled.Rows[i][0] != "" || strings.Contains(scores[i].Status, "real") || math.IsNaN(scores[i].LogProb) {
			t.Fatalf("row %d: got %q drawn, %q imputed, status %q, log-density %v; want blanks and a finite number", i, row[0], filled.Rows[i][0], scores[i].Status, scores[i].LogProb)
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
