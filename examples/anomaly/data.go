package main

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// A table is rows, some of which are odd.
type table struct {
	x   *mat.Dense
	odd []bool
}

// A set is a named table.
type set struct {
	name string
	read func() (table, error)
}

// open finds the sets.
func open(o options) ([]set, error) {
	all := []set{{"digits", func() (table, error) { return digits("testdata/digits8x8.csv.gz") }}}
	if o.data != "" {
		raw, err := os.ReadFile(filepath.Join(o.data, "meta.json"))
		if err != nil {
			return nil, err
		}
		var meta map[string]struct{ N, D int }
		if err := json.Unmarshal(raw, &meta); err != nil {
			return nil, fmt.Errorf("meta.json: %w", err)
		}
		all = nil
		for name, m := range meta {
			all = append(all, set{name, func() (table, error) { return readTable(filepath.Join(o.data, name+".gz"), m.N, m.D) }})
		}
		slices.SortFunc(all, func(a, b set) int { return strings.Compare(a.name, b.name) })
	}
	if o.sets == "" {
		return all, nil
	}
	var chosen []set
	for _, name := range strings.Split(o.sets, ",") {
		i := slices.IndexFunc(all, func(s set) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("got no set %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// unzipped opens a gzipped file.
func unzipped(name string, read func(r io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err == nil {
		err = read(bufio.NewReader(z))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readTable(name string, n, d int) (t table, err error) {
	if n < 1 || d < 1 {
		return t, fmt.Errorf("%s: got %d rows of %d columns in meta.json, want some", name, n, d)
	}
	numbers, labels := make([]float32, n*d), make([]byte, n)
	err = unzipped(name, func(r io.Reader) error {
		if err := binary.Read(r, binary.LittleEndian, numbers); err != nil {
			return fmt.Errorf("want %d rows of %d numbers: %w", n, d, err)
		}
		if _, err := io.ReadFull(r, labels); err != nil {
			return fmt.Errorf("want %d labels: %w", n, err)
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	t.x = mat.NewDense(n, d, nil)
	for i, v := range numbers {
		t.x.RawMatrix().Data[i] = float64(v)
	}
	for _, l := range labels {
		t.odd = append(t.odd, l == 1)
	}
	return t, nil
}

// digits reads lines of 64 intensities and the digit that they show, of which the zeros are odd: one in six of them, as
// anomalies are few.
func digits(name string) (t table, err error) {
	const pixels = 64
	var numbers []float64
	err = unzipped(name, func(r io.Reader) error {
		zeros := 0
		lines := bufio.NewScanner(r)
		for n := 1; lines.Scan(); n++ {
			fields := strings.Split(lines.Text(), ",")
			if len(fields) != pixels+1 {
				return fmt.Errorf("line %d: got %d numbers, want %d", n, len(fields), pixels+1)
			}
			zero := fields[pixels] == "0"
			if zero {
				if zeros++; zeros%6 != 0 {
					continue
				}
			}
			for _, f := range fields[:pixels] {
				v, err := strconv.ParseFloat(f, 64)
				if err != nil {
					return fmt.Errorf("line %d: %w", n, err)
				}
				numbers = append(numbers, v)
			}
			t.odd = append(t.odd, zero)
		}
		return lines.Err()
	})
	if err != nil {
		return t, fmt.Errorf("%w (run in the repository's top folder)", err)
	}
	t.x = mat.NewDense(len(t.odd), pixels, numbers)
	return t, nil
}

// halves returns a random half of the normal rows, and the others with all odd ones.
func (t table) halves(seed int) (train, test table) {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	var normal, rest []int
	for i, odd := range t.odd {
		if odd {
			rest = append(rest, i)
		} else {
			normal = append(normal, i)
		}
	}
	r.Shuffle(len(normal), func(i, j int) { normal[i], normal[j] = normal[j], normal[i] })
	h := len(normal) / 2
	return t.pick(normal[:h]), t.pick(slices.Concat(normal[h:], rest))
}

func (t table) pick(rows []int) (p table) {
	_, d := t.x.Dims()
	p.x = mat.NewDense(max(1, len(rows)), d, nil)
	for k, i := range rows {
		p.x.SetRow(k, t.x.RawRowView(i))
		p.odd = append(p.odd, t.odd[i])
	}
	return p
}
