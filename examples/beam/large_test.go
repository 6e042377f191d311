//go:build large && linux

package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

var large = flag.Int("large", 1_000_000, "rows of TestLarge, a multiple of 8,000")

const columns = 12

// All rows are scored once, with the bits of LogProbs, by a process whose memory is stated: once all scores are written, which Prism
// holds, and once a thousandth of them.
func TestLarge(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "beam")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m := flow.NSF(flow.Arch{Dim: columns, Layers: 3, Hidden: []int{64, 64}}, rand.NewPCG(1, 1))
	x := mat.NewDense(2000, columns, nil)
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 2000 {
		a := r.NormFloat64()
		for j := range columns {
			x.Set(i, j, a*a+r.NormFloat64())
		}
	}
	if _, err := flow.Fit(t.Context(), m, flow.Rows(x), &flow.Settings{Steps: 50}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "m.flow"), file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	const files = 8
	want := make([][]float64, files)
	for i := range files {
		want[i] = writeRows(t, filepath.Join(dir, fmt.Sprintf("r%d.csv", i)), m, *large/files, rand.NewPCG(3, uint64(i)))
	}
	lowest := slices.Sorted(slices.Values(want[0]))[len(want[0])/1000]
	for _, below := range []float64{math.Inf(1), lowest} {
		out := filepath.Join(dir, "scores.csv")
		run := exec.Command(program, "-model", filepath.Join(dir, "m.flow"), "-rows", filepath.Join(dir, "r*.csv"), "-out", out, "-below", fmt.Sprint(below))
		if log, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, log)
		}
		use := run.ProcessState.SysUsage().(*syscall.Rusage)
		n := checkScores(t, out, want, below)
		t.Logf("%d rows, %d scores below %v: %.0f s of processors, at most %.0f MB", *large, n, below,
			run.ProcessState.UserTime().Seconds()+run.ProcessState.SystemTime().Seconds(), float64(use.Maxrss)/1024)
	}
}

// writeRows writes n rows drawn from the model, and returns the log-densities of what was written.
func writeRows(t *testing.T, name string, m *flow.Transformed, n int, src rand.Source) []float64 {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var scores, line = make([]float64, 0, n), []byte(nil)
	for x := mat.NewDense(1000, columns, nil); len(scores) < n; {
		m.Draw(x, src)
		scores = append(scores, m.LogProbs(nil, x)...)
		for i := range 1000 {
			line = line[:0]
			for _, v := range x.RawRowView(i) {
				line = append(strconv.AppendFloat(line, v, 'g', -1, 64), ',')
			}
			line[len(line)-1] = '\n'
			w.Write(line)
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return scores
}

// checkScores compares a file of scores with what is wanted, and returns how many there are.
func checkScores(t *testing.T, name string, want [][]float64, below float64) (n int) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := make([][]bool, len(want))
	for i := range want {
		seen[i] = make([]bool, len(want[i]))
	}
	for r := csv.NewReader(f); ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		i, err1 := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(cells[0]), "r"), ".csv"))
		k, err2 := strconv.Atoi(cells[1])
		got, err3 := strconv.ParseFloat(cells[2], 64)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		if k--; seen[i][k] || math.Float64bits(got) != math.Float64bits(want[i][k]) || got >= below {
			t.Fatalf("row %d of file %d: got %v, want %v, once", k+1, i, got, want[i][k])
		}
		seen[i][k] = true
	}
	for i := range want {
		for k, w := range want[i] {
			if w < below && !seen[i][k] {
				t.Fatalf("row %d of file %d has no score", k+1, i)
			}
		}
	}
	return n
}
