package table

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// A spelling counts the ways in which the texts of a column can be numbers.
type spelling struct {
	plain          int    // whole numbers
	points, commas int    // with one of these alone
	byPoint        int    // of the commas, those that can separate thousands
	byComma        int    // of the points
	grouped        [2]int // with separators of thousands only, and decimals behind a point or comma
	example        [2]string
}

// add counts a text that occurs n times; it reports whether that is a number in any way.
func (c *spelling) add(s string, n int) bool {
	_, isPoint := number(s, false)
	_, isComma := number(s, true)
	_, byPoint := number(ungrouped(s, false), false)
	_, byComma := number(ungrouped(s, true), true)
	switch {
	case isPoint && isComma:
		c.plain += n
	case isPoint:
		c.points += n
		if byComma {
			c.byComma += n
		}
	case isComma:
		c.commas += n
		if byPoint {
			c.byPoint += n
			c.example[0] = s
		}
	case byPoint:
		c.grouped[0] += n
		c.example[0] = s
	case byComma:
		c.grouped[1] += n
		c.example[1] = s
	default:
		return false
	}
	return true
}

// decide returns whether decimals stand behind a comma, and whether thousands are separated: what most texts say that can be read in one way
// only. If there are none, 1.234 is less than two, and 1,234 is if commas do not separate the fields of the file.
func (c *spelling) decide(delimiter rune) (comma, grouped bool) {
	points, commas := c.points-c.byComma+c.grouped[0], c.commas-c.byPoint+c.grouped[1]
	switch {
	case points != commas:
		comma = commas > points
	case c.points == 0 && c.byPoint > 0 && delimiter == ',':
		return false, true
	default:
		comma = c.commas > c.points
	}
	if comma {
		return true, c.grouped[1] > 0
	}
	return false, c.grouped[0] > 0
}

// commonUnit returns the signs that stand around most of the texts; none if most have none.
func commonUnit(texts []string, count map[string]int) (before, after string) {
	n := map[[2]string]int{}
	for _, s := range texts {
		_, b, a := unit(s)
		n[[2]string{b, a}] += count[s]
	}
	var best [2]string
	for _, u := range slices.SortedFunc(maps.Keys(n), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		if n[u] > n[best] {
			best = u
		}
	}
	return best[0], best[1]
}

// unit cuts signs of currency, percent and degrees, and spaces, from around a number.
func unit(s string) (number, before, after string) {
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = s[:1], s[1:]
	}
	around := func(r rune) bool {
		return unicode.Is(unicode.Sc, r) || unicode.IsSpace(r) || strings.ContainsRune("%‰°", r)
	}
	rest := strings.TrimLeftFunc(s, around)
	number = strings.TrimRightFunc(rest, around)
	return sign + number, s[:len(s)-len(rest)], rest[len(number):]
}

// bare returns a text without these signs around it, and any other text as it is.
func bare(s, before, after string) string {
	if before == "" && after == "" {
		return s
	}
	if number, b, a := unit(s); b == before && a == after {
		return number
	}
	return s
}

// ungrouped returns a number's text without separators of thousands, points if decimals stand behind a comma and else commas; the text itself if these are not
// where those stand.
func ungrouped(s string, comma bool) string {
	point, separator := ".", ","
	if comma {
		point, separator = separator, point
	}
	whole, decimals, has := strings.Cut(s, point)
	groups := strings.Split(whole, separator)
	first := strings.TrimLeft(groups[0], "+-")
	if len(first) == 0 || len(first) > 3 || first[0] == '0' {
		return s
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return s
		}
	}
	whole = strings.Join(groups, "")
	if has {
		whole += point + decimals
	}
	return whole
}
