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

// Round numbers that stand for those around them have probabilities of their own, if there are rows enough to see it.
func TestRoundNumbers(t *testing.T) {
	for n, want := range map[int]bool{400: false, 8000: true} {
		r := rand.New(rng.New(2))
		table := &Table{Names: []string{"speed"}}
		for range n {
			v := 150 + 40*r.NormFloat64()
			if r.Float64() < 0.9 {
				v = 5 * math.Round(v/5)
			}
			table.Rows = append(table.Rows, []string{fmt.Sprint(math.Round(v))})
		}
		s, err := Infer(table)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []float64{95, 205} {
			if _, got := s.Columns[0].atom(v); got != want {
				t.Errorf("%d rows: %v is an atom: %v, want %v (%v)", n, v, got, want, s.Columns[0].Atoms)
			}
		}
		for _, v := range s.Columns[0].Atoms {
			if math.Mod(v, 5) != 0 {
				t.Errorf("%d rows: got the atom %v, which is not round", n, v)
			}
		}
	}
}

// Numbers with exponents are written with all their digits, however small.
func TestExponents(t *testing.T) {
	table := &Table{Names: []string{"x"}}
	for i := range 60 {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("%d.5e%d", 1+i%9, i-40)})
	}
	s, err := Infer(table)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table.Rows {
		v, _ := s.Columns[0].parse(r[0])
		if again, _ := s.Columns[0].parse(s.Columns[0].text(v)); again != v || v == 0 {
			t.Errorf("%s: got %v back", r[0], again)
		}
	}
}
