package table

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A tally counts the numbers of a column.
type tally struct {
	values   []float64 // distinct, ascending
	count    map[float64]int
	rows     int
	decimals int
	fixed    bool // all texts have so many decimals
	width    int  // of digits alone that all texts have, if some begin with 0
	exponent bool
}

func (l *look) tally(parse func(s string) float64) *tally {
	t := &tally{count: map[float64]int{}, fixed: true}
	for i, s := range l.texts {
		t.count[parse(s)] += l.count[s]
		d, e := decimals(bare(s, l.before, l.after), l.comma)
		t.fixed = t.fixed && (i == 0 || d == t.decimals) && !e
		t.decimals, t.exponent = max(t.decimals, d), t.exponent || e
	}
	t.width = codeWidth(l.texts)
	t.values, t.rows = slices.Sorted(maps.Keys(t.count)), l.rows
	return t
}

// codeWidth returns how many digits all texts have, if these are digits alone and some texts begin with zeros, else 0.
func codeWidth(texts []string) int {
	zeros := false
	for _, s := range texts {
		if len(s) != len(texts[0]) || strings.Trim(s, "0123456789") != "" {
			return 0
		}
		zeros = zeros || len(s) > 1 && s[0] == '0'
	}
	if !zeros || len(texts[0]) > 20 {
		return 0
	}
	return len(texts[0])
}

// grid returns the distance of the grid that all numbers stand on, if there are enough ties for
// that to matter, else 0.
func (t *tally) grid() float64 {
	if t.exponent || t.decimals > 9 || len(t.values) < 2 {
		return 0
	}
	scale := math.Pow10(t.decimals)
	var step int64
	for _, v := range t.values {
		k := math.Round((v - t.values[0]) * scale)
		if k > 1<<52 {
			return 0
		}
		step = gcd(step, int64(k))
	}
	cells := (t.values[len(t.values)-1] - t.values[0]) * scale / float64(step)
	if tied := 1 - float64(len(t.values))/float64(t.rows); tied < 0.05 && t.decimals > 0 && cells > 1000 {
		return 0
	}
	return float64(step) / scale
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// set fills in what all columns of numbers have.
func (c *Column) set(t *tally) {
	c.Least, c.Most = t.values[0], t.values[len(t.values)-1]
	c.Decimals, c.Fixed, c.Width = t.decimals, t.fixed, t.width
	if t.exponent {
		c.Decimals, c.Fixed = allDecimals, false
	}
}

// fewLevels is how many different numbers are taken as levels.
const fewLevels = 20

// inferNumbers decides the kind of a column of numbers.
func (c *Column) inferNumbers(l *look) {
	t := l.tally(func(s string) float64 { v, _ := l.number(s); return v })
	c.set(t)
	n := len(t.values)
	if n <= 2 || n <= fewLevels && t.rows >= 8*n {
		c.Kind, c.Atoms = Levels, t.values
		c.Why = fmt.Sprintf("%d different numbers: %s", n, numerals(t.values))
		if n == 1 {
			c.Why = "the same number in all rows: " + numerals(t.values)
		}
		return
	}
	c.Step = t.grid()
	c.Origin = t.values[0]
	if c.Step > 0 && c.Origin == math.Trunc(c.Origin) && c.Step == math.Trunc(c.Step) && math.Mod(c.Origin, c.Step) == 0 {
		c.Origin = 0
	}
	c.kindOfNumbers(t)
	c.findAtoms(t)
	if len(c.Atoms) > 0 {
		c.Why += fmt.Sprintf("; %s with %s of %s own", numerals(c.Atoms), verb(c.Atoms, "a probability", "probabilities"), verb(c.Atoms, "its", "their"))
	}
}

var angle = regexp.MustCompile(`(?i)(^|[^a-z])(angle|heading|azimuth|bearing|wind.?dir(ection)?|degrees?)([^a-z]|$)`)

func (c *Column) kindOfNumbers(t *tally) {
	whole := t.decimals == 0 && !t.exponent || c.Step >= 1 && c.Step == math.Trunc(c.Step) && c.Origin == math.Trunc(c.Origin)
	spread := "from " + numerals([]float64{c.Least}) + " to " + numerals([]float64{c.Most})
	switch {
	case c.Step == 0:
		spread += ", so fine that they count as continuous"
	case !whole || c.Step != 1:
		spread += fmt.Sprintf(" in steps of %v", c.Step)
	}
	switch {
	case angle.MatchString(c.Name) && c.Least >= 0 && c.Most <= 360 && c.Most > 300:
		c.Kind, c.Low, c.High = Periodic, 0, 360
		if c.Step > 0 {
			c.Low, c.High = -c.Step/2, 360+c.Step/2
		}
		c.Why = "numbers " + spread + ", with the name of an angle"
	case c.Least >= 0 && whole:
		c.Kind, c.Low = Count, -c.Step/2
		c.Why = "whole numbers " + spread
	case whole:
		c.Kind, c.Why = Integer, "whole numbers "+spread
	case c.Least >= 0 && c.Most <= 1 && c.Most > 0.5 && c.Least < 0.5:
		c.Kind, c.Low, c.High = Bounded, 0, 1
		if c.Step > 0 {
			c.Low, c.High = -c.Step/2, 1+c.Step/2
		}
		c.Why = "numbers " + spread
	case c.Least >= 0:
		c.Kind, c.Low = Positive, 0
		if c.Step > 0 && c.Least < c.Step/2 {
			c.Low = -c.Step / 2
		}
		c.Why = "numbers " + spread
	case t.heavy():
		c.Kind, c.Why = Heavy, "numbers "+spread+", some far from the others"
	default:
		c.Kind, c.Why = Real, "numbers "+spread
	}
}

// heavy reports whether some numbers are more than ten quartile ranges from the median.
func (t *tally) heavy() bool {
	lo, mid, hi := t.quantile(0.25), t.quantile(0.5), t.quantile(0.75)
	reach := 10 * max(hi-lo, (t.values[len(t.values)-1]-t.values[0])*1e-9)
	return mid-t.values[0] > reach || t.values[len(t.values)-1]-mid > reach
}

func (t *tally) quantile(p float64) float64 {
	at, want := 0, p*float64(t.rows)
	for _, v := range t.values {
		if at += t.count[v]; float64(at) >= want {
			return v
		}
	}
	return t.values[len(t.values)-1]
}

// Numbers on a grid that so many rows have, and so large a share of them, can be round ones, which people give for those around them.
const roundShare, roundRows = 0.005, 40

// findAtoms gives a probability of its own to numbers that many more rows have than their neighbours do.
func (c *Column) findAtoms(t *tally) {
	for i, v := range t.values {
		share := float64(t.count[v]) / float64(t.rows)
		often := share >= 0.02 && t.count[v] >= 8 || c.Step > 0 && share >= roundShare && t.count[v] >= roundRows
		switch {
		case !often && (v != 0 || t.count[v] < 3 || c.Low < 0 && c.Step == 0):
			continue
		case c.Step == 0: // without a grid a tie is an event by itself
			if t.count[v] < 3 {
				continue
			}
		default: // several times what is around it
			around, k := 0, 0
			for d := 1; d <= 3; d++ {
				if i-d >= 0 {
					around, k = around+t.count[t.values[i-d]], k+1
				}
				if i+d < len(t.values) {
					around, k = around+t.count[t.values[i+d]], k+1
				}
			}
			gap := i+1 < len(t.values) && t.values[i+1]-v > 20*c.Step || i > 0 && v-t.values[i-1] > 20*c.Step
			if float64(t.count[v]) < 4*float64(around)/float64(max(k, 1)) && !(gap && v == 0) {
				continue
			}
		}
		if len(c.Atoms) < 50 {
			c.Atoms = append(c.Atoms, v)
		}
	}
}

// numerals returns numbers as text.
func numerals(x []float64) string {
	return listed(x, fewLevels, func(v float64) string {
		if math.Abs(v) < 1e15 && v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return fmt.Sprint(v)
	})
}
