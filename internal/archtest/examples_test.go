package archtest

import (
	"go/ast"
	"path"
	"strconv"
	"strings"
	"testing"
)

// Every exported type that is no interface is used by name, or made by its New
// function, in an example that is run.
func TestEveryTypeHasAnExample(t *testing.T) {
	used := map[string]bool{}
	all := sources(t)
	for _, s := range all {
		for _, f := range examples(s) {
			if name, _, _ := strings.Cut(strings.TrimPrefix(f.Name.Name, "Example"), "_"); name != "" {
				used[s.dir+" "+name] = true
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					used[s.dir+" "+strings.TrimPrefix(id.Name, "New")] = true
				}
				return true
			})
		}
	}
	for _, s := range all {
		if !s.public() {
			continue
		}
		for _, spec := range types(s) {
			_, isInterface := spec.Type.(*ast.InterfaceType)
			if !isInterface && !used[s.dir+" "+spec.Name.Name] {
				t.Errorf("%s: no example uses %s", s.path, spec.Name.Name)
			}
		}
	}
}

// Whoever copies an example of a public package can compile it.
func TestExamplesUseNothingInternal(t *testing.T) {
	for _, s := range sources(t) {
		if strings.Contains(s.path, "internal/") {
			continue
		}
		internal := map[string]bool{}
		for _, spec := range s.ast.Imports {
			if name, _ := strconv.Unquote(spec.Path.Value); strings.Contains(name, "/internal/") {
				internal[path.Base(name)] = true
			}
		}
		for _, f := range examples(s) {
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && internal[id.Name] {
					t.Errorf("%s: %s uses package %s, which its readers cannot", s.path, f.Name.Name, id.Name)
				}
				return true
			})
		}
	}
}

// examples returns the examples of a file that are run.
func examples(s source) (funcs []*ast.FuncDecl) {
	if !s.test() {
		return nil
	}
	for _, d := range s.ast.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Example") {
			continue
		}
		for _, c := range s.ast.Comments {
			if c.Pos() > f.Pos() && c.End() <= f.End() && strings.Contains(strings.ToLower(c.Text()), "output:") {
				funcs = append(funcs, f)
			}
		}
	}
	return funcs
}

// types returns the exported types that a file declares.
func types(s source) (specs []*ast.TypeSpec) {
	for _, d := range s.ast.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, spec := range g.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.IsExported() {
					specs = append(specs, ts)
				}
			}
		}
	}
	return specs
}
