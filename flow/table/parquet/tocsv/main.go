// Tocsv writes the rows of a Parquet or Arrow file as CSV with a header, a row at a time, for commands that read CSV:
//
//	cd flow/table/parquet
//	go run ./tocsv rows.parquet | (cd ../../.. && go run ./examples/tabular learn -model rows.flow -)
//	go run ./tocsv rows.parquet | (cd ../../.. && go run ./examples/tabular score -model rows.flow -) > scores.csv
//
// The name - is a stream of Arrow on standard input. A null is an empty text.
package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/normflow/normflow/flow/table/parquet"
	"github.com/normflow/normflow/flow/table/parquet/arrow"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "tocsv: want the name of a Parquet or Arrow file, or -")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "tocsv: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// rows returns the names of a file's columns, and what returns its rows one by one, and then io.EOF.
func rows(f *os.File) (names []string, next func() ([]string, error), err error) {
	head := make([]byte, 4)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if string(head) == "PAR1" {
		r, err := parquet.NewReader(f, info.Size())
		if err != nil {
			return nil, nil, err
		}
		return r.Names, r.Next, nil
	}
	r, err := arrow.NewReader(f, info.Size())
	if err != nil {
		return nil, nil, err
	}
	return r.Names, r.Next, nil
}

func run(name string, out io.Writer) error {
	if name == "-" {
		r, err := arrow.NewStream(os.Stdin)
		if err != nil {
			return err
		}
		return write(out, r.Names, r.Next)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	names, next, err := rows(f)
	if err != nil {
		return err
	}
	return write(out, names, next)
}

func write(out io.Writer, names []string, next func() ([]string, error)) error {
	w := csv.NewWriter(bufio.NewWriterSize(out, 1<<16))
	if err := w.Write(names); err != nil {
		return err
	}
	for {
		row, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
