package plain

import (
	"fmt"
	"reflect"
	"regexp"
	"sync"
)

// A Registry knows types by short names. It is safe for concurrent use.
type Registry struct {
	mu    sync.RWMutex
	types map[string]reflect.Type
	kinds map[reflect.Type]string
}

var kindName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// ValidName reports whether a kind can go by the name.
func ValidName(name string) bool { return kindName.MatchString(name) }

// Add makes the type of prototype known by the given name. It returns an error
// if name or type are known already, or if the type is not plain data.
func (r *Registry) Add(kind string, prototype any) error {
	t := reflect.TypeOf(prototype)
	if !ValidName(kind) {
		return fmt.Errorf("got kind %q, want a short name of lower-case letters, digits, '.', '_' and '-'", kind)
	}
	if t == nil {
		return fmt.Errorf("kind %q: got no prototype", kind)
	}
	if err := checkType(t, map[reflect.Type]bool{}); err != nil {
		return fmt.Errorf("kind %q: %v is not plain data: %w", kind, t, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if other, known := r.types[kind]; known {
		return fmt.Errorf("kind %q: got %v, want a new name: it is %v", kind, t, other)
	}
	if other, known := r.kinds[t]; known {
		return fmt.Errorf("kind %q: got %v, which is known as %q", kind, t, other)
	}
	if r.types == nil {
		r.types, r.kinds = map[string]reflect.Type{}, map[reflect.Type]string{}
	}
	r.types[kind], r.kinds[t] = t, kind
	return nil
}

// Type returns the type of a name.
func (r *Registry) Type(kind string) (reflect.Type, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	t, ok := r.types[kind]
	return t, ok
}

// Kind returns the name of value's type, or of what it points to.
func (r *Registry) Kind(value any) (string, error) {
	kind, _, err := r.kindOf(reflect.ValueOf(value))
	return kind, err
}

// kindOf returns the name of v's type, and v as a value of that type: a pointer
// is followed where the type it points to is the one that is known.
func (r *Registry) kindOf(v reflect.Value) (string, reflect.Value, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if kind, ok := r.kinds[v.Type()]; ok {
		return kind, v, nil
	}
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		if kind, ok := r.kinds[v.Type().Elem()]; ok {
			return kind, v.Elem(), nil
		}
	}
	return "", v, fmt.Errorf("%v is not a registered kind", v.Type())
}

// checkType says why values of a type cannot be kept.
func checkType(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] || t == paramType {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Float64, reflect.String, reflect.Interface:
		return nil
	case reflect.Slice, reflect.Array:
		return checkType(t.Elem(), seen)
	case reflect.Pointer:
		if t.Elem().Kind() != reflect.Struct {
			return fmt.Errorf("%v: want pointers to structs only", t)
		}
		return checkType(t.Elem(), seen)
	case reflect.Struct:
		return checkStruct(t, seen)
	}
	return fmt.Errorf("got a %v, want bool, int, float64, string, slices, arrays, structs, interfaces, *autodiff.Param", t)
}

func checkStruct(t reflect.Type, seen map[reflect.Type]bool) error {
	if err := checkKeys(t); err != nil {
		return err
	}
	if t.NumField() > 64 {
		return fmt.Errorf("%v has %d fields, want at most 64", t, t.NumField())
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			if !reflect.PointerTo(t).Implements(restorerType) {
				return fmt.Errorf("%v has a field %s that is not exported, and no method Restore() error that sets it", t, f.Name)
			}
			continue
		}
		if err := checkType(f.Type, seen); err != nil {
			return At(f.Name, err)
		}
	}
	return nil
}
