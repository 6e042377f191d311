package bijector_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/safetensors"
	"gonum.org/v1/gonum/mat"
)

// neuralTol bounds the differences from a peer's answers.
const neuralTol = 1e-10

// A neural is a network's weights and answers as a peer computes them, from
// testdata/goldens/neural.
type neural struct {
	Config map[string]any
	Data   map[string]numbers

	t       *testing.T
	weights *safetensors.File // nil if the model has none
}

func readNeural(t *testing.T, name string) *neural {
	t.Helper()
	path := filepath.Join("..", "testdata", "goldens", "neural", name)
	b, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	g := &neural{t: t}
	if err := json.Unmarshal(b, g); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if b, err = os.ReadFile(path + ".safetensors"); err == nil {
		if g.weights, err = safetensors.Read(bytes.NewReader(b)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return g
}

// rows returns data, or an answer, as rows.
func (g *neural) rows(name string) *mat.Dense {
	g.t.Helper()
	v, ok := g.Data[name]
	if !ok {
		g.t.Fatalf("got no data %q", name)
	}
	if len(v.shape) == 0 { // a number
		return mat.NewDense(1, 1, v.data)
	}
	return mat.NewDense(v.shape[0], len(v.data)/v.shape[0], v.data)
}

func (g *neural) tensor(name string) *safetensors.Tensor {
	g.t.Helper()
	w := g.weights.Tensor(name)
	if w == nil {
		g.t.Fatalf("got no weights %q", name)
	}
	return w
}

// weight returns the numbers of a tensor.
func (g *neural) weight(name string) []float64 { g.t.Helper(); return g.tensor(name).Floats() }

// value returns the numbers of a tensor as a fixed value.
func (g *neural) value(name string) autodiff.Value {
	g.t.Helper()
	return autodiff.Fixed(g.weight(name)...)
}

// compare checks an answer against the peer's.
func (g *neural) compare(name string, got autodiff.Var) {
	g.t.Helper()
	want := g.rows(name)
	r, c := want.Dims()
	got = got.Expand(r, c) // of constant log-determinants
	for i := range r {
		for j := range c {
			if d := math.Abs(got.At(i, j) - want.At(i, j)); !(d <= neuralTol) {
				g.t.Fatalf("%s: row %d, element %d: got %v, want %v", name, i, j, got.At(i, j), want.At(i, j))
			}
		}
	}
}

// compareForward checks Forward, FLDJ, Inverse and ILDJ of b against the peer's
// y and logdet at x, if it has any.
func (g *neural) compareForward(b bijector.Bijector) {
	g.t.Helper()
	tape := autodiff.NewTape()
	x, y := tape.Matrix(g.rows("x")), tape.Matrix(g.rows("y"))
	g.compare("y", b.Forward(x))
	g.compare("x", b.Inverse(y))
	if _, ok := g.Data["logdet"]; ok {
		g.compare("logdet", fldj(b, x))
		g.compare("logdet", b.ILDJ(y).Neg())
	}
}
