package table

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
)

// A Table is rows of texts under names: what a CSV file holds.
type Table struct {
	Names []string
	Rows  [][]string
	// Delimiter is what stands between fields in the file that it was read from, for [Table.WriteCSV]; 0 is a comma.
	Delimiter rune
}

// check returns an error unless every row has as many texts as there are names.
func (t *Table) check() error {
	for i, r := range t.Rows {
		if len(r) != len(t.Names) {
			return fmt.Errorf("row %d: got %d texts, want %d", i, len(r), len(t.Names))
		}
	}
	return nil
}

// A Reader reads a CSV file row by row.
type Reader struct {
	Names     []string // of the header
	Delimiter rune     // found in the header
	csv       *csv.Reader
	row       int
}

// NewReader returns a reader of a CSV file with a header. The file may be compressed by gzip, and may begin with a byte order mark; lines may
// end in CR LF; the delimiter is whichever of comma, semicolon, tab and bar the header has most of. Quotes are as encoding/csv has them.
//
// It returns an error if there is no header, or a name in it is empty or stands there twice.
func NewReader(r io.Reader) (*Reader, error) {
	need.One("table: NewReader", "reader", r)
	b := bufio.NewReaderSize(r, 1<<16)
	if head, _ := b.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("table: %w", err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	if head, _ := b.Peek(3); string(head) == "\ufeff" {
		b.Discard(3)
	} else if len(head) > 1 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		return nil, errors.New("table: got a file in UTF-16, want UTF-8: save it in that encoding")
	}
	d := &Reader{Delimiter: delimiter(b), csv: csv.NewReader(b)}
	d.csv.Comma, d.csv.FieldsPerRecord = d.Delimiter, -1
	names, err := d.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("table: got an empty file, want a header with the names of the columns")
	}
	if err != nil {
		return nil, fmt.Errorf("table: %w", inWords(err))
	}
	seen := map[string]int{}
	for j, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			name = fmt.Sprintf("column %d", j+1)
		}
		if seen[name] > 0 {
			return nil, fmt.Errorf("table: line 1: columns %d and %d are both called %q, want different names", seen[name], j+1, name)
		}
		if !utf8.ValidString(name) {
			return nil, fmt.Errorf("table: line 1, column %d: got %q, want UTF-8: save the file in that encoding", j+1, name)
		}
		seen[name], names[j] = j+1, name
	}
	d.Names = names
	return d, nil
}

// inWords says what is wrong with quotation marks, and what to do about it.
func inWords(err error) error {
	var p *csv.ParseError
	switch {
	case !errors.As(err, &p):
	case errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("line %d, character %d: got a quotation mark inside a field that does not begin with one: put the field into quotation marks, and double those inside it", p.Line, p.Column)
	case errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("line %d, character %d: got a quotation mark that neither ends the field, which begins on line %d, nor is doubled, or none at its end", p.Line, p.Column, p.StartLine)
	}
	return err
}

// delimiter returns what the first line has most of, outside quotes.
func delimiter(b *bufio.Reader) rune {
	head, _ := b.Peek(1 << 14)
	count, in := map[rune]int{}, false
	for _, c := range string(head) {
		if c == '"' {
			in = !in
		} else if !in && c == '\n' {
			break
		} else if !in {
			count[c]++
		}
	}
	best := ','
	for _, c := range ",;\t|" {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// Next returns the next row, as many texts as there are names, and io.EOF at the end. An error names line and column. Empty lines are left out.
func (d *Reader) Next() ([]string, error) {
	fields, err := d.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("table: %w", inWords(err))
	}
	d.row++
	if n := len(d.Names); len(fields) != n {
		line, _ := d.csv.FieldPos(0)
		at := fields[len(fields)-1]
		if len(fields) > n {
			return nil, fmt.Errorf("table: line %d: got %d fields, want %d: column %d is %.40q and has no name", line, len(fields), n, n+1, fields[n])
		}
		return nil, fmt.Errorf("table: line %d: got %d fields, want %d: nothing stands for column %d, %q, after %.40q", line, len(fields), n, len(fields)+1, d.Names[len(fields)], at)
	}
	for j, s := range fields {
		if !utf8.ValidString(s) {
			line, at := d.csv.FieldPos(j)
			return nil, fmt.Errorf("table: line %d, character %d, column %q: got %.40q, want UTF-8: save the file in that encoding", line, at, d.Names[j], s)
		}
	}
	return fields, nil
}

// ReadCSV reads a whole CSV file, as [NewReader] describes it.
func ReadCSV(r io.Reader) (*Table, error) {
	need.One("table: ReadCSV", "reader", r)
	d, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	t := &Table{Names: d.Names, Delimiter: d.Delimiter}
	for {
		row, err := d.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
}

// WriteCSV writes the table with a header.
func (t *Table) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if t.Delimiter != 0 {
		c.Comma = t.Delimiter
	}
	if err := c.Write(t.Names); err != nil {
		return err
	}
	if err := c.WriteAll(t.Rows); err != nil {
		return err
	}
	return c.Error()
}

// ReadSome is like [ReadCSV] in bounded memory: of more than limit rows it keeps a random part, each row with the same probability, drawn by src; total is
// how many there were.
//
// Jeffrey S. Vitter, Random Sampling with a Reservoir, ACM Transactions on Mathematical Software 11, 1985.
func ReadSome(r io.Reader, limit int, src rand.Source) (t *Table, total int, err error) {
	need.One("table: ReadSome", "reader", r)
	d, err := NewReader(r)
	if err != nil {
		return nil, 0, err
	}
	t, total, err = Some(d.Names, d.Next, limit, src)
	if t != nil {
		t.Delimiter = d.Delimiter
	}
	return t, total, err
}

// Some is [ReadSome] for rows from anywhere, which next returns one by one, and then io.EOF; nil src is the global
// source. It panics unless limit is positive.
func Some(names []string, next func() ([]string, error), limit int, src rand.Source) (t *Table, total int, err error) {
	need.One("table: Some", "function", next)
	if limit < 1 {
		panic(fmt.Sprintf("table: Some: got the limit %d, want at least 1", limit))
	}
	t, random := &Table{Names: names}, rand.New(rng.Or(src))
	for {
		row, err := next()
		if errors.Is(err, io.EOF) {
			return t, total, nil
		}
		if err != nil {
			return nil, total, err
		}
		if total++; len(t.Rows) < limit {
			t.Rows = append(t.Rows, row)
		} else if k := random.IntN(total); k < limit {
			t.Rows[k] = row
		}
	}
}
