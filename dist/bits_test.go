package dist_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

var update = flag.Bool("update", false, "write testdata/bits.txt")

// digest is short for the bits of all numbers; NaN counts as one.
func digest(s ...[]float64) uint64 {
	h := fnv.New64a()
	for _, x := range s {
		for _, v := range x {
			b := math.Float64bits(v)
			if math.IsNaN(v) {
				b = 1
			}
			h.Write(binary.LittleEndian.AppendUint64(nil, b))
		}
	}
	return h.Sum64()
}

// Every processor gives the bits in testdata/bits.txt: of samples, log-densities, their
// gradients and the rest that a distribution knows.
func TestBits(t *testing.T) {
	var out bytes.Buffer
	for _, name := range names() {
		d := table[name]
		x := sample(d, 40)
		tape := autodiff.NewTape()
		v := tape.Variable(x)
		lp := d.LogDensity(v)
		tape.Backward(lp.Sum())
		all := [][]float64{x.RawMatrix().Data, lp.Data(), v.Grad()}
		for i := range 10 {
			if c, ok := d.(dist.CDFer); ok {
				all = append(all, c.CDF(nil, mat.Row(nil, i, x)), c.Survival(nil, mat.Row(nil, i, x)))
			}
			if q, ok := d.(dist.Quantiler); ok {
				all = append(all, q.Quantile(nil, repeat((float64(i)+0.25)/10, d.Dim())))
			}
		}
		if m, ok := d.(dist.Moments); ok {
			all = append(all, m.Mean(nil), m.Variance(nil))
		}
		if m, ok := d.(dist.Moder); ok {
			all = append(all, m.Mode(nil))
		}
		if e, ok := d.(dist.Entropyer); ok {
			all = append(all, []float64{e.Entropy()})
		}
		fmt.Fprintf(&out, "%-30s %016x\n", name, digest(all...))
	}
	const file = "testdata/bits.txt"
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, expected := bytes.Split(out.Bytes(), []byte("\n")), bytes.Split(want, []byte("\n"))
	if len(got) != len(expected) {
		t.Fatalf("got %d lines, %s has %d: run with -update", len(got), file, len(expected))
	}
	for i := range got {
		if !bytes.Equal(got[i], expected[i]) {
			t.Errorf("got %s, want %s: if the numbers should change, run with -update", got[i], expected[i])
		}
	}
}
