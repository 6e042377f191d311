// Package flowtest checks that models survive their files. It is meant for
// bijectors, networks and distributions of any origin:
//
//	flow.Register("mylab.mine", (*Mine)(nil))
//
//	func TestMineFile(t *testing.T) {
//		flowtest.File(t, flow.New(dist.NewStdNormal(3), NewMine(3)), x, nil)
//	}
package flowtest

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// File saves and loads a model and checks that the result computes the same
// bits from the rows x of the base, given the contexts c if the model takes any;
// that it is saved as the same bytes; and that a file cut short anywhere is
// refused. It returns the loaded model.
func File(t *testing.T, m *flow.Transformed, x, c *mat.Dense) *flow.Transformed {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	loaded, err := flow.Load(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := loaded.Save(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, again.Bytes()) {
		t.Error("the loaded model is saved as other bytes")
	}
	compare(t, m, loaded, x, c)
	cuts(t, file)

	return loaded
}

// cuts loads the beginning of a file, of every length in the header and of many
// in the numbers.
func cuts(t *testing.T, file []byte) {
	t.Helper()
	header := 8 + int(file[0]) + int(file[1])<<8 + int(file[2])<<16
	for n := 0; n < len(file); n++ {
		if n > min(header, 4096) {
			n += len(file) / 256
		}
		if _, err := flow.Load(bytes.NewReader(file[:min(n, len(file)-1)])); err == nil {
			t.Fatalf("a file cut off after %d of %d bytes loads", n, len(file))
		}
	}
}

func compare(t *testing.T, want, got *flow.Transformed, x, c *mat.Dense) {
	t.Helper()
	if got.Dim() != want.Dim() || got.CondDim() != want.CondDim() {
		t.Fatalf("got %d columns and context width %d, want %d and %d", got.Dim(), got.CondDim(), want.Dim(), want.CondDim())
	}
	if c != nil {
		want, got = want.Given(c), got.Given(c)
	}
	y := want.Decode(nil, x)
	same(t, "Decode", got.Decode(nil, x), y)
	same(t, "Encode", got.Encode(nil, y), want.Encode(nil, y))
	lp, gotLP := want.LogProbs(nil, y), got.LogProbs(nil, y)
	same(t, "LogProbs", mat.NewDense(1, len(gotLP), gotLP), mat.NewDense(1, len(lp), lp))
}

func same(t *testing.T, what string, got, want *mat.Dense) {
	t.Helper()
	if !slices.EqualFunc(got.RawMatrix().Data, want.RawMatrix().Data, func(a, b float64) bool {
		return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
	}) {
		t.Errorf("%s: got %v, want the bits of %v", what, got.RawMatrix().Data, want.RawMatrix().Data)
	}
}
