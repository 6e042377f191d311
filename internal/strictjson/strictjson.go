// Package strictjson reads JSON (RFC 8259) in one pass, and builds nothing but
// what its caller builds: text from anywhere is read with memory that the
// caller controls. Strings without escapes are parts of the text.
//
//	r := strictjson.New(text)
//	err := r.Object(func(key string) error {
//		n, err := r.Int()
//		…
//	})
package strictjson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep objects and arrays may be nested.
const MaxDepth = 200

// A Reader is a place in a text. After an error it is of no more use.
type Reader struct {
	text   string
	at     int
	depth  int
	copied int
}

// New returns a reader at the beginning of text.
func New(text string) *Reader { return &Reader{text: text} }

// errorf returns an error that says where.
func (r *Reader) errorf(format string, args ...any) error {
	return fmt.Errorf("JSON: byte %d: %s", r.at, fmt.Sprintf(format, args...))
}

// Next returns the first byte of the next token, or 0 at the end.
func (r *Reader) Next() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return c
		}
	}
	return 0
}

// got names the next token for an error.
func (r *Reader) got() string {
	c := r.Next()
	if c == 0 {
		return "the end"
	}
	return strconv.QuoteRune(rune(c))
}

func (r *Reader) want(c byte) error {
	if r.Next() != c {
		return r.errorf("got %s, want %q", r.got(), c)
	}
	r.at++
	return nil
}

// Offset returns where in the text the next token begins.
func (r *Reader) Offset() int {
	r.Next()
	return r.at
}

// Copied returns how many bytes of memory the strings with escapes have taken.
func (r *Reader) Copied() int { return r.copied }

// End returns an error unless only white space is left.
func (r *Reader) End() error {
	if r.Next() != 0 || r.at < len(r.text) {
		return r.errorf("got %s, want the end", r.got())
	}
	return nil
}

// Object reads an object: value must read the value of each key. Whether keys
// repeat is for the caller to say.
func (r *Reader) Object(value func(key string) error) error {
	return r.items('{', '}', func(int) error {
		key, err := r.String()
		if err != nil {
			return err
		}
		if err := r.want(':'); err != nil {
			return err
		}
		return value(key)
	})
}

// Array reads an array: item must read each of its values.
func (r *Reader) Array(item func(i int) error) error { return r.items('[', ']', item) }

func (r *Reader) items(open, end byte, item func(i int) error) error {
	if err := r.want(open); err != nil {
		return err
	}
	if r.depth++; r.depth > MaxDepth {
		return r.errorf("nested deeper than %d", MaxDepth)
	}
	defer func() { r.depth-- }()
	if r.Next() == end {
		r.at++
		return nil
	}
	for i := 0; ; i++ {
		if err := item(i); err != nil {
			return err
		}
		if r.Next() == end {
			r.at++
			return nil
		}
		if err := r.want(','); err != nil {
			return err
		}
	}
}

// String reads a string. Bytes that are no UTF-8 and lone surrogates are errors.
func (r *Reader) String() (string, error) {
	if err := r.want('"'); err != nil {
		return "", err
	}
	start := r.at
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			s := r.text[start:r.at]
			if !utf8.ValidString(s) {
				return "", r.errorf("a string is not UTF-8")
			}
			r.at++
			return s, nil
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return "", r.errorf("got control character %#02x in a string", c)
		}
		r.at++
	}
	return "", r.errorf("got the end in a string")
}

// escaped reads on in a string that began at start and has an escape here.
func (r *Reader) escaped(start int) (string, error) {
	end := r.at
	for end < len(r.text) && r.text[end] != '"' {
		if r.text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(r.text) {
		return "", r.errorf("got the end in a string")
	}
	var b strings.Builder
	b.Grow(end - start)
	r.copied += b.Cap()
	b.WriteString(r.text[start:r.at])
	for r.at < end {
		c := r.text[r.at]
		switch {
		case c < ' ':
			return "", r.errorf("got control character %#02x in a string", c)
		case c != '\\':
			b.WriteByte(c)
			r.at++
		default:
			s, err := r.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(s)
		}
	}
	r.at = end + 1
	if s := b.String(); utf8.ValidString(s) {
		return s, nil
	}
	return "", r.errorf("a string is not UTF-8")
}

const (
	escapes  = `"\/bfnrt`
	escapees = "\"\\/\b\f\n\r\t"
)

// escape reads a backslash and what follows.
func (r *Reader) escape() (rune, error) {
	c := r.text[r.at+1]
	if i := strings.IndexByte(escapes, c); i >= 0 {
		r.at += 2
		return rune(escapees[i]), nil
	}
	u, ok := r.hex()
	if !ok {
		return 0, r.errorf("got an escape of %q, want one of %s or u and four hexadecimal digits", c, escapes)
	}
	if !utf16.IsSurrogate(u) {
		return u, nil
	}
	if low, ok := r.hex(); ok {
		if u = utf16.DecodeRune(u, low); u != utf8.RuneError {
			return u, nil
		}
	}
	return 0, r.errorf("got half of a surrogate pair in a string")
}

// hex reads an escape of four hexadecimal digits, such as \u00e9.
func (r *Reader) hex() (rune, bool) {
	s := r.text[r.at:]
	if len(s) < 6 || s[:2] != `\u` || strings.ContainsAny(s[2:6], "+-_") {
		return 0, false
	}
	u, err := strconv.ParseUint(s[2:6], 16, 32)
	r.at += 6
	return rune(u), err == nil
}
