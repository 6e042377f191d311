package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/safetensors"
)

// A pool hands out the tensors of a file, sorted by name, each once: those of the model or, by
// prefix, those of a section.
type pool struct {
	tensors []safetensors.Tensor
	used    []bool
	prefix  string // of names
}

func newPool(f *safetensors.File) *pool {
	slices.SortFunc(f.Tensors, func(a, b safetensors.Tensor) int { return strings.Compare(a.Name, b.Name) })
	return &pool{tensors: f.Tensors, used: make([]bool, len(f.Tensors))}
}

// of returns the pool of a section.
func (p *pool) of(section string) *pool { return &pool{p.tensors, p.used, section + "/"} }

// find returns where the name is, or would be.
func (p *pool) find(name string) (int, bool) {
	return slices.BinarySearchFunc(p.tensors, name, func(t safetensors.Tensor, name string) int { return strings.Compare(t.Name, name) })
}

// take returns the tensor with the given name.
func (p *pool) take(name string) (*safetensors.Tensor, error) {
	i, ok := p.find(name)
	switch {
	case !strings.HasPrefix(name, p.prefix):
		return nil, fmt.Errorf("got tensor %.100q, want a name that begins with %s", name, p.prefix)
	case !ok:
		return nil, fmt.Errorf("tensor %.100q is missing", name)
	case p.used[i]:
		return nil, fmt.Errorf("tensor %.100q is asked for twice", name)
	}
	p.used[i] = true
	return &p.tensors[i], nil
}

// rest takes all tensors of an unknown section.
func (p *pool) rest() []safetensors.Tensor {
	from, _ := p.find(p.prefix)
	to := from
	for to < len(p.tensors) && strings.HasPrefix(p.tensors[to].Name, p.prefix) {
		p.used[to] = true
		to++
	}
	return slices.Clone(p.tensors[from:to])
}

// param makes a parameter of a tensor, without a copy of its elements.
func (p *pool) param(name string) (*autodiff.Param, error) {
	t, err := p.take(name)
	if err != nil {
		return nil, err
	}
	if t.Type != safetensors.F64 || len(t.Shape) != 2 || t.Len() == 0 {
		return nil, fmt.Errorf("tensor %q: got %s of shape %v, want F64 in rows and columns", name, t.Type, t.Shape)
	}
	q := autodiff.NewParam(t.Shape[0], t.Shape[1], t.Floats())
	if err := finiteParam(q); err != nil {
		return nil, fmt.Errorf("tensor %q: %w", name, err)
	}
	return q, nil
}

// list returns the elements of a tensor of one dimension, without a copy.
func (p *pool) list(name string) ([]float64, error) {
	t, err := p.take(name)
	if err != nil {
		return nil, err
	}
	if t.Type != safetensors.F64 || len(t.Shape) != 1 {
		return nil, fmt.Errorf("tensor %q: got %s of shape %v, want F64 in one dimension", name, t.Type, t.Shape)
	}
	return t.Floats(), nil
}

// unused names a tensor that nothing has a use for.
func (p *pool) unused() error {
	if i := slices.Index(p.used, false); i >= 0 {
		return fmt.Errorf("tensor %.100q has no place in the architecture", p.tensors[i].Name)
	}
	return nil
}
