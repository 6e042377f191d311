package plain

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/strictjson"
)

// A Source is where Decode reads a model from.
type Source struct {
	Text string
	// Param returns the elements of the parameter with the given name, its own
	// from then on. It is called once for each name.
	Param func(name string) (*autodiff.Param, error)
	// List returns the elements of the list with the given name, its own from
	// then on; nil where lists are in the text.
	List func(name string) ([]float64, error)
	// Budget bounds the bytes that values take beyond those of the text and
	// of the elements of parameters. The bytes that values take are taken off it.
	Budget *int
	// Cost returns how many bytes Restore of a value will take, if that is more
	// than a constant and what its fields hold already.
	Cost func(value any) int
}

// Decode sets the struct that model points to from a text that Encode has
// written, or anybody else: it trusts nothing.
func (r *Registry) Decode(s Source, model any) error {
	d := &decoder{Source: s, registry: r, json: strictjson.New(s.Text), params: map[string]*autodiff.Param{}}
	if err := d.value(reflect.ValueOf(model).Elem()); err != nil {
		return err
	}
	*d.Budget -= d.json.Copied()
	return d.json.End()
}

type decoder struct {
	Source
	registry *Registry
	json     *strictjson.Reader
	params   map[string]*autodiff.Param
}

// maxInt bounds integers, which are widths and indices, so that products of
// two do not overflow.
const maxInt = 1 << 24

// spend takes bytes off the budget.
func (d *decoder) spend(bytes int) error {
	if bytes < 0 || bytes > *d.Budget-d.json.Copied() {
		return errors.New("the architecture claims more memory than the size of the file justifies")
	}
	*d.Budget -= bytes
	return nil
}

// value reads v.
func (d *decoder) value(v reflect.Value) (err error) {
	switch v.Kind() {
	case reflect.Bool:
		b, err := d.json.Bool()
		v.SetBool(b)
		return err
	case reflect.Int:
		n, err := d.json.Int()
		if n < -maxInt || n > maxInt {
			return fmt.Errorf("got %d, want at most %d", n, maxInt)
		}
		v.SetInt(int64(n))
		return err
	case reflect.Float64:
		x, err := d.json.Float()
		v.SetFloat(x)
		return err
	case reflect.String:
		s, err := d.json.String()
		v.SetString(s)
		return err
	case reflect.Slice:
		return d.slice(v)
	case reflect.Array:
		n := 0
		err = d.json.Array(func(i int) error {
			if n++; i >= v.Len() {
				return fmt.Errorf("got more than %d items", v.Len())
			}
			return d.item(i, v)
		})
		if err == nil && n != v.Len() {
			return fmt.Errorf("got %d items, want %d", n, v.Len())
		}
		return err
	case reflect.Struct:
		fields := newFields(v)
		if err := d.json.Object(func(key string) error { return fields.read(d, key) }); err != nil {
			return err
		}
		return d.restore(v)
	case reflect.Pointer:
		return d.pointer(v)
	case reflect.Interface:
		return d.kind(v)
	}
	return fmt.Errorf("got a %v, which is not plain data", v.Type())
}

func (d *decoder) slice(v reflect.Value) error {
	if d.json.Null() {
		return nil
	}
	if d.List != nil && v.Type().Elem().Kind() == reflect.Float64 && d.json.Next() == '"' {
		return d.list(v)
	}
	count, size := 4, int(v.Type().Elem().Size())
	switch v.Type().Elem().Kind() {
	case reflect.Bool, reflect.Int, reflect.Float64, reflect.String: // whose lists are long, and quickly counted
		count = d.json.Count()
		size *= 2 // as much again for what Restore derives from them
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return d.json.Array(func(i int) error {
		if i == v.Cap() {
			more := max(count, 2*i, 1)
			if err := d.spend(more * size); err != nil {
				return At(i, err)
			}
			v.Grow(more - i)
		}
		v.SetLen(i + 1)
		return d.item(i, v)
	})
}

// item reads item i of v.
func (d *decoder) item(i int, v reflect.Value) error {
	if err := d.value(v.Index(i)); err != nil {
		return At(i, err) // which, unlike no error, takes memory
	}
	return nil
}

func (d *decoder) pointer(v reflect.Value) error {
	if d.json.Null() {
		return nil
	}
	if v.Type() == paramType {
		p, err := d.param()
		v.Set(reflect.ValueOf(p))
		return err
	}
	if err := d.spend(int(v.Type().Elem().Size())); err != nil {
		return err
	}
	v.Set(reflect.New(v.Type().Elem()))
	return d.value(v.Elem())
}

// A fields reads the fields of a struct, each at most once.
type fields struct {
	v    reflect.Value
	keys *keys
	seen uint64
}

func newFields(v reflect.Value) *fields { return &fields{v: v, keys: keysOf(v.Type())} }

func (f *fields) read(d *decoder, key string) error {
	i, ok := f.keys.field[key]
	if !ok {
		return fmt.Errorf("got a field %.40q, which is not there", key)
	}
	bit := uint64(1) << i
	if f.seen&bit != 0 {
		return fmt.Errorf("got field %s twice", key)
	}
	f.seen |= bit
	if err := d.value(f.v.Field(i)); err != nil {
		return At(key, err)
	}
	return nil
}

// kind reads the value of an interface.
func (d *decoder) kind(v reflect.Value) error {
	if d.json.Null() {
		return nil
	}
	var got reflect.Value // the value read, of the kind's type
	var inner *fields     // if it is a struct
	full := false         // if it is none and has its value
	err := d.json.Object(func(key string) (err error) {
		if !got.IsValid() {
			if key != "kind" {
				return fmt.Errorf("got the key %.40q first, want kind", key)
			}
			got, err = d.newKind(v.Type())
			return err
		}
		target := reflect.Indirect(got)
		if target.Kind() == reflect.Struct {
			if inner == nil {
				inner = newFields(target)
			}
			return inner.read(d, key)
		}
		if key != "value" || full {
			return fmt.Errorf("got the key %.40q, want one value", key)
		}
		full = true
		return d.value(target)
	})
	if err != nil {
		return err
	}
	if !got.IsValid() {
		return errors.New("got no kind")
	}
	if err := d.restore(reflect.Indirect(got)); err != nil {
		return err
	}
	v.Set(got)
	return nil
}

// newKind reads the name of a kind and returns a new value of it that can be
// set, or points to one that can.
func (d *decoder) newKind(want reflect.Type) (reflect.Value, error) {
	name, err := d.json.String()
	if err != nil {
		return reflect.Value{}, err
	}
	t, ok := d.registry.Type(name)
	if !ok {
		return reflect.Value{}, fmt.Errorf("got kind %.70q, which nobody has registered", name)
	}
	if !t.Implements(want) {
		return reflect.Value{}, fmt.Errorf("got kind %q, which is no %v", name, want)
	}
	if t.Kind() == reflect.Pointer {
		return reflect.New(t.Elem()), d.spend(int(t.Elem().Size()))
	}
	return reflect.New(t).Elem(), d.spend(int(t.Size()))
}

// restore calls the method Restore of v, or of a pointer to v.
func (d *decoder) restore(v reflect.Value) error {
	r, ok := v.Addr().Interface().(Restorer)
	if !ok {
		return nil
	}
	if d.Cost != nil {
		if err := d.spend(d.Cost(v.Addr().Interface())); err != nil {
			return err
		}
	}
	var err error
	if panicked := Try(func() { err = r.Restore() }); panicked != nil {
		return panicked
	}
	return err
}
