package plain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Keys are the names by which the fields of a struct go in texts. They outlive the fields' names in
// Go: a field that is renamed keeps its key by a tag,
//
//	Concentration autodiff.Value `file:"Shape"`
//
// and one that gets another key is read by its former ones too, `file:"Concentration,Shape"`.
type keys struct {
	written []string       // by the index of the field; "" for fields that are not kept
	field   map[string]int // of each key that is read
}

var known sync.Map // of type *keys, by reflect.Type

// keysOf returns the keys of a struct's fields.
func keysOf(t reflect.Type) *keys {
	if k, ok := known.Load(t); ok {
		return k.(*keys)
	}
	k := &keys{written: make([]string, t.NumField()), field: map[string]int{}}
	for i := range t.NumField() {
		names := namesOf(t.Field(i))
		for _, name := range names {
			k.field[name] = i
		}
		if len(names) > 0 {
			k.written[i] = names[0]
		}
	}
	known.Store(t, k)
	return k
}

// namesOf returns the keys of a field, the one that is written first.
func namesOf(f reflect.StructField) []string {
	if !f.IsExported() {
		return nil
	}
	if tag, ok := f.Tag.Lookup("file"); ok {
		return strings.Split(tag, ",")
	}
	return []string{f.Name}
}

// checkKeys says whether two fields share a key, or one has none that can be written.
func checkKeys(t reflect.Type) error {
	seen := map[string]string{"kind": "the kind of a value", "value": "a value"}
	for i := range t.NumField() {
		f := t.Field(i)
		for _, name := range namesOf(f) {
			if other := seen[name]; other != "" || name == "" || strings.Contains(name, "/") {
				return fmt.Errorf("%v: field %s: got key %q, want one of its own without a slash", t, f.Name, name)
			}
			seen[name] = f.Name
		}
	}
	return nil
}

// Keys returns a line for each key that the fields of the kinds are read by, and what stands under it,
// sorted: a line that goes makes files unreadable.
func (r *Registry) Keys() (lines []string) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for kind, t := range r.types {
		lines = r.appendKeys(lines, kind, t, nil)
	}
	slices.Sort(lines)
	return lines
}

// appendKeys appends the lines of a type that stands at path, within others.
func (r *Registry) appendKeys(lines []string, path string, t reflect.Type, within []reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == paramType.Elem() || t == valueType || slices.Contains(within, t) {
		return lines
	}
	if within != nil && r.kindAt(t) != "" {
		return lines // which has lines of its own
	}
	for key, i := range keysOf(t).field {
		f := t.Field(i).Type
		lines = append(lines, fmt.Sprintf("%s %s: %s", path, key, r.form(f)))
		lines = r.appendKeys(lines, path+" "+key, f, append(within, t))
	}
	return lines
}

// kindAt returns the kind that a struct, or a pointer to it, is known as.
func (r *Registry) kindAt(t reflect.Type) string { return r.kinds[t] + r.kinds[reflect.PointerTo(t)] }

// form says how values of a type stand in a text.
func (r *Registry) form(t reflect.Type) string {
	switch {
	case t == paramType:
		return "tensor"
	case t == valueType:
		return "value"
	case t.Kind() == reflect.Slice:
		return "list of " + r.form(t.Elem())
	case t.Kind() == reflect.Array:
		return fmt.Sprintf("%d of %s", t.Len(), r.form(t.Elem()))
	case t.Kind() == reflect.Pointer:
		return r.form(t.Elem())
	case t.Kind() == reflect.Interface:
		return "kind"
	case t.Kind() == reflect.Struct && r.kindAt(t) != "":
		return r.kindAt(t)
	case t.Kind() == reflect.Struct:
		return "object"
	}
	return t.Kind().String()
}
