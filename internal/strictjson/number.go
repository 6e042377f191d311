package strictjson

import (
	"math"
	"strconv"
	"strings"
)

// Int reads an integer without fraction or exponent.
func (r *Reader) Int() (int, error) {
	s, err := r.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, r.errorf("got %.40s, want an integer", s)
	}
	return n, nil
}

// Float reads a number, or one of the strings "inf", "-inf" and "nan", as
// [AppendFloat] writes them.
func (r *Reader) Float() (float64, error) {
	if r.Next() == '"' {
		s, err := r.String()
		if err != nil {
			return 0, err
		}
		switch s {
		case "inf":
			return math.Inf(1), nil
		case "-inf":
			return math.Inf(-1), nil
		case "nan":
			return math.NaN(), nil
		}
		return 0, r.errorf("got %.40q, want a number", s)
	}
	s, err := r.number()
	if err != nil {
		return 0, err
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, r.errorf("got %.40s, want a number within float64", s)
	}
	return x, nil
}

// AppendFloat appends the shortest text that reads as x again: a number, or a
// string for those that JSON has no numbers for.
func AppendFloat(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, `"nan"`...)
	case math.IsInf(x, 1):
		return append(b, `"inf"`...)
	case math.IsInf(x, -1):
		return append(b, `"-inf"`...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

// Bool reads true or false.
func (r *Reader) Bool() (bool, error) {
	r.Next()
	for _, w := range [...]string{"true", "false"} {
		if strings.HasPrefix(r.text[r.at:], w) {
			r.at += len(w)
			return w == "true", nil
		}
	}
	return false, r.errorf("got %s, want true or false", r.got())
}

// Null reads null if it comes next, and reports whether it did.
func (r *Reader) Null() bool {
	r.Next()
	if !strings.HasPrefix(r.text[r.at:], "null") {
		return false
	}
	r.at += len("null")
	return true
}

// number returns the text of a number.
func (r *Reader) number() (string, error) {
	r.Next()
	s := r.text[r.at:]
	n := digits(strings.TrimPrefix(s, "-"))
	if n == 0 {
		return "", r.errorf("got %s, want a number", r.got())
	}
	if s[0] == '-' {
		n++
	}
	if d := strings.TrimPrefix(s[:n], "-"); len(d) > 1 && d[0] == '0' {
		return "", r.errorf("got a number that begins with 0")
	}
	if n < len(s) && s[n] == '.' {
		f := digits(s[n+1:])
		if f == 0 {
			return "", r.errorf("got no digit after a decimal point")
		}
		n += 1 + f
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		n++
		if n < len(s) && (s[n] == '+' || s[n] == '-') {
			n++
		}
		e := digits(s[n:])
		if e == 0 {
			return "", r.errorf("got no digit in an exponent")
		}
		n += e
	}
	r.at += n
	return s[:n], nil
}

// digits returns how many decimal digits s begins with.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// Skip reads any value and forgets it.
func (r *Reader) Skip() error {
	var err error
	switch c := r.Next(); {
	case c == '{':
		return r.Object(func(string) error { return r.Skip() })
	case c == '[':
		return r.Array(func(int) error { return r.Skip() })
	case c == '"':
		_, err = r.String()
	case c == 't' || c == 'f':
		_, err = r.Bool()
	case c == 'n' && r.Null():
	default:
		_, err = r.number()
	}
	return err
}

// AppendString appends s as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, string(c)...)
		}
	}
	return append(b, '"')
}

// Count returns how many items the array has that comes next, or less if it is
// none, or broken. It reads on to its end and comes back.
func (r Reader) Count() (n int) {
	r.Array(func(int) error {
		if err := r.Skip(); err != nil {
			return err
		}
		n++
		return nil
	})
	return n
}
