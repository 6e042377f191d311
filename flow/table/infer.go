package table

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/normflow/normflow/internal/need"
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
// Decimals may stand behind a comma, and thousands may be separated: as most texts of the column say that can be read in one way only. Where none can, 1.234 is
// less than two, and so is 1,234 unless the file has commas between fields. A column whose texts are all different, or that has no value, is
// a category without levels.
//
// It returns an error if there are no rows, or two columns of one name. It costs a few passes over the table.
func Infer(t *Table) (*Schema, error) {
	need.One("table: Infer", "table", t)
	if len(t.Rows) == 0 {
		return nil, errors.New("table: Infer: got no rows below the header")
	}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("table: Infer: %w", err)
	}
	s := &Schema{Columns: make([]Column, len(t.Names))}
	looks := make([]*look, len(t.Names))
	used, empty := map[string]bool{}, false
	for j, name := range t.Names {
		looks[j] = newLook(t, j)
		looks[j].shape(t.Delimiter)
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
		c.Blanks, c.Blank, c.Bad, c.Comma, c.Grouped = l.blanks, l.blank, l.bad, l.comma, l.grouped
		c.Before, c.After = l.before, l.after
		switch {
		case len(l.texts) == 0:
			c.Kind, c.Other, c.Why = Category, true, "no row has a value: it stays blank"
		case l.layout != "":
			c.inferDate(l)
		case l.numbers:
			c.inferNumbers(l)
		default:
			c.inferCategory(l)
			c.Why += l.nearly()
		}
		if l.before != "" || l.after != "" {
			c.Why += fmt.Sprintf("; %q stands around them", l.before+"…"+l.after)
		}
		if l.bad > 0 {
			c.Why += fmt.Sprintf("; texts like %q cannot be read so and count as blanks", l.odd)
		}
		if l.grouped {
			c.Why += fmt.Sprintf("; texts like %q have separators of thousands", l.example)
		}
		if len(l.blanks) > 0 {
			c.Why += fmt.Sprintf("; %s %s for no value", quoted(l.blanks), verb(l.blanks, "stands", "stand"))
		}
		if len(l.kept) > 0 {
			c.Why += fmt.Sprintf("; %s %s, as no column of numbers has it for a blank", quoted(l.kept), verb(l.kept, "is a value like others", "are values like others"))
		}
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("table: Infer: %w", err)
	}
	return s, nil
}

func quoted(texts []string) string {
	return listed(texts, 10, strconv.Quote)
}

// listed returns values as text, half of so many if they are more.
func listed[T any](values []T, most int, text func(T) string) string {
	if most < len(values) {
		most /= 2
	}
	var q []string
	for _, v := range values[:min(len(values), most)] {
		q = append(q, text(v))
	}
	if n := len(values) - len(q); n > 0 {
		q = append(q, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(q, ", ")
}

// verb returns the form that fits so many subjects.
func verb[T any](subjects []T, one, several string) string {
	if len(subjects) == 1 {
		return one
	}
	return several
}

// A look is what is seen of a column before it is decided what it is.
type look struct {
	count   map[string]int // of every text
	texts   []string       // distinct ones that are values, sorted
	rows    int            // with a value
	blank   int
	bad     int    // rows whose text is no number, or no date, where nearly all others are
	odd     string // such a text
	numeric int    // rows whose text is a number
	numbers bool   // nearly all texts are
	comma   bool   // with a decimal comma
	grouped bool   // with separators of thousands
	layout  string // of dates, if nearly all are
	unclear bool   // another layout reads other dates from the same texts
	blanks  []string
	kept    []string // texts that might be blanks and are not
	name    string
	example string // with separators of thousands
	before  string // signs around numbers
	after   string
}

func newLook(t *Table, j int) *look {
	l := &look{count: map[string]int{}, name: t.Names[j]}
	for _, r := range t.Rows {
		l.count[strings.TrimSpace(r[j])]++
	}
	return l
}

// number parses a text as the column's numbers are written.
func (l *look) number(s string) (float64, bool) {
	s = bare(s, l.before, l.after)
	if l.grouped {
		s = ungrouped(s, l.comma)
	}
	return number(s, l.comma)
}

// mostOdd is how many texts of a column of numbers or dates stand against each that is none.
const mostOdd = 50

// value reports whether a text is one of the column's values.
func (l *look) value(s string) bool {
	ok := true
	switch {
	case l.numbers:
		_, ok = l.number(s)
	case l.layout != "":
		_, err := time.Parse(l.layout, s)
		ok = err == nil
	}
	return ok
}

// shape finds out whether a column is one of numbers, dates or names.
func (l *look) shape(delimiter rune) {
	all := slices.Sorted(maps.Keys(l.count))
	var tokens, others []string
	var c spelling
	for _, s := range all {
		switch {
		case s == "" || c.add(s, l.count[s]):
		case slices.Contains(blankNumbers, s):
			tokens = append(tokens, s)
		default:
			others = append(others, s)
		}
	}
	if len(others) > 0 {
		l.before, l.after = commonUnit(others, l.count)
	}
	for _, s := range others {
		if number := bare(s, l.before, l.after); number != s {
			c.add(number, l.count[s])
		}
	}
	l.comma, l.grouped = c.decide(delimiter)
	var values []string
	good, odd := 0, 0
	for _, s := range all {
		if s == "" || slices.Contains(tokens, s) {
			continue
		}
		values = append(values, s)
		if _, ok := l.number(s); ok {
			good += l.count[s]
		} else {
			odd += l.count[s]
			l.odd = s
		}
	}
	if l.grouped {
		l.example = c.example[0]
		if l.comma {
			l.example = c.example[1]
		}
	}
	l.numeric = good
	switch l.numbers = good > 0 && odd*mostOdd <= good; {
	case l.numbers && compactDates(values):
		l.numbers, l.layout = false, compact
	case l.numbers:
		l.bad = odd
	default:
		l.findLayout(values)
	}
	if l.numbers || l.layout != "" {
		l.blanks = tokens
	}
	if !l.numbers {
		l.comma, l.grouped, l.before, l.after = false, false, "", ""
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
		switch {
		case s == "" || slices.Contains(l.blanks, s):
			l.blank += n
		case l.value(s):
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
		c.Kind, c.Why = Binary, "two texts: "+quoted(l.texts)
	case n == 1:
		c.Why = "the same text in all rows: " + quoted(l.texts)
	case n > 20 && (n > most || 2*n > l.rows):
		byCount := slices.Clone(l.texts)
		slices.SortStableFunc(byCount, func(a, b string) int { return l.count[b] - l.count[a] })
		byCount = byCount[:min(n, most)]
		byCount = slices.DeleteFunc(byCount, func(s string) bool { return l.count[s] < 2 })
		slices.Sort(byCount)
		c.Levels, c.Other = byCount, true
		if len(byCount) == 0 {
			c.Why = fmt.Sprintf("%d different texts in as many rows, which tell nothing of each other", n)
			return
		}
		c.Why = fmt.Sprintf("%d different texts in %d rows, of which %d are told apart and the others are one value", n, l.rows, len(byCount))
	default:
		c.Why = fmt.Sprintf("%d different texts: %s", n, quoted(l.texts))
	}
}
