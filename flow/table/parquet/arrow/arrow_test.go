package arrow_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/normflow/normflow/flow/table"
	reader "github.com/normflow/normflow/flow/table/parquet/arrow"
)

var names = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}

var schema = arrow.NewSchema([]arrow.Field{
	{Name: "airline", Type: names, Nullable: true},
	{Name: "delay", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	{Name: "miles", Type: arrow.PrimitiveTypes.Float64},
	{Name: "day", Type: arrow.FixedWidthTypes.Date32},
	{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}},
	{Name: "fare", Type: &arrow.Decimal128Type{Precision: 10, Scale: 2}},
	{Name: "ok", Type: arrow.FixedWidthTypes.Boolean},
	{Name: "seats", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "note", Type: arrow.BinaryTypes.LargeString},
}, nil)

// batch returns rows with the numbers from … to−1.
func batch(from, to int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := from; i < to; i++ {
		if i%5 == 4 {
			b.Field(0).AppendNull()
		} else if err := b.Field(0).(*array.BinaryDictionaryBuilder).AppendString([]string{"KL", "LH"}[i%2]); err != nil {
			panic(err)
		}
		if i%2 == 0 {
			b.Field(1).(*array.Int32Builder).Append(int32(-i))
		} else {
			b.Field(1).AppendNull()
		}
		miles := 0.5 * float64(i)
		if i == 3 {
			miles = math.NaN()
		}
		b.Field(2).(*array.Float64Builder).Append(miles)
		b.Field(3).(*array.Date32Builder).Append(arrow.Date32(i))
		b.Field(4).(*array.TimestampBuilder).Append(arrow.Timestamp(time.Date(2001, 2, 3, 4, 5, 6, 7e6, time.UTC).UnixMilli()))
		b.Field(5).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(5 - i)))
		b.Field(6).(*array.BooleanBuilder).Append(i == 0)
		b.Field(7).(*array.Uint64Builder).Append(math.MaxUint64)
		b.Field(8).(*array.LargeStringBuilder).Append("a, b")
	}
	return b.NewRecordBatch()
}

type writer interface {
	Write(arrow.RecordBatch) error
	Close() error
}

// written returns what a writer writes of so many rows in batches of 100.
func written(n int, open func(w io.Writer) (writer, error)) []byte {
	var b bytes.Buffer
	w, err := open(&b)
	for i := 0; i < n && err == nil; i += 100 {
		r := batch(i, min(i+100, n))
		err = w.Write(r)
		r.Release()
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

func file(w io.Writer) (writer, error) { return ipc.NewFileWriter(w, ipc.WithSchema(schema)) }
func packed(w io.Writer) (writer, error) {
	return ipc.NewFileWriter(w, ipc.WithSchema(schema), ipc.WithZstd())
}
func stream(w io.Writer) (writer, error) {
	return ipc.NewWriter(w, ipc.WithSchema(schema), ipc.WithLZ4(), ipc.WithDictionaryDeltas(true)), nil
}

func TestReader(t *testing.T) {
	for name, open := range map[string]func(io.Writer) (writer, error){"file": file, "packed": packed, "stream": stream} {
		data := written(250, open)
		r, err := reader.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := "airline delay miles day at fare ok seats note"; strings.Join(got.Names, " ") != want || len(got.Rows) != 250 {
			t.Fatalf("%s: got %d rows of %v, want 250 of %s", name, len(got.Rows), got.Names, want)
		}
		for i, want := range map[int][]string{
			0:   {"KL", "0", "0", "1970-01-01", "2001-02-03T04:05:06.007Z", "0.05", "true", "18446744073709551615", "a, b"},
			3:   {"LH", "", "", "1970-01-04", "2001-02-03T04:05:06.007Z", "0.02", "false", "18446744073709551615", "a, b"},
			104: {"", "-104", "52", "1970-04-15", "2001-02-03T04:05:06.007Z", "-0.99", "false", "18446744073709551615", "a, b"},
		} {
			if !slices.Equal(got.Rows[i], want) {
				t.Errorf("%s: row %d: got %q, want %q", name, i, got.Rows[i], want)
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: got %v at the end, want io.EOF", name, err)
		}
	}
}

func TestKinds(t *testing.T) {
	data := written(250, stream)
	r, err := reader.NewStream(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	some, total, err := r.ReadSome(200, nil)
	if err != nil || total != 250 || len(some.Rows) != 200 {
		t.Fatalf("got %d of %d rows and %v, want 200 of 250", len(some.Rows), total, err)
	}
	s, err := table.Infer(some)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]table.Kind{"airline": table.Binary, "delay": table.Integer, "miles": table.Positive, "day": table.Date, "at": table.Date} {
		if got := s.Columns[s.Find(name)].Kind; got != want {
			t.Errorf("column %s: got the kind %s, want %s", name, got, want)
		}
	}
}

// TestOrdinary has the columns that other writers make of categories and of repeated values.
func TestOrdinary(t *testing.T) {
	runs := array.NewRunEndEncodedBuilder(memory.DefaultAllocator, arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String)
	runs.Append(2)
	runs.ValueBuilder().(*array.StringBuilder).Append("x")
	runs.Append(1)
	runs.ValueBuilder().AppendNull()
	f := array.NewFloat32Builder(memory.DefaultAllocator)
	f.AppendValues([]float32{0.1, 0.2, 0.3}, []bool{true, false, true})
	columns := []arrow.Array{runs.NewArray(), f.NewArray(), array.NewNull(3)}
	var fields []arrow.Field
	for i, c := range columns {
		fields = append(fields, arrow.Field{Name: fmt.Sprint(i), Type: c.DataType(), Nullable: true})
	}
	s := arrow.NewSchema(fields, nil)
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(s))
	if err := w.Write(array.NewRecordBatch(s, columns, 3)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := reader.NewStream(&b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := "[[x 0.1 ] [x  ] [ 0.3 ]]"; fmt.Sprint(got.Rows) != want {
		t.Errorf("got %v, want %s", got.Rows, want)
	}
}

func TestErrors(t *testing.T) {
	list := arrow.NewSchema([]arrow.Field{{Name: "L", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32)}}, nil)
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(list))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"list":    {b.Bytes(), `column "L": got list`},
		"text":    {[]byte("a,b\n1,2\n3,4\n"), "got neither a file nor a stream"},
		"nothing": {nil, "got neither a file nor a stream"},
		"feather": {[]byte("FEA1 and more"), "version 1"},
	} {
		if _, err := reader.NewReader(bytes.NewReader(c.data), int64(len(c.data))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got the error %v, want one with %q", name, err, c.want)
		}
	}
}

// TestCut reads files that end too early: none is read in part without a word.
func TestCut(t *testing.T) {
	for name, open := range map[string]func(io.Writer) (writer, error){"file": file, "packed": packed, "stream": stream} {
		data := written(150, open)
		for n := 0; n < len(data)-10; n += 37 {
			r, err := reader.NewReader(bytes.NewReader(data[:n]), int64(n))
			if err == nil {
				_, err = r.ReadAll()
			}
			if err == nil {
				t.Errorf("%s: got no error of its first %d of %d bytes", name, n, len(data))
			}
		}
	}
}

func ExampleReader() {
	data := written(3, file)
	r, err := reader.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		log.Fatal(err)
	}
	row, err := r.Next()
	fmt.Println(row[:4], err)
	// Output: [KL 0 0 1970-01-01] <nil>
}
