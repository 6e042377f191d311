package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || name == ".":
			return err
		case e.IsDir() && (strings.HasPrefix(e.Name(), ".") || exists(path.Join(name, "go.mod"))):
			return fs.SkipDir
		case !e.IsDir() && !strings.HasPrefix(e.Name(), "."):
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func exists(name string) bool {
	_, err := os.Stat(filepath.Join(root, name))
	return err == nil
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
