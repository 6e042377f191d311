package pytorch

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/safetensors"
	"gonum.org/v1/gonum/mat"
)

// Loader is a file of Python that reads what [ExportZuko] and [ExportNflows] write as a model of that library, and
// checks it by the rows in the file. It needs PyTorch and the library:
//
//	import load
//	model = load.load("model.safetensors")
//
//go:embed load.py
var Loader string

// constructorKey is the name, among a file's metadata, of how the library makes the model.
const constructorKey = "normflow.constructor"

// ExportZuko writes the model as one of the Python library zuko, a zuko.flows.Flow, to a safetensors file: its state
// dictionary, in float64, and in the metadata how the library makes the model, and some rows with their log-densities, most of them drawn
// from the model. [Loader] reads it in Python, and [Import] in Go. context is a few typical contexts, at which the rows are drawn; nil for a model
// without.
//
// What zuko has a counterpart of stands in the table of the README beside this package; of anything else the error
// names the part. The file is imported again before it is written, so that it holds the same density.
func ExportZuko(w io.Writer, m *flow.Transformed, context mat.Matrix) error {
	need.One("pytorch: ExportZuko", "writer", w)
	need.One("pytorch: ExportZuko", "model", m)
	if err := export(w, m, context, (*exporter).zuko); err != nil {
		return fmt.Errorf("pytorch: ExportZuko: %w", err)
	}
	return nil
}

// An exporter collects what a file holds.
type exporter struct {
	tensors []safetensors.Tensor
	modules map[string]Module
	single  bool // a network computes in float32
	cond    int  // width of the context that the transforms see
	bounded bool // a transform of the library fails, or rounds to 0, far out
}

func export(w io.Writer, m *flow.Transformed, context mat.Matrix, library func(*exporter, *flow.Transformed) any) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case misfit:
			err = r.error
		default:
			panic(r)
		}
	}()
	contexts, err := candidates(m, context)
	if err != nil {
		return err
	}
	e := &exporter{modules: map[string]Module{}}
	constructor, err := json.Marshal(library(e, m))
	if err != nil {
		return err
	}
	described, err := json.Marshal(e.description(m, contexts))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	metadata := map[string]string{metadataKey: string(described), constructorKey: string(constructor)}
	if err := safetensors.Write(&file, metadata, e.tensors); err != nil {
		return err
	}
	if _, err := importModel(bytes.NewReader(file.Bytes()), Settings{}); err != nil {
		return fmt.Errorf("the exported model is not that which was given: %w", err)
	}
	_, err = w.Write(file.Bytes())
	return err
}

// A part is a bijector of the model, between others, from base to data.
type part struct {
	b        bijector.Bijector
	inverted bool                  // the part is the inverse of b
	nets     []nn.Network          // what the context passes first
	at       int                   // among all parts, from base to data
	unit     bool                  // it is a map of [0, 1] of nflows, and b moved to [−½, ½]
	own      *bijector.Elementwise // what nflows' coupling does to the columns that pass; nil for nothing
	columns  []*bijector.Coupling  // those that are one residual masked network of zuko, from data to base; nil for none
	first    *nn.Layer             // what a masked network of nflows makes of the context first; nil for nothing
}

// fail fails for what the library has no counterpart of.
func (p part) fail(format string, args ...any) {
	fail("part %d of the map, %s: %s", p.at, kindOf(p.b), fmt.Sprintf(format, args...))
}

// kindOf returns the name of a type without package.
func kindOf(v any) string {
	name := fmt.Sprintf("%T", v)
	return name[1+bytes.LastIndexByte([]byte(name), '.'):]
}

// partsOf returns the parts of a bijector, from base to data.
func partsOf(b bijector.Bijector, inverted bool, nets []nn.Network) (parts []part) {
	switch b := b.(type) {
	case bijector.Chain:
		for _, inner := range b {
			more := partsOf(inner, inverted, nets)
			if inverted {
				parts = append(more, parts...)
			} else {
				parts = append(parts, more...)
			}
		}
		return parts
	case *bijector.Invert:
		return partsOf(b.B, !inverted, nets)
	case *bijector.Embedded:
		return partsOf(b.B, inverted, append(nets[:len(nets):len(nets)], b.Net))
	case *bijector.Whitener:
		if b.Plain() {
			return nil
		}
		d, _ := b.L.Dims()
		lower := autodiff.NewParam(d, d, nil)
		for i := range d {
			copy(lower.Data()[i*d:], b.L.Data()[i*d:i*d+i+1])
		}
		return partsOf(bijector.NewLinear(lower, autodiff.Value{}), inverted, nets)
	}
	return []part{{b: b, inverted: inverted, nets: nets}}
}

// parts returns the parts of the model from data to base.
func (e *exporter) parts(m *flow.Transformed) []part {
	parts := softclips(partsOf(m.Map, false, nil))
	for i := range parts {
		parts[i].at = i
	}
	slices.Reverse(parts)
	return parts
}

// oneContext returns what the context passes before all parts, and notes its width there: all of them that take one agree.
func (e *exporter) oneContext(parts []part) []nn.Network {
	var nets []nn.Network
	known := false
	for _, p := range parts {
		switch cond := bijector.CondDim(p.b); {
		case cond == 0:
			continue
		case p.first != nil:
			e.cond = p.first.In()
		default:
			e.cond = cond
		}
		if known && !sameNets(nets, p.nets) {
			p.fail("it sees the context through other networks than the parts before, want the same before all")
		}
		nets, known = p.nets, true
	}
	return nets
}

func sameNets(a, b []nn.Network) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// add puts a tensor into the file.
func (e *exporter) add(name string, x []float64, shape ...int) {
	e.tensors = append(e.tensors, safetensors.Floats(name, x, shape...))
}

// say describes a module.
func (e *exporter) say(path, class string, attributes map[string]any) {
	e.modules[path] = Module{Class: class, Attributes: attributes}
}

// call is the description of a Python object: what a function, by its name, makes of arguments.
func call(function string, arguments map[string]any, list ...any) map[string]any {
	c := map[string]any{"call": function}
	if len(arguments) > 0 {
		c["with"] = arguments
	}
	if len(list) > 0 {
		c["list"] = list
	}
	return c
}

// reference is a Python function or class itself.
func reference(name string) map[string]any { return map[string]any{"name": name} }

// partialOf is a Python function with some of its arguments.
func partialOf(function string, arguments map[string]any) map[string]any {
	if len(arguments) == 0 {
		return reference(function)
	}
	return map[string]any{"partial": function, "with": arguments}
}

// tensorOf is a Python tensor: of float64 if that is what x holds.
func tensorOf(x any) map[string]any {
	switch x.(type) {
	case []float64, [][]float64:
		return call("floats", nil, x)
	}
	return call("torch.tensor", nil, x)
}

// numbers returns a value's numbers for d columns.
func numbersOf(v autodiff.Value, d int, none float64) []float64 {
	x := make([]float64, d)
	var given []float64
	if !v.IsZero() {
		given = v.Numbers()
	}
	for j := range x {
		switch len(given) {
		case 0:
			x[j] = none
		case 1:
			x[j] = given[0]
		default:
			x[j] = given[j]
		}
	}
	return x
}
