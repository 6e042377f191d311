package table

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a text is, beside a value.
const (
	fine   = iota
	blank  // no value
	unseen // a category that the schema does not have
	bad    // no number, or no date
)

// blank reports whether a text stands for no value.
func (c *Column) blank(s string) bool { return s == "" || slices.Contains(c.Blanks, s) }

// parse returns the number by which a text is known: itself, days since 1970, or the place among
// Levels; NaN if there is none.
func (c *Column) parse(s string) (v float64, what int) {
	s = strings.TrimSpace(s)
	if c.blank(s) {
		return math.NaN(), blank
	}
	switch c.Kind {
	case Category, Binary:
		if i := slices.Index(c.Levels, s); i >= 0 {
			return float64(i), fine
		}
		if c.Other {
			return float64(len(c.Levels)), fine
		}
		return math.NaN(), unseen
	case Date:
		t, err := time.Parse(c.Layout, s)
		if err != nil {
			return math.NaN(), bad
		}
		return days(t), fine
	}
	s = bare(s, c.Before, c.After)
	if c.Grouped {
		s = ungrouped(s, c.Comma)
	}
	v, ok := number(s, c.Comma)
	if !ok {
		return math.NaN(), bad
	}
	return v, fine
}

// text returns the text of a number that parse might have returned.
func (c *Column) text(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case !c.Kind.numeric():
		if i := int(v); i >= 0 && i < len(c.Levels) {
			return c.Levels[i]
		}
		return ""
	case c.Kind == Date:
		return date(v).Format(c.Layout)
	}
	if _, at := c.atom(v); !at && c.Step > 0 {
		v = c.cell(v)
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if n, _ := decimals(s, false); c.Decimals == allDecimals && !c.Fixed {
		s = strconv.FormatFloat(v, 'g', -1, 64)
	} else if c.Fixed || n > c.Decimals {
		s = strconv.FormatFloat(v, 'f', c.Decimals, 64)
		if !c.Fixed && c.Decimals > 0 {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
	}
	if s == "-0" {
		s = "0"
	}
	if n := c.Width - len(s); n > 0 {
		s = strings.Repeat("0", n) + s
	}
	if c.Comma {
		s = strings.Replace(s, ".", ",", 1)
	}
	if c.Before != "" && s[0] == '-' {
		return "-" + c.Before + s[1:] + c.After
	}
	return c.Before + s + c.After
}

// cell returns the number of the grid that is nearest to v.
func (c *Column) cell(v float64) float64 {
	return c.Origin + math.Floor((v-c.Origin)/c.Step+0.5)*c.Step
}

// atom returns the place of v among Atoms.
func (c *Column) atom(v float64) (i int, ok bool) {
	near := c.Step / 4
	i, ok = slices.BinarySearch(c.Atoms, v)
	if ok || near == 0 {
		return i, ok
	}
	if i < len(c.Atoms) && c.Atoms[i]-v < near {
		return i, true
	}
	if i > 0 && v-c.Atoms[i-1] < near {
		return i - 1, true
	}
	return i, false
}

// number parses a finite decimal number.
func number(s string, comma bool) (float64, bool) {
	if comma {
		if strings.Contains(s, ".") {
			return 0, false
		}
		s = strings.Replace(s, ",", ".", 1)
	}
	for i := range len(s) {
		if b := s[i]; (b < '0' || b > '9') && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// decimals returns how many digits stand after the point, and whether s is written with an exponent.
func decimals(s string, comma bool) (n int, exponent bool) {
	if strings.ContainsAny(s, "eE") {
		return 0, true
	}
	point := "."
	if comma {
		point = ","
	}
	_, after, _ := strings.Cut(s, point)
	return len(after), false
}

// allDecimals stands for as many as a number has, and for exponents.
const allDecimals = 20

const day = 86400

// days returns the time since 1970 in days; times of day, which time.Parse has in the year 0, are those of 1970's first day.
func days(t time.Time) float64 {
	if t.Year() == 0 {
		t = t.AddDate(1970, 0, 0)
	}
	return float64(t.Unix())/day + float64(t.Nanosecond())/(day*1e9)
}

// date is the inverse of days, to the microsecond.
func date(v float64) time.Time {
	whole := math.Floor(v)
	micro := math.Round((v - whole) * day * 1e6)
	return time.Unix(int64(whole)*day, 0).UTC().Add(time.Duration(micro) * time.Microsecond)
}
