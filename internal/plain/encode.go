package plain

import (
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/strictjson"
)

// Encode returns the text of the struct that model points to, and its
// parameters in the order in which they are met.
func (r *Registry) Encode(model any) (text []byte, params []Named, err error) {
	text, params, _, err = r.encode(model, "", false)
	return text, params, err
}

// EncodeLists is Encode where lists of float64 are not in the text but beside it, as parameters
// are, and names of both begin with prefix.
func (r *Registry) EncodeLists(value any, prefix string) (text []byte, params []Named, lists []NamedList, err error) {
	return r.encode(value, prefix, true)
}

func (r *Registry) encode(value any, prefix string, beside bool) ([]byte, []Named, []NamedList, error) {
	e := &encoder{registry: r, names: map[*autodiff.Param]string{}, prefix: prefix, beside: beside}
	err := e.value(reflect.ValueOf(value).Elem(), "", 0)
	return e.text, e.params, e.lists, err
}

type encoder struct {
	registry *Registry
	text     []byte
	params   []Named
	lists    []NamedList
	names    map[*autodiff.Param]string
	prefix   string
	beside   bool // where lists of float64 go
}

// join returns the path of a field or an index of the value at path.
func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + "." + step
}

// value appends v, which is at path and inside of depth objects and arrays.
func (e *encoder) value(v reflect.Value, path string, depth int) error {
	if depth > strictjson.MaxDepth-2 {
		return fmt.Errorf("nested deeper than %d, or inside of itself", strictjson.MaxDepth)
	}
	switch v.Kind() {
	case reflect.Bool:
		e.text = strconv.AppendBool(e.text, v.Bool())
	case reflect.Int:
		e.text = strconv.AppendInt(e.text, v.Int(), 10)
	case reflect.Float64:
		e.text = strictjson.AppendFloat(e.text, v.Float())
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return fmt.Errorf("got text %q, want UTF-8", v.String())
		}
		e.text = strictjson.AppendString(e.text, v.String())
	case reflect.Slice:
		if v.IsNil() {
			e.text = append(e.text, "null"...)
			return nil
		}
		if e.beside && v.Len() > 0 && v.Type().Elem().Kind() == reflect.Float64 {
			name := e.prefix + path
			e.text = strictjson.AppendString(e.text, name)
			e.lists = append(e.lists, NamedList{name, v.Convert(floatsType).Interface().([]float64)})
			return nil
		}
		return e.items(v, path, depth)
	case reflect.Array:
		return e.items(v, path, depth)
	case reflect.Struct:
		e.text = append(e.text, '{')
		err := e.fields(v, path, depth, true)
		e.text = append(e.text, '}')
		return err
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.text = append(e.text, "null"...)
			return nil
		}
		if v.Type() == paramType {
			e.param(v.Interface().(*autodiff.Param), path)
			return nil
		}
		if v.Kind() == reflect.Pointer {
			return e.value(v.Elem(), path, depth)
		}
		return e.kind(v.Elem(), path, depth)
	default:
		return fmt.Errorf("got a %v, which is not plain data", v.Type())
	}
	return nil
}

func (e *encoder) items(v reflect.Value, path string, depth int) error {
	e.text = append(e.text, '[')
	for i := range v.Len() {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		if err := e.value(v.Index(i), join(path, strconv.Itoa(i)), depth+1); err != nil {
			return At(i, err)
		}
	}
	e.text = append(e.text, ']')
	return nil
}

// fields appends the exported fields that are not zero.
func (e *encoder) fields(v reflect.Value, path string, depth int, first bool) error {
	keys := keysOf(v.Type())
	for i, key := range keys.written {
		if f := v.Type().Field(i); f.Type == varType && !v.Field(i).IsZero() {
			return At(f.Name, fmt.Errorf("got a map bound to a context, want the one that Given was called on"))
		}
		if key == "" || v.Field(i).IsZero() {
			continue
		}
		if !first {
			e.text = append(e.text, ',')
		}
		first = false
		e.text = append(strictjson.AppendString(e.text, key), ':')
		inner := join(path, key)
		if v.Type() == valueType {
			inner = path // a Value's parameter goes by the name of the Value
		}
		if err := e.value(v.Field(i), inner, depth+1); err != nil {
			return At(key, err)
		}
	}
	return nil
}

// kind appends the value of an interface.
func (e *encoder) kind(v reflect.Value, path string, depth int) error {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("got a nil %v", v.Type())
	}
	kind, v, err := e.registry.kindOf(v)
	if err != nil {
		return err
	}
	e.text = strictjson.AppendString(append(e.text, `{"kind":`...), kind)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		err = e.fields(v, path, depth, false)
	} else {
		e.text = append(e.text, `,"value":`...)
		err = e.value(v, path, depth+1)
	}
	e.text = append(e.text, '}')
	return err
}

func (e *encoder) param(p *autodiff.Param, path string) {
	name, known := e.names[p]
	if !known {
		name = e.prefix + path
		e.names[p] = name
		e.params = append(e.params, Named{name, p})
	}
	if !p.Frozen() {
		e.text = strictjson.AppendString(e.text, name)
		return
	}
	e.text = strictjson.AppendString(append(e.text, `{"frozen":`...), name)
	e.text = append(e.text, '}')
}
