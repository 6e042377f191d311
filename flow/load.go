package flow

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
)

// Load reads a model that [Transformed.Save] has written, in this or an earlier
// version of the library. Types that are not the library's own must have been
// registered, see [Register].
//
// The file may come from anywhere: everything is checked, and memory follows the
// size of the file, not what it claims: at most twice that of the numbers in it, eight times that of
// the text before them, and 1 MiB; and the file's once more, if r does not say how
// much it has, as an [os.File] and a [bytes.Reader] do. An error says what is wrong, and
// where in the model. Models of Python's libraries are read by Import of package flow/pytorch.
func Load(r io.Reader) (*Transformed, error) {
	m, err := load(r)
	if err != nil {
		return nil, fmt.Errorf("flow: Load: %w", err)
	}
	return m, nil
}

// margin is memory for what is not counted, in bytes.
const margin = 1 << 16

func load(r io.Reader) (*Transformed, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, err
	}
	text, err := architecture(f)
	if err != nil {
		return nil, err
	}
	room := f.Left() - margin
	p := newPool(f)
	m := new(Transformed)
	err = kinds.Decode(plain.Source{Text: text, Param: p.param, Budget: room - room/4, Cost: cost}, (*saved)(m))
	if err != nil {
		return nil, err
	}
	if err := m.restore(room / 4); err != nil {
		return nil, err
	}
	if err := p.unused(); err != nil {
		return nil, err
	}
	return m, m.agrees(f)
}

// architecture returns the text that describes the model.
func architecture(f *safetensors.File) (string, error) {
	version, text := f.Metadata[formatKey], f.Metadata[modelKey]
	switch {
	case version == "":
		return "", errors.New("got a file without the metadata of a model: it was not written by Save; flow/pytorch.Import reads models of zuko, nflows and normflows")
	case version != format:
		return "", fmt.Errorf("got format %.20q, want %s: a later version of the library has written it", version, format)
	case text == "":
		return "", fmt.Errorf("got no %s in the metadata", modelKey)
	}
	return text, nil
}

// agrees checks what the metadata say besides.
func (m *Transformed) agrees(f *safetensors.File) error {
	for _, c := range []struct {
		key string
		got int
	}{{dimKey, m.Dim()}, {condKey, m.CondDim()}} {
		if want := f.Metadata[c.key]; want != strconv.Itoa(c.got) {
			return fmt.Errorf("got a model with %s %d, want %.20q as the metadata say", c.key, c.got, want)
		}
	}
	return nil
}

// A pool hands out the tensors of a file, which it sorts by name.
type pool struct {
	tensors []safetensors.Tensor
	used    []bool
}

func newPool(f *safetensors.File) *pool {
	slices.SortFunc(f.Tensors, func(a, b safetensors.Tensor) int { return strings.Compare(a.Name, b.Name) })
	return &pool{f.Tensors, make([]bool, len(f.Tensors))}
}

// param makes a parameter of a tensor, without a copy of its numbers.
func (p *pool) param(name string) (*autodiff.Param, error) {
	i, ok := slices.BinarySearchFunc(p.tensors, name, func(t safetensors.Tensor, name string) int { return strings.Compare(t.Name, name) })
	if !ok {
		return nil, fmt.Errorf("tensor %q is missing", name)
	}
	t := &p.tensors[i]
	p.used[i] = true
	if t.Type != safetensors.F64 || len(t.Shape) != 2 || t.Len() == 0 {
		return nil, fmt.Errorf("tensor %q: got %s of shape %v, want F64 in rows and columns", name, t.Type, t.Shape)
	}
	q := autodiff.NewParam(t.Shape[0], t.Shape[1], t.Floats())
	if err := finiteParam(q); err != nil {
		return nil, fmt.Errorf("tensor %q: %w", name, err)
	}
	return q, nil
}

// unused names a tensor that the architecture has no use for.
func (p *pool) unused() error {
	if i := slices.Index(p.used, false); i >= 0 {
		return fmt.Errorf("tensor %q has no place in the architecture", p.tensors[i].Name)
	}
	return nil
}
