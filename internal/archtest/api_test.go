package archtest

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/api.txt")

// testdata/api.txt lists every exported name with its type. A line that changes
// or goes breaks users and needs a note in the release; after a change of the API,
//
//	go test ./internal/archtest -run API -update
func TestAPI(t *testing.T) {
	TestElementwiseMethods(t) // first, as its methods are listed
	var lines []string
	for _, s := range sources(t) {
		if s.public() && s.ast.Name.Name != "main" {
			lines = append(lines, api(s)...)
		}
	}
	slices.Sort(lines)
	got := strings.Join(slices.Compact(lines), "\n") + "\n"
	name := filepath.Join(root, "testdata", "api.txt")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	old, now := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for _, l := range old {
		if _, found := slices.BinarySearch(now[:len(now)-1], l); !found && l != "" {
			t.Errorf("gone:  %s", l)
		}
	}
	for _, l := range now {
		if !slices.Contains(old, l) {
			t.Errorf("added: %s", l)
		}
	}
	if t.Failed() {
		t.Log("run go test ./internal/archtest -run API -update, and say in the commit what changed")
	}
}

// api returns a line for each exported name that a file declares.
func api(s source) (lines []string) {
	add := func(format string, args ...any) {
		lines = append(lines, s.dir+": "+strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
				add("%s", text(&ast.FuncDecl{Recv: d.Recv, Name: d.Name, Type: d.Type}))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						lines = append(lines, apiOfType(s.dir, spec)...)
					}
				case *ast.ValueSpec:
					for i, name := range spec.Names {
						if name.IsExported() {
							value := ""
							if d.Tok == token.CONST && i < len(spec.Values) {
								value = " = " + text(spec.Values[i])
							}
							add("%s %s %s%s", d.Tok, name.Name, text(spec.Type), value)
						}
					}
				}
			}
		}
	}
	return lines
}

// apiOfType returns a line for a type and one for each exported field or method.
func apiOfType(dir string, spec *ast.TypeSpec) []string {
	head := fmt.Sprintf("%s: type %s ", dir, spec.Name.Name)
	var sort string
	var fields *ast.FieldList
	switch x := spec.Type.(type) {
	case *ast.StructType:
		sort, fields = "struct", x.Fields
	case *ast.InterfaceType:
		sort, fields = "interface", x.Methods
	default:
		if spec.Assign.IsValid() {
			head += "= "
		}
		return []string{head + text(spec.Type)}
	}
	lines := []string{head + sort}
	for _, f := range fields.List {
		for _, name := range f.Names {
			if name.IsExported() {
				lines = append(lines, head+sort+", "+name.Name+" "+strings.TrimPrefix(text(f.Type), "func"))
			}
		}
		if len(f.Names) == 0 {
			lines = append(lines, head+sort+", "+text(f.Type))
		}
	}
	return lines
}

// text prints a part of a program on one line.
func text(node any) string {
	if e, ok := node.(ast.Expr); node == nil || ok && e == nil {
		return ""
	}
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), node); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
