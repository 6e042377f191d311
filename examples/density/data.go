package main

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// A split is rows to learn from and rows to judge by.
type split struct {
	train, test               *mat.Dense
	trainContext, testContext *mat.Dense // nil if there is none
	priors                    []string   // of the columns, for LearnSettings.Map; nil if unknown
}

// learned returns the training rows.
func (s *split) learned() flow.Data {
	if s.trainContext == nil {
		return flow.Rows(s.train)
	}
	return flow.Rows(s.train).Given(s.trainContext)
}

// A source is a named data set: one split, or one a fold.
type source struct {
	name   string
	splits func() ([]split, error)
}

// open finds the sets.
func open(o options) ([]source, error) {
	var all []source
	var err error
	switch {
	case o.data == "":
		all = generated(o.seed, o.quick)
	case o.folds > 0:
		all, err = tables(o.data, o.folds, o.seed)
	default:
		all, err = folder(o.data)
	}
	if err != nil || o.sets == "" {
		return all, err
	}
	var chosen []source
	for _, name := range strings.Split(o.sets, ",") {
		i := slices.IndexFunc(all, func(s source) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("got no set %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// A shape is what meta.json says about a set.
type shape struct {
	D       int      `json:"d"`
	Context int      `json:"context"`
	N       int      `json:"n"`
	M       int      `json:"m"`
	Map     []string `json:"map"`
}

// folder returns the sets that meta.json lists, by name.
func folder(dir string) ([]source, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "meta.json"))
	if err != nil {
		return nil, err
	}
	var meta map[string]shape
	if err := json.Unmarshal(raw, &meta); err != nil {
		return nil, fmt.Errorf("meta.json: %w", err)
	}
	var all []source
	for name, s := range meta {
		all = append(all, source{name, func() ([]split, error) { return readSet(filepath.Join(dir, name), s) }})
	}
	slices.SortFunc(all, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

func readSet(path string, s shape) ([]split, error) {
	out := split{priors: s.Map}
	files := []struct {
		to   **mat.Dense
		name string
		n, d int
	}{{&out.train, ".train", s.N, s.D}, {&out.test, ".test", s.M, s.D},
		{&out.trainContext, ".train.context", s.N, s.Context}, {&out.testContext, ".test.context", s.M, s.Context}}
	for _, f := range files {
		if f.d == 0 {
			continue
		}
		x, err := readRows(path+f.name, f.n, f.d)
		if err != nil {
			return nil, err
		}
		*f.to = x
	}
	return []split{out}, nil
}

// readRows reads n rows of d numbers from a file, or from it gzipped.
func readRows(path string, n, d int) (*mat.Dense, error) {
	f, err := os.Open(path)
	zipped := errors.Is(err, fs.ErrNotExist)
	if zipped {
		f, err = os.Open(path + ".gz")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = bufio.NewReader(f)
	if zipped {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, fmt.Errorf("%s.gz: %w", path, err)
		}
	}
	if n < 1 || d < 1 {
		return nil, fmt.Errorf("%s: got %d rows of %d columns in meta.json, want some", path, n, d)
	}
	x := make([]float64, n*d)
	if err := binary.Read(r, binary.LittleEndian, x); err != nil {
		return nil, fmt.Errorf("%s: want %d rows of %d numbers: %w", path, n, d, err)
	}
	return mat.NewDense(n, d, x), nil
}
