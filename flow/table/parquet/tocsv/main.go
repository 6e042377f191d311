// Tocsv writes the rows of a Parquet file as CSV with a header, a row at a time, for commands that read CSV:
//
//	cd flow/table/parquet
//	go run ./tocsv rows.parquet | (cd ../../.. && go run ./examples/tabular learn -model rows.flow -)
//	go run ./tocsv rows.parquet | (cd ../../.. && go run ./examples/tabular score -model rows.flow -) > scores.csv
//
// A null is an empty text.
package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/normflow/normflow/flow/table/parquet"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "tocsv: want the name of a Parquet file")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "tocsv: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func run(name string, out io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := parquet.NewReader(f, info.Size())
	if err != nil {
		return err
	}
	w := csv.NewWriter(bufio.NewWriterSize(out, 1<<16))
	if err := w.Write(r.Names); err != nil {
		return err
	}
	for {
		row, err := r.Next()
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
