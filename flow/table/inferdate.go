package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

var layouts = []string{
	"2006-01-02", "2006/01/02", "2006.01.02", "20060102T150405", "01/02/2006", "02/01/2006", "02.01.2006", "02-01-2006", "1/2/2006", "2/1/2006", "2.1.2006",
	"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339, time.RFC3339Nano,
	"01/02/2006 15:04:05", "01/02/2006 15:04", "02/01/2006 15:04:05", "02/01/2006 15:04", "02.01.2006 15:04:05", "02.01.2006 15:04", "1/2/2006 15:04", "2006/01/02 15:04:05",
	"Jan 2 2006", "Jan 2, 2006", "January 2, 2006", "2 Jan 2006", "2 January 2006", "02-Jan-2006", "2006-01", "01/02/06", "02/01/06", "1/2/06", "2/1/06", "02.01.06", "2.1.06", "15:04:05", "15:04",
}

// compact is how dates are written that are whole numbers, too.
const compact = "20060102"

// compactDates reports whether all of at least three texts are dates without signs between year, month and day.
func compactDates(texts []string) bool {
	return len(texts) >= 3 && !slices.ContainsFunc(texts, func(s string) bool {
		d, err := time.Parse(compact, s)
		return err != nil || d.Year() < 1800 || d.Year() > 2199
	})
}

// nearly says of names that many of them are numbers, or dates, and why the column is none of these.
func (l *look) nearly() string {
	if 2*l.numeric > l.rows {
		return fmt.Sprintf("; %d of %d rows have numbers, but too many have other texts, like %q", l.numeric, l.rows, l.odd)
	}
	dates, forms, odd := 0, []string(nil), ""
	for _, s := range l.texts {
		at := -1
		if strings.ContainsAny(s, "0123456789") { // as all dates have
			at = slices.IndexFunc(layouts, func(layout string) bool { _, err := time.Parse(layout, s); return err == nil })
		}
		if at < 0 {
			odd = s
			continue
		}
		dates += l.count[s]
		if form := layoutWords.Replace(layouts[at]); !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	switch {
	case 2*dates <= l.rows:
		return ""
	case len(forms) == 1:
		return fmt.Sprintf("; %d of %d rows have dates as %s, but too many have other texts, like %q", dates, l.rows, forms[0], odd)
	}
	return fmt.Sprintf("; %d of %d rows have dates, in several forms, such as %s: all in one form, the column would be one of dates",
		dates, l.rows, strings.Join(forms[:2], " and "))
}

// layoutWords says in words how dates are written.
var layoutWords = strings.NewReplacer("2006", "YYYY", "January", "Month", "Jan", "Mon", "01", "MM", "02", "DD", "15", "hh", "04", "mm", "05", "ss", "06", "YY",
	"1", "M", "2", "D", "Z07:00", "±hh:mm", ".999999999", "")

// findLayout finds the layout that most texts are dates of, the first of these, if nearly all are.
func (l *look) findLayout(texts []string) {
	total := 0
	for _, s := range texts {
		total += l.count[s]
	}
	for _, layout := range layouts {
		bad, odd, other := 0, "", false
		for _, s := range texts {
			d, err := time.Parse(layout, s)
			if err != nil {
				bad += l.count[s]
				odd = s
				if bad*(mostOdd+1) > total {
					break
				}
			} else if l.layout != "" && !other {
				first, err := time.Parse(l.layout, s)
				other = err == nil && !first.Equal(d)
			}
		}
		switch {
		case bad*(mostOdd+1) > total:
		case l.layout == "" || bad < l.bad:
			l.layout, l.bad, l.odd, l.unclear = layout, bad, odd, false
		case bad == l.bad && other:
			l.unclear = true
		}
	}
}

// inferDate takes the texts for dates.
func (c *Column) inferDate(l *look) {
	c.Kind, c.Layout = Date, l.layout
	t := l.tally(func(s string) float64 { d, _ := time.Parse(l.layout, s); return days(d) })
	c.set(t)
	c.Decimals, c.Fixed = 0, false
	seconds := int64(0)
	for _, v := range t.values {
		seconds = gcd(seconds, int64(math.Round((v-t.values[0])*day)))
	}
	c.Step, c.Origin = max(float64(seconds)/day, 1.0/day), t.values[0]
	if strings.Contains(l.layout, "2006-01") && !strings.Contains(l.layout, "02") {
		c.Step = 1
	}
	what := "dates"
	if !strings.Contains(l.layout, "06") {
		what = "times of day"
	}
	c.Why = fmt.Sprintf("%s as %s, from %s to %s", what, layoutWords.Replace(l.layout), c.text(t.values[0]), c.text(t.values[len(t.values)-1]))
	if l.unclear {
		c.Why += "; day and month may be the other way round"
	}
	if n := len(t.values); n <= fewLevels && t.rows >= 8*n {
		c.Atoms = t.values
		c.Why += fmt.Sprintf(", %d different ones, each with a probability of its own", n)
	} else if c.Step > 1 {
		c.Step = 1
	}
}
