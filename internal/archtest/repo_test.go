package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/normflow/normflow"
)

// A source is a Go file of the module; files of nested modules are not.
type source struct {
	path string // from the top of the repository, with slashes
	dir  string // the folder, "." for the top
	text string
	ast  *ast.File
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// public reports whether the file is part of a package that users import.
func (s source) public() bool {
	return !s.test() && !strings.HasPrefix(s.dir, "internal") && !strings.HasPrefix(s.dir, "examples")
}

var parsed []source

// sources returns the module's Go files, whatever system they are for.
func sources(t *testing.T) []source {
	t.Helper()
	if parsed == nil {
		parsed = parse(t)
	}
	return parsed
}

func parse(t *testing.T) (all []source) {
	t.Helper()
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		text := read(t, name)
		tree, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{name, path.Dir(name), text, tree})
	})
	if len(all) < 100 {
		t.Fatalf("found %d Go files: the walk has lost its way", len(all))
	}
	return all
}

// walk visits the module's files but for those of dot-folders and nested
// modules, and dot-files.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	all := tracked(t)
	nested := map[string]bool{}
	for _, name := range all {
		if path.Base(name) == "go.mod" && name != "go.mod" {
			nested[path.Dir(name)] = true
		}
	}
	for _, name := range all {
		if !strings.HasPrefix(name, ".") && !strings.Contains(name, "/.") && !within(nested, name) {
			visit(name)
		}
	}
}

// within reports whether a file is in one of the folders.
func within(folders map[string]bool, name string) bool {
	for name != "." {
		name = path.Dir(name)
		if folders[name] {
			return true
		}
	}
	return false
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
