package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	if want := "name,value\n\"a, b\",0.5\nc,\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if err := os.WriteFile(name, []byte("no Parquet"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(name, &b); err == nil {
		t.Error("got no error of a file that is not Parquet")
	}
}
