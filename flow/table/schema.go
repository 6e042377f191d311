package table

import (
	"fmt"
	"math"
	"strings"
)

// A Kind says what the values of a column are.
type Kind string

// The kinds. Numbers other than categories and levels may have point masses as well, see [Column.Atoms].
const (
	Real     Kind = "real"     // any number
	Positive Kind = "positive" // numbers above 0, or from 0 on
	Bounded  Kind = "bounded"  // numbers from Low to High
	Heavy    Kind = "heavy"    // numbers some of which lie very far from the others, on both sides
	Periodic Kind = "periodic" // numbers from Low to High, where these are the same: angles, hours
	Integer  Kind = "integer"  // whole numbers
	Count    Kind = "count"    // whole numbers from 0 on
	Levels   Kind = "levels"   // a few numbers, such as codes and ranks, each with a probability
	Binary   Kind = "binary"   // one of two values
	Category Kind = "category" // one of some texts
	Date     Kind = "date"     // dates and times
)

// numeric reports whether values are numbers, dates among them, and no names.
func (k Kind) numeric() bool { return k != Category && k != Binary }

// A Column describes the values of one column.
type Column struct {
	Name string
	Kind Kind
	Why  string // why it was taken so
	// Blanks are the texts, beside the empty one, that stand for no value.
	Blanks []string
	// Levels are the texts of a category's or binary column's values. With Other, all further texts are one more
	// value, whose text is not known.
	Levels []string
	Other  bool
	// Step is the distance of the numbers if these stand on a grid, around Origin; 0 if they do not.
	// Then log-densities are those of a density that is constant within Step/2 of a number.
	Step, Origin float64
	// Low and High are the ends of the support, infinite if there is none.
	Low, High float64
	// Atoms are numbers that have a probability of their own, in ascending order: zeros of an amount, round numbers that stand for those around them, all values of Levels.
	Atoms []float64
	// Least and Most are the extremes of the rows learned from.
	Least, Most float64
	// Decimals is how many digits after the point texts have, always or, unless Fixed, at most; then 20 stands for all that a number has, and for exponents.
	Decimals      int
	Fixed         bool
	Width         int    // of texts that begin with zeros, as 00501, to be as long as others; 0 if none do
	Before, After string // what stands around numbers, with its spaces: currency, percent and degree signs; also without it they are read
	Comma         bool   // a comma stands where Go has a point
	Grouped       bool   // texts may have separators of thousands, as 1,234.5 has; those written have none
	Layout        string // of dates, as [time.Parse] takes it
	Bad           int    // rows whose text is no number among numbers, or no date among dates; they count as blanks
	Blank         int    // rows without a value
}

// A Schema describes the columns of a table.
type Schema struct {
	Columns []Column
}

// Names returns the columns' names.
func (s *Schema) Names() []string {
	names := make([]string, len(s.Columns))
	for j := range s.Columns {
		names[j] = s.Columns[j].Name
	}
	return names
}

// Find returns the place of a column, −1 if there is none of this name.
func (s *Schema) Find(name string) int {
	for j := range s.Columns {
		if s.Columns[j].Name == name {
			return j
		}
	}
	return -1
}

// String returns the schema as text, a line for each column: what it was taken as, and why.
func (s *Schema) String() string {
	wide := 0
	for _, c := range s.Columns {
		wide = max(wide, len([]rune(c.Name)))
	}
	var b strings.Builder
	for _, c := range s.Columns {
		fmt.Fprintf(&b, "%-*s  %-9s %s", wide, c.Name, c.Kind, c.Why)
		for _, n := range []struct {
			rows int
			what string
		}{{c.Blank, "blank"}, {c.Bad, "unreadable text"}} {
			switch {
			case n.rows == 1:
				fmt.Fprintf(&b, "; 1 %s", n.what)
			case n.rows > 1:
				fmt.Fprintf(&b, "; %d %ss", n.rows, n.what)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// check returns an error unless a column's fields fit together.
func (c *Column) check() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("column %q of kind %q: %s", c.Name, c.Kind, fmt.Sprintf(format, args...))
	}
	switch c.Kind {
	case Category, Binary:
		if len(c.Levels) == 0 && !c.Other || c.Kind == Binary && len(c.Levels) > 2 {
			return fail("got %d levels", len(c.Levels))
		}
		for i, l := range c.Levels {
			if l == "" || c.blank(l) {
				return fail("level %d is %q, which is a blank", i, l)
			}
		}
	case Real, Positive, Bounded, Heavy, Periodic, Integer, Count, Date, Levels:
		for i, a := range c.Atoms {
			if math.IsNaN(a-a) || i > 0 && a <= c.Atoms[i-1] {
				return fail("got atoms %v, want finite numbers in ascending order", c.Atoms)
			}
		}
		if c.Kind == Levels && len(c.Atoms) == 0 {
			return fail("got no atoms")
		}
		bounds := c.Kind == Bounded || c.Kind == Periodic
		if !(c.Low < c.High) || bounds && math.IsInf(c.High-c.Low, 0) || !(c.Step >= 0) || math.IsInf(c.Step, 0) || math.IsNaN(c.Origin-c.Origin) {
			return fail("got bounds %v and %v, step %v and origin %v", c.Low, c.High, c.Step, c.Origin)
		}
		if c.Decimals < 0 || c.Decimals > allDecimals || c.Width < 0 || c.Width > 20 || c.Kind == Date && c.Layout == "" {
			return fail("got %d decimals and layout %q", c.Decimals, c.Layout)
		}
	default:
		return fail("there is no such kind")
	}
	return nil
}

func (s *Schema) check() error {
	if len(s.Columns) == 0 {
		return fmt.Errorf("got a schema without columns")
	}
	seen := map[string]bool{}
	for j := range s.Columns {
		c := &s.Columns[j]
		if err := c.check(); err != nil {
			return err
		}
		if seen[c.Name] {
			return fmt.Errorf("got two columns %q", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}
