package archtest

import (
	"fmt"
	"go/ast"
	"go/doc"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The README.md files of bijector and dist list every one of them with the first sentence of
// its documentation, between two comments. After a change,
//
//	go test ./internal/archtest -run README -update
func TestREADME(t *testing.T) {
	for _, dir := range []string{"bijector", "dist"} {
		name := filepath.Join(root, dir, "README.md")
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		begin, end := "<!-- "+dir+" -->\n", "<!-- end of "+dir+" -->"
		before, rest, ok := strings.Cut(string(raw), begin)
		_, after, ended := strings.Cut(rest, end)
		if !ok || !ended {
			t.Fatalf("%s: got no part between %q and %q", name, begin, end)
		}
		text := before + begin + catalogue(t, dir) + end + after
		if *update {
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if text != string(raw) {
			t.Errorf("%s/README.md: the list is stale: run go test ./internal/archtest -run README -update", dir)
		}
	}
}

// The README is short, and its first program is one that is built and run: examples/first.
func TestREADMECompiles(t *testing.T) {
	text := read(t, "README.md")
	if n := strings.Count(text, "\n"); n > 150 {
		t.Errorf("README.md has %d lines, want at most 150", n)
	}
	_, code, _ := strings.Cut(text, "```go\n")
	code, _, _ = strings.Cut(code, "```")
	_, program, _ := strings.Cut(read(t, "examples/first/main.go"), "package main\n")
	if code != "package main\n"+program {
		t.Error("README.md: the first program is not that of examples/first/main.go, which is built and run")
	}
}

var docLink = regexp.MustCompile(`(^|[ (])\[([A-Za-z0-9.]+)\]`)

// catalogue returns the rows of a table of the package's types that are maps or
// densities: those with documentation and a method that says so.
func catalogue(t *testing.T, dir string) string {
	methods := map[string]bool{}
	docs := map[string]string{}
	for _, s := range sources(t) {
		if s.dir != dir || s.test() {
			continue
		}
		for _, d := range s.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && slices.Contains([]string{"Forward", "LogDensity", "family"}, d.Name.Name) {
					methods[typeOf(d)] = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.IsExported() {
						if _, isInterface := ts.Type.(*ast.InterfaceType); !isInterface {
							docs[ts.Name.Name] = d.Doc.Text() + ts.Doc.Text()
						}
					}
				}
			}
		}
	}
	var rows []string
	for name, text := range docs {
		if methods[name] {
			synopsis := new(doc.Package).Synopsis(text)
			if !strings.HasSuffix(synopsis, ".") && !strings.HasSuffix(synopsis, ":") {
				t.Errorf("%s: %s: got the first sentence %q, want one that ends before a formula", dir, name, synopsis)
			}
			synopsis = docLink.ReplaceAllString(synopsis, "$1$2")
			synopsis = strings.ReplaceAll(strings.TrimSuffix(synopsis, ":"), "|", "∣")
			rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", name, strings.TrimSuffix(synopsis, ".")))
		}
	}
	slices.Sort(rows)
	return "| " + dir + " | |\n|---|---|\n" + strings.Join(rows, "")
}

// typeOf returns the name of a method's type.
func typeOf(d *ast.FuncDecl) string {
	e := d.Recv.List[0].Type
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}
