package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// top is what stands at the top of the repository, beside dot-folders.
var top = []string{
	"LICENSE", "README.md", "autodiff", "bijector", "dist", "examples", "flow", "go.mod", "go.sum", "internal", "testdata",
}

func TestTop(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range tracked(t) {
		first, _, _ := strings.Cut(name, "/")
		if !seen[first] && !strings.HasPrefix(first, ".") && !slices.Contains(top, first) {
			t.Errorf("%s stands at the top, where only %s have a place", first, strings.Join(top, ", "))
		}
		seen[first] = true
	}
}

// A file has one idea, and a function fits on a screen; what is generated may be longer.
const maxLines, maxFuncLines = 300, 60

func TestFilesAreShort(t *testing.T) {
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		text, set := read(t, name), token.NewFileSet()
		tree, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(tree) {
			return
		}
		if n := strings.Count(text, "\n"); n > maxLines {
			t.Errorf("%s has %d lines, want at most %d: one idea a file", name, n, maxLines)
		}
		for _, d := range tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > maxFuncLines {
					t.Errorf("%s: %s has %d lines, want at most %d", name, f.Name.Name, n, maxFuncLines)
				}
			}
		}
	})
}

var (
	unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	// folders of one machine; a path in a URL has something before it
	machinePath = regexp.MustCompile(`(^|[\s"'(=])(/(ho` + `me|ro` + `ot|tm` + `p|wo` + `rk|Us` + `ers|mn` + `t)/|[A-Z]:\\)`)
)

func TestText(t *testing.T) {
	for _, name := range tracked(t) {
		text := read(t, name)
		if strings.Contains(text, "\x00") {
			continue
		}
		if m := unfinished.FindString(text); m != "" && !strings.Contains(name, "testdata/") {
			t.Errorf("%s says %s: finish it, or file it", name, m)
		}
		if m := machinePath.FindString(text); m != "" {
			t.Errorf("%s holds a path of one machine: %q", name, m)
		}
	}
}

// Where a processor has no fused instruction package math takes ten times as long as package kernel.
func TestFusedByKernel(t *testing.T) {
	walk(t, func(name string) {
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "internal/kernel/") && strings.Contains(read(t, name), "math.FMA(") {
			t.Errorf("%s calls math.FMA, want kernel.FMA", name)
		}
	})
}
