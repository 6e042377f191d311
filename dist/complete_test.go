package dist_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// elsewhere are the distributions with tests of their own.
var elsewhere = map[string]bool{"MADE": true, "Columns": true, "Embedded": true, "Absolute": true, "LKJCholesky": true, "WishartCholesky": true}

// Every exported distribution stands in the table and has an example.
func TestTableIsComplete(t *testing.T) {
	types, examples := map[string]int{}, map[string]bool{}
	for name, f := range parse(t) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			switch {
			case !ok:
			case strings.HasSuffix(name, "_test.go"):
				if ex, ok := strings.CutPrefix(fn.Name.Name, "Example"); ok {
					ex, _, _ = strings.Cut(ex, "_")
					examples[ex] = true
				}
			case fn.Recv != nil && strings.Contains(" LogDensity Draw family values ", " "+fn.Name.Name+" "):
				if star, ok := fn.Recv.List[0].Type.(*ast.StarExpr); ok {
					types[star.X.(*ast.Ident).Name]++
				}
			}
		}
	}
	for name, methods := range types {
		if methods < 2 || !ast.IsExported(name) {
			continue
		}
		if table[name] == nil && !elsewhere[name] {
			t.Errorf("%s is not in the table", name)
		}
		if !examples[name] {
			t.Errorf("%s has no example", name)
		}
	}
	if len(types) < 50 {
		t.Errorf("found %d distributions", len(types))
	}
}

func parse(t *testing.T) map[string]*ast.File {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") {
			f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files[e.Name()] = f
		}
	}
	return files
}
