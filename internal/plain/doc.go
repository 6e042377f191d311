// Package plain turns models, which are plain data, into text and parameters
// and back, by reflection over their exported fields.
//
// The text is JSON. A struct is an object of its exported fields, zero ones left out, by keys that are their
// names when they were first written, and outlive these in Go by a tag `file:"key,former key"`:
//
//	bool, int, float64, string   as JSON has them; "inf", "-inf", "nan"
//	slice, array                 an array
//	pointer to a struct          the struct, or null
//	interface                    an object whose first key is "kind"; other kinds than structs stand under "value"
//	*autodiff.Param              its name, or {"frozen": name}
//
// The name of a parameter is the path of keys and indices at which it is met
// first; a parameter that is shared is named the same everywhere. Kinds are
// registered by name in a [Registry]: no Go path or type name is in the text.
//
// Unexported fields are not kept: a type with such fields has a method
// Restore() error, which sets them, and which every type may have to check its
// fields. It is called once the fields of a value are set, inner values first.
package plain

import (
	"fmt"
	"reflect"

	"github.com/normflow/normflow/autodiff"
)

// A Restorer sets its unexported fields from the exported ones, or says what is wrong
// with them.
type Restorer interface{ Restore() error }

// A Named is a parameter and its name.
type Named struct {
	Name  string
	Param *autodiff.Param
}

// A NamedList is a list of float64 that is not in the text, and its name there.
type NamedList struct {
	Name string
	List []float64
}

var (
	paramType    = reflect.TypeFor[*autodiff.Param]()
	valueType    = reflect.TypeFor[autodiff.Value]()
	varType      = reflect.TypeFor[autodiff.Var]()
	restorerType = reflect.TypeFor[Restorer]()
	floatsType   = reflect.TypeFor[[]float64]()
)

// A locatedError is an error and where in the model it is.
type locatedError struct {
	path string
	err  error
}

func (p *locatedError) Error() string { return p.path + ": " + p.err.Error() }
func (p *locatedError) Unwrap() error { return p.err }

// At says that err happened at a field, or at an index.
func At(step any, err error) error {
	if err == nil {
		return nil
	}
	if p, ok := err.(*locatedError); ok {
		p.path = fmt.Sprint(step) + "." + p.path
		return p
	}
	return &locatedError{fmt.Sprint(step), err}
}
