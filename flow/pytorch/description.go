package pytorch

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	_ "embed" // Describer

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// Describer is a file of Python that describes a model of PyTorch: it writes the model's tensors with the
// classes and attributes of its modules, and some rows with their log-densities as the library itself computes them, as a file
// for [Import], which checks its result by the rows. It needs PyTorch alone:
//
//	import describe
//	describe.save(model, "model.safetensors", rows, context)
//
//go:embed describe.py
var Describer string

// metadataKey is the name of the description among a file's metadata.
const metadataKey = "normflow.description"

// A description is what Describer writes besides tensors.
type description struct {
	Format  int               `json:"format"`
	Modules map[string]Module `json:"modules"`
	Float64 bool              `json:"float64"` // the log-densities were computed in float64
	Rows    [][]float64       `json:"rows"`
	Context [][]float64       `json:"context"`
	Labels  []int             `json:"labels"`
	LogProb []any             `json:"log_prob"` // numbers, or texts such as "-inf"
}

// describe reads the description, if the file has one, and what the settings say of modules.
func (w *weights) describe(text string) *description {
	d := new(description)
	if text != "" {
		if err := json.Unmarshal([]byte(text), d); err != nil {
			fail("description: %w", err)
		}
		if d.Format != 1 {
			fail("description: got format %d, want 1", d.Format)
		}
		if len(d.Rows) == 0 || len(d.LogProb) != len(d.Rows) {
			fail("description: got %d rows and %d log-densities, want as many and at least one", len(d.Rows), len(d.LogProb))
		}
		w.described = true
	}
	w.modules = map[string]Module{}
	for _, known := range []map[string]Module{d.Modules, w.settings.Modules} {
		for path, m := range known {
			w.modules[path] = m
		}
	}
	return d
}

// check returns an error unless the model gives the rows' log-densities.
func (d *description) check(m *flow.Transformed) error {
	if len(d.Rows) == 0 {
		return nil
	}
	x, err := matrix("rows", d.Rows, len(d.Rows), m.Dim())
	if err != nil {
		return err
	}
	if want := m.CondDim(); want > 0 {
		c, err := matrix("context", d.context(want), len(d.Rows), want)
		if err != nil {
			return err
		}
		m = m.Given(c)
	}
	tolerance := 1e-4
	switch {
	case continuous(m.Map):
		tolerance = 1e-3
	case d.Float64:
		tolerance = 1e-8
	}
	for i, got := range m.LogProbs(nil, x) {
		want, err := logProb(d.LogProb[i])
		if err != nil {
			return err
		}
		if got != want && !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
			return fmt.Errorf("description: row %d: got log p = %v, want %v as Python says: the model has something that its modules do not tell", i, got, want)
		}
	}
	return nil
}

// continuous reports whether a map solves an equation, which Python does to some digits: zuko is off by up to 1e-3.
func continuous(b bijector.Bijector) bool {
	switch b := b.(type) {
	case *bijector.Continuous:
		return true
	case *bijector.Invert:
		return continuous(b.B)
	case *bijector.Embedded:
		return continuous(b.B)
	case bijector.Chain:
		return slices.ContainsFunc(b, continuous)
	}
	return false
}

// context returns the contexts; a class is a one-hot row.
func (d *description) context(width int) [][]float64 {
	if d.Labels == nil {
		return d.Context
	}
	rows := make([][]float64, 0, len(d.Labels))
	for _, label := range d.Labels {
		row := make([]float64, width)
		if label >= 0 && label < width {
			row[label] = 1
		}
		rows = append(rows, row)
	}
	return rows
}

func matrix(what string, rows [][]float64, n, width int) (*mat.Dense, error) {
	if len(rows) != n {
		return nil, fmt.Errorf("description: got %d %s, want %d", len(rows), what, n)
	}
	m := mat.NewDense(n, width, nil)
	for i, row := range rows {
		if len(row) != width {
			return nil, fmt.Errorf("description: row %d of %s: got %d numbers, want %d", i, what, len(row), width)
		}
		m.SetRow(i, row)
	}
	return m, nil
}

func logProb(v any) (float64, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case string:
		if x, err := strconv.ParseFloat(v, 64); err == nil {
			return x, nil
		}
	}
	return 0, fmt.Errorf("description: got log-density %v, want a number", v)
}
