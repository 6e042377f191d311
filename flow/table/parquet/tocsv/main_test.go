package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	pq "github.com/parquet-go/parquet-go"
)

func TestRun(t *testing.T) {
	type row struct {
		Name  string   `parquet:"name"`
		Value *float64 `parquet:"value,optional"`
	}
	half := 0.5
	name := filepath.Join(t.TempDir(), "rows.parquet")
	if err := pq.WriteFile(name, []row{{"a, b", &half}, {"c", nil}}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := run(name, &b); err != nil {
		t.Fatal(err)
	}
	want := "name,value\n\"a, b\",0.5\nc,\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	file := filepath.Join(t.TempDir(), "rows.arrow")
	if err := os.WriteFile(file, arrowFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := run(file, &b); err != nil || b.String() != want {
		t.Errorf("got %q and %v of an Arrow file, want %q", b.String(), err, want)
	}
	if err := os.WriteFile(name, []byte("neither of them"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(name, &b); err == nil {
		t.Error("got no error of a file that is neither")
	}
}

// arrowFile returns the same rows in the other format.
func arrowFile() []byte {
	s := arrow.NewSchema([]arrow.Field{{Name: "name", Type: arrow.BinaryTypes.String}, {Name: "value", Type: arrow.PrimitiveTypes.Float64, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"a, b", "c"}, nil)
	b.Field(1).(*array.Float64Builder).AppendValues([]float64{0.5, 0}, []bool{true, false})
	var out bytes.Buffer
	w, err := ipc.NewFileWriter(&out, ipc.WithSchema(s))
	if err == nil {
		err = w.Write(b.NewRecordBatch())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}
