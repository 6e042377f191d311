package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestTables(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2\n3,4e-1\n":   "",
		"1, 2\n3,0.4\n":        "",
		"a,b\n":                "got no rows",
		"":                     "got no rows",
		"a,b\n1,2\n3,x\n":      `line 3, column 2: got "x", want a finite number`,
		"1,2\n3,\n":            `line 2, column 2: got "", want a finite number`,
		"1,2\nNaN,3\n":         `line 2, column 1: got "NaN", want a finite number`,
		"1,2\n3\n":             "line 2: wrong number of fields",
		"a,2\n1,3\n":           `line 1, column 1: got "a", want a finite number`,
		"a,b,c\n1,2\n":         "line 2: wrong number of fields",
		"1,2\n3,\"0.4\n":       "extraneous or missing",
		"\xff\xfe,b\n1,2\n3,4": "",
	} {
		name := filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		table, err := openTable(name)
		var x *mat.Dense
		if err == nil {
			x, err = table.dense()
		}
		switch {
		case want != "":
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
				t.Errorf("%q: got error %v, want %q", text, err, want)
			}
		case err != nil:
			t.Errorf("%q: got error %v, want none", text, err)
		default:
			if n, d := x.Dims(); n != 2 || d != 2 || x.At(0, 1) != 2 {
				t.Errorf("%q: got %v", text, mat.Formatted(x))
			}
		}
	}
}

// The same table as CSV and as NumPy file has the same numbers.
func TestFormats(t *testing.T) {
	var got []*mat.Dense
	for _, name := range []string{"t.csv", "t.npy"} {
		name = filepath.Join(t.TempDir(), name)
		if err := makeTable(name, 7); err != nil {
			t.Fatal(err)
		}
		table, err := openTable(name)
		if err != nil {
			t.Fatal(err)
		}
		x, err := table.dense()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x)
	}
	if !mat.Equal(got[0], got[1]) {
		t.Error("the formats differ")
	}
}
