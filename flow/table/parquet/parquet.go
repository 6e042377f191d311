// Package parquet reads Parquet files as tables of package table, a row at a time:
//
//	r, err := parquet.NewReader(file, size)
//	t, err := r.ReadAll()              // or row by row, in the memory of a few pages
//	model, report, err := table.Learn(ctx, t, nil)
//
// Package arrow beside it reads Arrow files and streams; the command tocsv writes both as CSV, for examples/tabular and the like.
//
// It is a module of its own, so that package table does not depend on libraries for these formats.
package parquet

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/normflow/normflow/flow/table"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A Reader reads the rows of a file as texts, as a CSV file has them: a null is a blank, dates are like 2006-01-02 and times like
// 2006-01-02T15:04:05Z.
type Reader struct {
	Names   []string
	columns []*parquet.Column
	groups  []parquet.RowGroup
	rows    parquet.Rows
	buffer  []parquet.Row
	held    []parquet.Row // of buffer, not yet returned
	read    int
}

// NewReader returns a reader of a file of so many bytes. It returns an error if that is no Parquet file, or has columns that are lists or made of
// other columns.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	f, err := parquet.OpenFile(r, size)
	if err != nil {
		return nil, fmt.Errorf("parquet: %w", err)
	}
	p := &Reader{groups: f.RowGroups(), buffer: make([]parquet.Row, 256)}
	for _, c := range f.Root().Columns() {
		if !c.Leaf() || c.Repeated() {
			return nil, fmt.Errorf("parquet: column %q: got a list or a group of columns, want values", c.Name())
		}
		p.Names, p.columns = append(p.Names, c.Name()), append(p.columns, c)
	}
	return p, nil
}

// Next returns the next row, as many texts as there are names, and io.EOF at the end.
func (p *Reader) Next() ([]string, error) {
	for len(p.held) == 0 {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return nil, io.EOF
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.buffer)
		p.held = p.buffer[:n]
		if errors.Is(err, io.EOF) {
			err = p.rows.Close()
			p.rows = nil
		}
		if err != nil {
			return nil, fmt.Errorf("parquet: row %d: %w", p.read, err)
		}
	}
	row := make([]string, len(p.columns))
	for _, v := range p.held[0] {
		text, err := textOf(p.columns[v.Column()], v)
		if err != nil {
			return nil, fmt.Errorf("parquet: row %d, column %q: %w", p.read, p.Names[v.Column()], err)
		}
		row[v.Column()] = text
	}
	p.held = p.held[1:]
	p.read++
	return row, nil
}

// ReadAll returns all rows that are left.
func (p *Reader) ReadAll() (*table.Table, error) {
	t, _, err := p.ReadSome(math.MaxInt, nil)
	return t, err
}

// ReadSome is like [table.ReadSome]: of more than limit rows it keeps a random part, drawn by src.
func (p *Reader) ReadSome(limit int, src rand.Source) (t *table.Table, total int, err error) {
	return table.Some(p.Names, p.Next, limit, src)
}

// textOf returns the text of a value.
func textOf(c *parquet.Column, v parquet.Value) (string, error) {
	if v.IsNull() {
		return "", nil
	}
	if l := c.Type().LogicalType(); l != nil {
		switch l := l.Value.(type) {
		case *format.DateType:
			return time.Unix(86400*int64(v.Int32()), 0).UTC().Format(time.DateOnly), nil
		case *format.TimestampType:
			unit := int64(time.Second / l.Unit.Value.Duration())
			whole := v.Int64() / unit
			return time.Unix(whole, (v.Int64()-whole*unit)*int64(l.Unit.Value.Duration())).UTC().Format(time.RFC3339Nano), nil
		case *format.DecimalType:
			return decimal(v, int(l.Scale)), nil
		case *format.IntType:
			if !l.IsSigned {
				if v.Kind() == parquet.Int32 {
					return strconv.FormatUint(uint64(v.Uint32()), 10), nil
				}
				return strconv.FormatUint(v.Uint64(), 10), nil
			}
		}
	}
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.FormatBool(v.Boolean()), nil
	case parquet.Int32:
		return strconv.FormatInt(int64(v.Int32()), 10), nil
	case parquet.Int64:
		return strconv.FormatInt(v.Int64(), 10), nil
	case parquet.Float:
		return float(float64(v.Float()), 32), nil
	case parquet.Double:
		return float(v.Double(), 64), nil
	case parquet.ByteArray:
		if s := string(v.ByteArray()); utf8.ValidString(s) {
			return s, nil
		}
		return "", errors.New("got bytes that are no text")
	}
	return "", fmt.Errorf("got a value of type %v", c.Type())
}

func float(v float64, bits int) string {
	if v != v {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, bits)
}

// decimal returns the text of a number with so many decimals.
func decimal(v parquet.Value, scale int) string {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default: // two's complement, the highest byte first
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	digits, sign := strings.TrimPrefix(n.String(), "-"), ""
	if n.Sign() < 0 {
		sign = "-"
	}
	if scale == 0 {
		return sign + digits
	}
	digits = strings.Repeat("0", max(0, scale+1-len(digits))) + digits
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}
