package flow

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
)

// A Section says how model files keep values of one type beside the model: what a package knows of a
// model and needs again when it is loaded, such as the columns of a table, the scores of a detector,
// the report of a training.
//
// [Load] reads the sections that the program has registered. Of one that it has not, or of a later
// version than its own, it says which import registers it, if the section is required; else it is kept
// as it is, and written back by [Transformed.Save].
type Section struct {
	Name string // in files, such as "table.schema": lower-case letters, digits, '.', '_' and '-'
	// Version is that of what a section holds: 1, and one more at a change that programs with the version
	// before would misread. Earlier versions are read by the keys they have, see [Register].
	Version int
	// Required says that a file must not be read without the section: what it has makes the model mean something
	// else. The section of a report is not, that of the columns' units is.
	Required bool
	// Type is a nil pointer to the struct that holds what the section has: plain data, as [Register]
	// describes it. Its lists of float64 are tensors in the file, so they may be long.
	Type any
}

// sections are those that are registered: their types by name, and all by the name.
var (
	sectionTypes plain.Registry
	sections     sync.Map // of Section, by name
)

// RegisterSection makes a section known, usually in an init function of the package that has its type.
//
// It panics if the name or the type is known already, or the type is no pointer to a
// struct of plain data. It is safe for concurrent use.
func RegisterSection(s Section) {
	if t := reflect.TypeOf(s.Type); s.Version < 1 || t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("flow: RegisterSection: got version %d and type %T, want at least 1 and a pointer to a struct", s.Version, s.Type))
	}
	if err := sectionTypes.Add(s.Name, s.Type); err != nil {
		panic("flow: RegisterSection: " + err.Error())
	}
	sections.Store(s.Name, s)
}

// source is the package that registers the section.
func (s Section) source() string { return reflect.TypeOf(s.Type).Elem().PkgPath() }

// An attached is a section of a model: a value, or what a file holds of one that is not known.
type attached struct {
	name    string
	value   any
	text    string
	tensors []safetensors.Tensor
}

// Attach adds value to the model as a section of its file, in place of one of the same type. The value
// is kept, not copied. It belongs to this model, not to those that it is a part of. Models made of m by
// Given and the like before do not have it. It must not be called while others use m.
//
// It panics if the type of value is not that of a registered [Section], or value is nil.
func (m *Transformed) Attach(value any) {
	name, err := sectionTypes.Kind(value)
	if v := reflect.ValueOf(value); err != nil || v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("flow: Attach: got a %T (nil: %t), want a pointer of a type that RegisterSection was called with", value, err == nil))
	}
	m.attach(attached{name: name, value: value})
}

func (m *Transformed) attach(a attached) {
	list := slices.DeleteFunc(slices.Clone(m.sections), func(b attached) bool { return b.name == a.name })
	i, _ := slices.BinarySearchFunc(list, a.name, func(b attached, name string) int { return strings.Compare(b.name, name) })
	m.sections = slices.Insert(list, i, a)
}

// Section sets what target points to, a variable of the type of a [Section], to the value of
// that type that was attached to the model or loaded with it, and reports whether there is one:
//
//	var schema *table.Schema
//	if model.Section(&schema) { … }
//
// It panics if target is no pointer to such a variable.
func (m *Transformed) Section(target any) bool {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Pointer {
		panic(fmt.Sprintf("flow: Section: got a %T, want a pointer to a variable of a section's type", target))
	}
	name, err := sectionTypes.Kind(reflect.New(v.Elem().Type().Elem()).Interface())
	if err != nil {
		panic("flow: Section: " + err.Error() + ": want RegisterSection to have been called with it")
	}
	for _, a := range m.sections {
		if a.name == name && a.value != nil {
			v.Elem().Set(reflect.ValueOf(a.value))
			return true
		}
	}
	return false
}
