package table

import "testing"

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
