package parquet_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/normflow/normflow/flow/table/parquet"
	pq "github.com/parquet-go/parquet-go"
)

type flight struct {
	Origin string    `parquet:"origin"`
	Delay  *int32    `parquet:"delay,optional"`
	Miles  float64   `parquet:"miles"`
	Day    int32     `parquet:"day,date"`
	At     time.Time `parquet:"at,timestamp(millisecond)"`
	Fare   int64     `parquet:"fare,decimal(2:10)"`
	Ok     bool      `parquet:"ok"`
	Seats  uint32    `parquet:"seats"`
}

// write returns a file of so many flights in several row groups.
func write(n int) []byte {
	var b bytes.Buffer
	w := pq.NewGenericWriter[flight](&b, pq.MaxRowsPerRowGroup(100))
	for i := range n {
		f := flight{Origin: "HAM", Miles: 0.5 * float64(i), Day: int32(i), At: time.Date(2001, 2, 3, 4, 5, 6, 7e6, time.UTC), Fare: int64(5 - i), Ok: i == 0, Seats: 1 << 31}
		if i%2 == 0 {
			d := int32(-i)
			f.Delay = &d
		}
		if _, err := w.Write([]flight{f}); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestReader(t *testing.T) {
	file := write(250)
	r, err := parquet.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := "origin delay miles day at fare ok seats"; strings.Join(got.Names, " ") != want || len(got.Rows) != 250 {
		t.Fatalf("got %d rows of %v, want 250 of %s", len(got.Rows), got.Names, want)
	}
	for i, want := range map[int][]string{
		0:   {"HAM", "0", "0", "1970-01-01", "2001-02-03T04:05:06.007Z", "0.05", "true", "2147483648"},
		107: {"HAM", "", "53.5", "1970-04-18", "2001-02-03T04:05:06.007Z", "-1.02", "false", "2147483648"},
	} {
		if !slices.Equal(got.Rows[i], want) {
			t.Errorf("row %d: got %q, want %q", i, got.Rows[i], want)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("got %v at the end, want io.EOF", err)
	}
	if r, err = parquet.NewReader(bytes.NewReader(file), int64(len(file))); err != nil {
		t.Fatal(err)
	}
	some, total, err := r.ReadSome(20, nil)
	if err != nil || total != 250 || len(some.Rows) != 20 {
		t.Errorf("got %d of %d rows and %v, want 20 of 250", len(some.Rows), total, err)
	}
	if _, err := parquet.NewReader(bytes.NewReader(file[:100]), 100); err == nil {
		t.Error("got no error for half a file")
	}
	var b bytes.Buffer
	if err := pq.Write(&b, []struct{ L []int }{{[]int{1}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := parquet.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil || !strings.Contains(err.Error(), `column "L": got a list`) {
		t.Errorf("got the error %v", err)
	}
}

func ExampleReader() {
	file := write(3)
	r, err := parquet.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		log.Fatal(err)
	}
	row, err := r.Next()
	fmt.Println(row[:4], err)
	// Output: [HAM 0 0 1970-01-01] <nil>
}
