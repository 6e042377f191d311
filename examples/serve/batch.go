package main

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"github.com/normflow/normflow/flow/table"
	"gonum.org/v1/gonum/mat"
)

// A batch is a request and its answer. Batches are used again, with their memory.
type batch struct {
	body        bytes.Buffer
	rows, given matrix
	table       table.Table
	values      map[string]string // given, of a table
	n           int
	seed        *uint64

	out    matrix
	status []string
	drawn  []map[string]any // sampled rows of a table
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func (b *batch) reset() {
	b.body.Reset()
	b.rows.resize(0, 0)
	b.given.resize(0, 0)
	b.out.resize(0, 0)
	b.table, b.values, b.drawn = table.Table{}, nil, nil
	b.n, b.seed, b.status = 0, nil, b.status[:0]
}

// count is how many rows a request has.
func (b *batch) count() int { return b.rows.rows + len(b.table.Rows) }

// source is that of the request's seed, or a random one.
func (b *batch) source() rand.Source {
	if b.seed == nil {
		return rand.NewPCG(rand.Uint64(), rand.Uint64())
	}
	return rand.NewPCG(*b.seed, 0)
}

// A matrix is rows of numbers, [[1, 2], [3, 4]] in JSON.
type matrix struct {
	rows, cols int
	data       []float64
}

func (m *matrix) resize(rows, cols int) []float64 {
	m.rows, m.cols = rows, cols
	if cap(m.data) < rows*cols {
		m.data = make([]float64, rows*cols)
	}
	m.data = m.data[:rows*cols]
	return m.data
}

func (m *matrix) slice(i, j int) *mat.Dense {
	return mat.NewDense(j-i, m.cols, m.data[i*m.cols:j*m.cols])
}

// UnmarshalJSON parses text that is known to be valid JSON, without an allocation for each number.
func (m *matrix) UnmarshalJSON(text []byte) error {
	m.rows, m.cols, m.data = 0, 0, m.data[:0]
	depth, width := 0, 0
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '[':
			if depth++; depth > 2 {
				return bad("row %d: got a list in a row, want numbers", m.rows)
			}
			width, i = 0, i+1
		case ']':
			if depth--; depth == 1 {
				if width == 0 || m.rows > 0 && width != m.cols {
					return bad("row %d: got %d numbers, want as many as in row 0 and at least 1", m.rows, width)
				}
				m.cols, m.rows = width, m.rows+1
			}
			i++
		case ',', ' ', '\t', '\n', '\r':
			i++
		default:
			j := i + 1
			for j < len(text) && !bytes.ContainsRune([]byte(",] \t\n\r"), rune(text[j])) {
				j++
			}
			v, ok := parseNumber(text[i:j])
			if depth != 2 || !ok {
				return bad("row %d, column %d: got %.40q, want rows of numbers, [[1, 2], [3, 4]]", m.rows, width, text[i:j])
			}
			m.data, width, i = append(m.data, v), width+1, j
		}
	}
	return nil
}

// parseNumber takes numbers of JSON, and as texts those that JSON does not have.
func parseNumber(s []byte) (float64, bool) {
	switch string(s) {
	case `"NaN"`:
		return math.NaN(), true
	case `"Infinity"`:
		return math.Inf(1), true
	case `"-Infinity"`:
		return math.Inf(-1), true
	}
	if s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(s), 64)
	return v, err == nil
}

// A number goes into JSON with all its bits, and as the text "NaN", "Infinity" or "-Infinity" if it is none there.
type number float64

// MarshalJSON writes the number.
func (v number) MarshalJSON() ([]byte, error) { return appendNumber(nil, float64(v)), nil }

func appendNumber(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, `"NaN"`...)
	case math.IsInf(v, 0):
		return append(b, map[bool]string{true: `"Infinity"`, false: `"-Infinity"`}[v > 0]...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// appendJSON writes the answer: a list of numbers, or rows, and the statuses if there are any.
func (b *batch) appendJSON(dst []byte, key string) []byte {
	dst = append(append(append(dst, `{"`...), key...), `":`...)
	if b.drawn != nil {
		text, _ := json.Marshal(b.drawn)
		return append(append(dst, text...), "}\n"...)
	}
	dst = append(dst, '[')
	for i, v := range b.out.data {
		if i > 0 {
			dst = append(dst, ',')
		}
		if key == "rows" && i%b.out.cols == 0 {
			dst = append(dst, '[')
		}
		dst = appendNumber(dst, v)
		if key == "rows" && i%b.out.cols == b.out.cols-1 {
			dst = append(dst, ']')
		}
	}
	dst = append(dst, ']')
	if len(b.status) > 0 {
		text, _ := json.Marshal(b.status)
		dst = append(append(dst, `,"status":`...), text...)
	}
	return append(dst, "}\n"...)
}

// strict decodes one JSON value without fields that are not known.
func strict(body []byte, in any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return bad("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if len(bytes.TrimSpace(body[d.InputOffset():])) > 0 {
		return bad("got more than one JSON value")
	}
	return names(body)
}

// names checks valid JSON for what encoding/json lets pass: names that an object has twice, of which the last would count, and
// fields of the request in upper case.
func names(text []byte) error {
	var open []map[string]bool // what is open at a place: the names of objects, nil for lists
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			open = append(open, map[string]bool{})
		case '[':
			open = append(open, nil)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			start := i
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if rest := bytes.TrimLeft(text[i+1:], " \t\r\n"); len(rest) == 0 || rest[0] != ':' {
				continue
			}
			var name string
			if err := json.Unmarshal(text[start:i+1], &name); err != nil {
				return bad("%v", err)
			}
			if top := open[len(open)-1]; top[name] {
				return bad("got %q twice", name)
			} else if top[name] = true; len(open) == 1 && name != strings.ToLower(name) {
				return bad("unknown field %q", name)
			}
		}
	}
	return nil
}
