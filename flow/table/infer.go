package table

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Texts that stand for no value in a column of numbers or dates, and those that do so among
// names if the table writes its blanks so.
var (
	blankNumbers = []string{".", "NA", "N/A", "n/a", "NaN", "nan", "None", "none", "null", "NULL", "Null", "<NA>", "#N/A", "?", "-", "--", "nil", "missing"}
	blankNames   = []string{"NA", "N/A", "NaN", "nan", "null", "NULL", "<NA>", "#N/A"}
)

// Infer returns a schema of the table's columns. A column whose texts are numbers is one of numbers, and of which
// kind follows from their range, grid and ties; texts that are dates are dates; all others are categories.
//
// The empty text is always a blank. In columns of numbers and dates so are ".", "NA", "None", "?" and the like. Among names these are categories,
// but for those that are blanks in another column of the same table, and for NA, NaN and null in a table without empty
// texts. [Column.Why] says what was decided.
//
// It returns an error if there are no rows, or two columns of one name. It costs a few passes over the table.
func Infer(t *Table) (*Schema, error) {
	if len(t.Rows) == 0 {
		return nil, errors.New("table: Infer: got no rows")
	}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("table: Infer: %w", err)
	}
	s := &Schema{Columns: make([]Column, len(t.Names))}
	looks := make([]*look, len(t.Names))
	used, empty := map[string]bool{}, false
	for j, name := range t.Names {
		looks[j] = newLook(t, j)
		looks[j].shape()
		s.Columns[j].Name = name
		empty = empty || looks[j].count[""] > 0
		for _, b := range looks[j].blanks {
			used[b] = true
		}
	}
	for j, l := range looks {
		c := &s.Columns[j]
		c.Low, c.High = math.Inf(-1), math.Inf(1)
		l.blankNames(used, empty)
		c.Blanks, c.Blank, c.Bad, c.Comma = l.blanks, l.blank, l.bad, l.comma
		switch {
		case len(l.texts) == 0:
			return nil, fmt.Errorf("table: Infer: column %q has no value in any row", c.Name)
		case l.layout != "":
			c.inferDate(l)
		case l.numbers:
			c.inferNumbers(l)
		default:
			c.inferCategory(l)
		}
		if len(l.blanks) > 0 {
			c.Why += fmt.Sprintf("; %s stands for no value", quoted(l.blanks))
		}
		if len(l.kept) > 0 {
			c.Why += fmt.Sprintf("; %s is a value like others, as no column of numbers has it for a blank", quoted(l.kept))
		}
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("table: Infer: %w", err)
	}
	return s, nil
}

func quoted(texts []string) string {
	q := make([]string, len(texts))
	for i, s := range texts {
		q[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(q, ", ")
}

// A look is what is seen of a column before it is decided what it is.
type look struct {
	count   map[string]int // of every text
	texts   []string       // distinct ones that are values, sorted
	rows    int            // with a value
	blank   int
	bad     int
	numbers bool   // most texts are
	comma   bool   // with a decimal comma
	layout  string // of dates, if all are
	blanks  []string
	kept    []string // texts that might be blanks and are not
	name    string
}

func newLook(t *Table, j int) *look {
	l := &look{count: map[string]int{}, name: t.Names[j]}
	for _, r := range t.Rows {
		l.count[strings.TrimSpace(r[j])]++
	}
	return l
}

// shape finds out whether a column is one of numbers, dates or names.
func (l *look) shape() {
	all := slices.Sorted(maps.Keys(l.count))
	var tokens, others []string
	points, commas, plain := 0, 0, 0
	for _, s := range all {
		if s == "" {
			continue
		}
		_, isPoint := number(s, false)
		_, isComma := number(s, true)
		switch {
		case isPoint && isComma:
			plain += l.count[s]
		case isPoint:
			points += l.count[s]
		case isComma:
			commas += l.count[s]
		case slices.Contains(blankNumbers, s):
			tokens = append(tokens, s)
		default:
			others = append(others, s)
		}
	}
	odd := 0
	for _, s := range others {
		odd += l.count[s]
	}
	l.comma = commas > 0 && commas > points
	if l.comma {
		odd += points
	} else {
		odd += commas
	}
	good := plain + max(points, commas)
	l.numbers = good > 0 && odd*50 <= good
	if !l.numbers && good == 0 && len(others) > 0 {
		l.layout = layoutOf(others)
	}
	if l.numbers || l.layout != "" {
		l.blanks = tokens
		if l.numbers {
			l.bad = odd
		}
	}
}

// blankNames decides, once all columns are known, which names are blanks, and lists the values.
func (l *look) blankNames(used map[string]bool, empty bool) {
	for s := range l.count {
		if l.numbers || l.layout != "" || !slices.Contains(blankNumbers, s) {
			continue
		}
		if used[s] || !empty && slices.Contains(blankNames, s) {
			l.blanks = append(l.blanks, s)
		} else {
			l.kept = append(l.kept, s)
		}
	}
	slices.Sort(l.blanks)
	slices.Sort(l.kept)
	for s, n := range l.count {
		_, isNumber := number(s, l.comma)
		switch {
		case s == "" || slices.Contains(l.blanks, s):
			l.blank += n
		case !l.numbers || isNumber:
			l.texts = append(l.texts, s)
			l.rows += n
		}
	}
	slices.Sort(l.texts)
}

// most is how many categories a column has at most; the rarest beyond are one value.
const most = 300

// inferCategory takes the texts for names.
func (c *Column) inferCategory(l *look) {
	c.Kind, c.Levels = Category, l.texts
	switch n := len(l.texts); {
	case n == 2:
		c.Kind, c.Why = Binary, fmt.Sprintf("two texts: %s", quoted(l.texts))
	case n > 20 && (n > most || 2*n > l.rows):
		byCount := slices.Clone(l.texts)
		slices.SortStableFunc(byCount, func(a, b string) int { return l.count[b] - l.count[a] })
		byCount = byCount[:min(n, most)]
		byCount = slices.DeleteFunc(byCount, func(s string) bool { return l.count[s] < 2 })
		if len(byCount) == 0 {
			byCount = l.texts[:1]
		}
		slices.Sort(byCount)
		c.Levels, c.Other = byCount, true
		c.Why = fmt.Sprintf("%d different texts in %d rows, of which %d are told apart and the others are one value", n, l.rows, len(byCount))
	default:
		c.Why = fmt.Sprintf("%d different texts", n)
	}
}
