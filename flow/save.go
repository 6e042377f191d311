package flow

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
)

// The keys of a model file's metadata.
const (
	formatKey = "normflow"       // the version of the format
	modelKey  = "normflow.model" // the architecture, as JSON
	dimKey    = "normflow.dim"   // columns of the data
	condKey   = "normflow.cond"  // columns of the context
	format    = "2"

	formatWithoutSections = "1"
)

// A saved holds the contents of a model file.
type saved Transformed

// Save writes the model to w as a safetensors file: every parameter, in float64, by
// its path in the model ("Map.0.Net.Layers.1.W"), and in the metadata the architecture as
// JSON, in which types go by short names. [Load] makes an equal model of it, to
// the last bit; other languages read the tensors with their own safetensors
// packages. The same model gives the same bytes. What was attached to the model stands in
// sections of its own, see [Section].
//
// It returns an error, before anything is written, if a part of the model is of
// a type that is not registered (see [Register]), a parameter is not
// finite, or the model is bound to a context.
func (m *Transformed) Save(w io.Writer) error {
	m.there("Save")
	need.One("flow: Save", "writer", w)
	bound := false
	eachFlow(m, func(part *Transformed) { bound = bound || part.ctx != nil })
	if bound {
		return fmt.Errorf("flow: Save: got a model, or a part of it, that is bound to a context, want the one that Given was called on")
	}
	metadata, tensors, err := m.encode()
	if err == nil {
		err = safetensors.Write(w, metadata, tensors)
	}
	if err != nil {
		return fmt.Errorf("flow: Save: %w", err)
	}
	return nil
}

// encode returns what a file holds of the model and its sections.
func (m *Transformed) encode() (metadata map[string]string, tensors []safetensors.Tensor, err error) {
	text, params, err := kinds.Encode((*saved)(m))
	if err != nil {
		return nil, nil, err
	}
	if tensors, err = tensorsOf(params); err != nil {
		return nil, nil, err
	}
	metadata = map[string]string{
		formatKey: format,
		modelKey:  string(text),
		dimKey:    strconv.Itoa(m.Dim()),
		condKey:   strconv.Itoa(m.CondDim()),
	}
	for _, a := range m.sections {
		text, more, err := a.encode()
		if err != nil {
			return nil, nil, err
		}
		metadata[sectionKey+a.name] = text
		tensors = append(tensors, more...)
	}
	return metadata, tensors, nil
}

// tensorsOf returns parameters as tensors.
func tensorsOf(params []plain.Named) (tensors []safetensors.Tensor, err error) {
	for _, p := range params {
		if err := finiteParam(p.Param); err != nil {
			return nil, fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		rows, cols := p.Param.Dims()
		tensors = append(tensors, safetensors.Floats(p.Name, p.Param.Data(), rows, cols))
	}
	return tensors, nil
}

// finiteParam says which number of p is not finite.
func finiteParam(p *autodiff.Param) error {
	for i, x := range p.Data() {
		if math.IsNaN(x - x) {
			_, cols := p.Dims()
			return fmt.Errorf("got %v in row %d, column %d, want finite numbers", x, i/cols, i%cols)
		}
	}
	return nil
}
