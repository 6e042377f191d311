package table

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// All these are the same table.
func TestCSV(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte("a,b\n1,x y\n,\"q\"\"\nr\"\n"))
	w.Close()
	for name, text := range map[string]string{
		"plain":     "a,b\n1,x y\n,\"q\"\"\nr\"\n",
		"mark":      "\ufeffa,b\n1,x y\n,\"q\"\"\nr\"\n",
		"CRLF":      "a,b\r\n1,x y\r\n,\"q\"\"\nr\"\r\n",
		"semicolon": "a;b\n1;x y\n;\"q\"\"\nr\"",
		"tab":       "a\tb\n1\tx y\n\t\"q\"\"\nr\"\n",
		"empty":     "a,b\n\n1,x y\n\n,\"q\"\"\nr\"\n\n",
		"gzip":      z.String(),
	} {
		got, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(got.Names, []string{"a", "b"}) || len(got.Rows) != 2 || got.Rows[0][1] != "x y" || got.Rows[1][0] != "" || got.Rows[1][1] != "q\"\nr" {
			t.Errorf("%s: got %q %q", name, got.Names, got.Rows)
		}
		var b bytes.Buffer
		if err := got.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadCSV(&b); err != nil || !slices.Equal(again.Rows[1], got.Rows[1]) {
			t.Errorf("%s: got %q and %v back", name, again, err)
		}
	}
}

func TestCSVErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "empty file",
		"a,b\n1,2\n3\n":     `line 3: got 1 fields, want 2: nothing stands for column 2, "b", after "3"`,
		"a,b\n1,2\n3,4,5\n": `line 3: got 3 fields, want 2: column 3 is "5" and has no name`,
		"a,a\n1,2\n":        `columns 1 and 2 are both called "a"`,
		"a,b\n1,\"2\n":      "line 2",
		"a,b\n1,2\"\n":      "line 2",
		"a,b\n1,5\" x\n":    `line 2, character 4: got a quotation mark inside a field`,
		"a,b\n1,\"2\n3,4\n": `the field, which begins on line 2`,
		"a,b\n1,\xff\n":     `line 2, character 3, column "b": got "\xff", want UTF-8`,
		"\xff\xfea\x00":     "UTF-16",
	} {
		if _, err := ReadCSV(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got the error %v, want %q", text, err, want)
		}
	}
}

// A reservoir holds each row with the same probability.
func TestReadSome(t *testing.T) {
	var b strings.Builder
	b.WriteString("n\n")
	for i := range 1000 {
		fmt.Fprintln(&b, i)
	}
	count := 0
	for seed := range uint64(200) {
		got, total, err := ReadSome(strings.NewReader(b.String()), 100, rng.New(seed))
		if err != nil || total != 1000 || len(got.Rows) != 100 {
			t.Fatalf("got %d of %d rows and %v", len(got.Rows), total, err)
		}
		for _, r := range got.Rows {
			if len(r[0]) == 3 && r[0] < "300" {
				count++
			}
		}
	}
	if count < 3700 || count > 4300 { // 4000 ± 60
		t.Errorf("got %d rows of the second fifth, want about 4000", count)
	}
}
