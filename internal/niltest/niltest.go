// Package niltest helps tests of what functions say of arguments that are nil.
package niltest

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A Call is a function and arguments that it takes.
type Call struct {
	f    any
	args []any
}

// Of returns the call f(args…).
func Of(f any, args ...any) Call { return Call{f, args} }

// Run calls each function with one argument after the other replaced by nil, and, for an interface, by an interface
// that holds a nil pointer. The function must do without, or panic or return an error that begins with the names of package
// and function. Every exported function of the package in the working directory that takes a pointer, an interface
// or a function must be among them.
func Run(t *testing.T, pkg string, calls map[string]Call) {
	for _, name := range exported(t) {
		if _, ok := calls[name]; !ok {
			t.Errorf("%s: want a call of it among those with arguments that are nil", name)
		}
	}
	for name, c := range calls {
		f := reflect.ValueOf(c.f)
		for i, a := range c.args {
			in := argument(f.Type(), i)
			switch in.Kind() {
			case reflect.Interface, reflect.Pointer, reflect.Func:
			default:
				continue
			}
			check(t, pkg, name, i, f, c.args, reflect.Zero(in))
			if v := reflect.ValueOf(a); in.Kind() == reflect.Interface && v.Kind() == reflect.Pointer && in != reflect.TypeFor[context.Context]() && in != reflect.TypeFor[rand.Source]() {
				check(t, pkg, name, i, f, c.args, reflect.Zero(v.Type()))
			}
		}
	}
}

// argument returns the type of argument i of a function, which may be one of a list of any length.
func argument(f reflect.Type, i int) reflect.Type {
	if n := f.NumIn() - 1; f.IsVariadic() && i >= n {
		return f.In(n).Elem()
	}
	return f.In(i)
}

// check calls f with argument i replaced by nothing.
func check(t *testing.T, pkg, name string, i int, f reflect.Value, args []any, nothing reflect.Value) {
	t.Helper()
	prefix := pkg + ": " + name + ": "
	made := pkg + ": " + strings.TrimPrefix(name, "New") + ": " // what a constructor's Restore says
	if said := says(f, args, i, nothing); said != "" && !strings.HasPrefix(said, prefix) && !strings.HasPrefix(said, made) {
		t.Errorf("%s: argument %d is a nil %v: got %q, want words that begin with %q", name, i, nothing.Type(), said, prefix)
	}
}

// says returns the text of the panic or the error of a call, or nothing.
func says(f reflect.Value, args []any, i int, nothing reflect.Value) (text string) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case string:
			text = p
		case runtime.Error:
			text = "runtime error: " + p.Error()
		default:
			text = fmt.Sprint(p)
		}
	}()
	in := make([]reflect.Value, len(args))
	for k, a := range args {
		if in[k] = reflect.ValueOf(a); a == nil {
			in[k] = reflect.Zero(argument(f.Type(), k))
		}
	}
	in[i] = nothing
	for _, out := range f.Call(in) {
		if err, ok := out.Interface().(error); ok && out.Type() == reflect.TypeFor[error]() {
			return err.Error()
		}
	}
	return ""
}

// plain are types that are never nil.
var plain = []string{"Value", "Var", "Spec", "Data", "Layer", "Activation", "Source", "Color", "Arch", "ImageArch", "Section", "Window", "LogisticHead", "Detection"}

// exported returns the names of the exported functions of the package that take what may be nil.
func exported(t *testing.T) (names []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() && f.Type.TypeParams == nil && slices.ContainsFunc(f.Type.Params.List, mayBeNil) {
				names = append(names, f.Name.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func mayBeNil(f *ast.Field) bool {
	switch t := f.Type.(type) {
	case *ast.StarExpr, *ast.FuncType:
		return true
	case *ast.Ellipsis:
		return mayBeNil(&ast.Field{Type: t.Elt})
	case *ast.SelectorExpr:
		return !slices.Contains(plain, t.Sel.Name)
	case *ast.Ident:
		return t.IsExported() && !slices.Contains(plain, t.Name)
	}
	return false
}
