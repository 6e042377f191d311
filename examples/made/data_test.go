package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRead(t *testing.T) {
	x, err := read(write(t, "x", "011\n100\n"), bits)
	if want := mat.NewDense(2, 3, []float64{0, 1, 1, 1, 0, 0}); err != nil || !mat.Equal(x, want) {
		t.Errorf("got %v and error %v, want %v", x, err, want)
	}
	for text, want := range map[string]string{
		"":         "got no lines",
		"\n":       "line 1: got 0 numbers, want 1",
		"01\n0\n":  "line 2: got 1 numbers, want 2",
		"01\n02\n": "line 2: got '2', want 0 or 1",
	} {
		if _, err := read(write(t, "x", text), bits); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: got error %v, want %s", text, err, want)
		}
	}
	if _, err := read(write(t, "x.gz", "01\n"), bits); err == nil {
		t.Error("got no error for a file that is not compressed")
	}
}

func TestReadImages(t *testing.T) {
	const header = "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x1c\x00\x00\x00\x1c"
	image := strings.Repeat("\x00", 400) + strings.Repeat("\xff", 384)
	x, err := readImages(write(t, "x", header+image+image), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if n, d := x.Dims(); n != 2 || d != 784 || mat.Sum(x) != 2*384 || x.At(1, 399) != 0 || x.At(1, 400) != 1 {
		t.Errorf("got %d×%d with the sum %v, want 2×784 with %d", n, d, mat.Sum(x), 2*384)
	}
	for text, want := range map[string]string{
		"":                          "EOF",
		header + image:              "image 1: EOF",
		header + image + image[:9]:  "image 1: unexpected EOF",
		"\x00\x00\x08\x01" + header: "want magic 2051 and images of 28×28",
	} {
		if _, err := readImages(write(t, "x", text), rand.New(rand.NewPCG(1, 1))); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%.20q: got error %v, want %s", text, err, want)
		}
	}
}

// Without the data an error says what is missing and where to get it.
func TestMissing(t *testing.T) {
	for set, want := range map[string]string{"dna": "dna.valid.txt.gz", "mnist": "t10k-images-idx3-ubyte"} {
		for _, dir := range []string{"", t.TempDir()} {
			if _, err := load(dir, set); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s in %q: got error %v, want one with %s", set, dir, err, want)
			}
		}
	}
}

func TestDigits(t *testing.T) {
	s, err := loadDigits("../../testdata/digits8x8.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	n, d := s.train.Dims()
	if share := mat.Sum(s.train) / float64(n*d); n != 1197 || d != 64 || share < 0.2 || share > 0.5 {
		t.Errorf("got %d×%d bits of which %v are 1", n, d, share)
	}
}
