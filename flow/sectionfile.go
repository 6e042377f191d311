package flow

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
	"github.com/normflow/normflow/internal/strictjson"
)

// A section stands in the metadata under sectionKey and its name, as
//
//	{"version": 1, "required": true, "import": "package that registers it", "value": {…}}
//
// and its tensors go by its name, a slash, and their path in the value.
const sectionKey = "normflow.section."

// An envelope is what a section says about itself.
type envelope struct {
	version  int
	required bool
	source   string
	value    string // JSON
}

// open reads an envelope.
func open(text string) (e envelope, err error) {
	r := strictjson.New(text)
	err = r.Object(func(key string) (err error) {
		switch key {
		case "version":
			e.version, err = r.Int()
		case "required":
			e.required, err = r.Bool()
		case "import":
			e.source, err = r.String()
		case "value":
			r.Next()
			from := r.Offset()
			err = r.Skip()
			e.value = text[from:r.Offset()]
		default:
			err = fmt.Errorf("got the key %.40q, want version, required, import and value", key)
		}
		return err
	})
	if err == nil {
		err = r.End()
	}
	if err == nil && (e.version < 1 || e.value == "") {
		err = errors.New("got no version or no value")
	}
	return e, err
}

// seal writes an envelope.
func (e envelope) seal() string {
	b := strconv.AppendInt([]byte(`{"version":`), int64(e.version), 10)
	b = strconv.AppendBool(append(b, `,"required":`...), e.required)
	b = strictjson.AppendString(append(b, `,"import":`...), e.source)
	b = append(append(b, `,"value":`...), e.value...)
	return string(append(b, '}'))
}

// encode returns what a file holds of a section.
func (a attached) encode() (text string, tensors []safetensors.Tensor, err error) {
	if a.value == nil {
		return a.text, a.tensors, nil
	}
	known, _ := sections.Load(a.name)
	s := known.(Section)
	value, params, lists, err := kinds.EncodeLists(a.value, a.name+"/")
	if err != nil {
		return "", nil, plain.At("section "+a.name, err)
	}
	tensors, err = tensorsOf(params)
	for _, l := range lists {
		tensors = append(tensors, safetensors.Floats(l.Name, l.List, len(l.List)))
	}
	return envelope{s.Version, s.Required, s.source(), string(value)}.seal(), tensors, err
}

// readSections reads those of the metadata, each with its tensors.
func (m *Transformed) readSections(metadata map[string]string, p *pool, budget *int) error {
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		name, ok := strings.CutPrefix(key, sectionKey)
		if !ok {
			continue
		}
		a, err := readSection(name, metadata[key], p.of(name), budget)
		if err != nil {
			return fmt.Errorf("section %.70q: %w", name, err)
		}
		m.sections = append(m.sections, a)
	}
	return nil
}

func readSection(name, text string, p *pool, budget *int) (a attached, err error) {
	if !plain.ValidName(name) {
		return a, errors.New("got a name that no section has")
	}
	e, err := open(text)
	if err != nil {
		return a, err
	}
	known, ok := sections.Load(name)
	if !ok && e.required {
		return a, fmt.Errorf("the file cannot be read without it, and nobody has registered it: import %.200q", e.source)
	}
	s, _ := known.(Section)
	if ok && e.required && e.version > s.Version {
		return a, fmt.Errorf("got version %d, want at most %d: a later version of %s has written it", e.version, s.Version, s.source())
	}
	if !ok || e.version > s.Version {
		return attached{name: name, text: text, tensors: p.rest()}, nil
	}
	value := reflect.New(reflect.TypeOf(s.Type).Elem()).Interface()
	err = kinds.Decode(plain.Source{Text: e.value, Param: p.param, List: p.list, Budget: budget, Cost: cost}, value)
	return attached{name: name, value: value}, err
}
