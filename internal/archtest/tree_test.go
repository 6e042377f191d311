package archtest

import (
	"go/ast"
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

const maxLines = 400

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if n := strings.Count(s.text, "\n"); n > maxLines && !ast.IsGenerated(s.ast) {
			t.Errorf("%s has %d lines, want at most %d: one idea a file", s.path, n, maxLines)
		}
	}
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
