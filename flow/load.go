package flow

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
)

// Load reads a model that [Transformed.Save] has written, in this or an earlier
// version of the library. Types that are not the library's own must have been
// registered, see [Register]; so must those of sections, see [Section], that the file cannot be read without.
//
// The file may come from anywhere: everything is checked, and memory follows the
// size of the file, not what it claims: at most twice that of the values in it, eight times that of
// the text before them, and 1 MiB; and the file's once more, if r does not say how
// much it has, as an [os.File] and a [bytes.Reader] do. An error says what is wrong, and
// where in the model. Models of Python's libraries are read by Import of package flow/pytorch.
func Load(r io.Reader) (*Transformed, error) {
	need.One("flow: Load", "reader", r)
	m, err := load(r)
	if err == nil {
		var s *liftedSection
		if m.Section(&s) {
			err = errors.New("got the file of a Lifted, whose rows are not those of its model: LoadLifted reads it")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("flow: Load: %w", err)
	}
	return m, nil
}

// margin is uncounted memory, in bytes.
const margin = 1 << 16

func load(r io.Reader) (*Transformed, error) {
	f, err := safetensors.Read(r)
	if errors.Is(err, safetensors.ErrForeign) {
		return nil, fmt.Errorf("%w Load reads what Save wrote, Import of flow/pytorch models of zuko, nflows, normflows and sbi", err)
	}
	if err != nil {
		return nil, err
	}
	text, err := architecture(f)
	if err != nil {
		return nil, err
	}
	memory := f.Left() - margin
	budget := memory - memory/4
	p := newPool(f)
	m := new(Transformed)
	err = kinds.Decode(plain.Source{Text: text, Param: p.param, Budget: &budget, Cost: cost}, (*saved)(m))
	if err != nil {
		return nil, err
	}
	if err := m.restore(memory / 4); err != nil {
		return nil, err
	}
	if f.Metadata[formatKey] != formatWithoutSections {
		if err := m.readSections(f.Metadata, p, &budget); err != nil {
			return nil, err
		}
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
	case strings.HasPrefix(f.Metadata["format"], "normflow checkpoint"):
		return "", errors.New("got the checkpoint of a training, want a model that Save wrote: Fit goes on from it by Settings.Checkpoint")
	case version == "":
		return "", errors.New("got a file without the metadata of a model: it was not written by Save; flow/pytorch.Import reads models of zuko, nflows, normflows and sbi")
	case version != format && version != formatWithoutSections:
		return "", fmt.Errorf("got format %.20q, want %s or %s: a later version of the library has written it", version, formatWithoutSections, format)
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
