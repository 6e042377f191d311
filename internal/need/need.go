// Package need checks that callers gave what there is no default for.
package need

import "reflect"

// One panics, on behalf of what, unless v is there: it is neither nil nor an interface that holds a nil pointer,
// function or map.
func One(what, name string, v any) {
	if Missing(v) {
		panic(what + ": got no " + name + ", want one")
	}
}

// Missing reports whether v is nil, or an interface that holds a nil pointer, function or map.
func Missing(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map:
		return r.IsNil()
	}
	return false
}
