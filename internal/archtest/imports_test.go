package archtest

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers says which of our packages import which:
//
//	a, b < c    c may import a and b, and what these may import
//
// A star stands for any name. Files of tests may import anything.
const layers = `
	internal/kernel/peak < internal/kernel
	internal/kernel, internal/rng, internal/strictjson < internal/*
	internal/kernel, internal/rng, internal/* < autodiff
	autodiff < autodiff/gradtest, autodiff/nn, autodiff/optim, dist
	autodiff/nn < bijector, dist
	autodiff/gradtest, bijector < bijector/bijectortest
	autodiff/gradtest, dist < dist/disttest
	autodiff < internal/plain
	internal/plain, autodiff/optim, bijector, dist < flow
	flow < flow/*
	flow, flow/* < internal/importcheck
	flow, flow/*, examples/internal/* < examples/*
`

// outside says who may import what from other modules.
const outside = `
	gonum.org/v1/gonum: *
	golang.org/x/sys/cpu: internal/kernel
	golang.org/x/exp/rand: internal/rng
	gonum.org/v1/plot: examples/*, examples/internal/*
	github.com/schollz/progressbar/v3: flow/progress
	golang.org/x/term: flow/progress
	codeberg.org/sbinet/npyio: examples/*
`

// tests names what only tests, and packages for tests, may import.
var tests = []string{"testing", "testing/fstest", "testing/iotest", "testing/quick", "net/http/httptest"}

func TestImports(t *testing.T) {
	allowed := parseLayers(t, layers)
	for _, s := range sources(t) {
		for _, spec := range s.ast.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			ours, isOurs := strings.CutPrefix(name, module+"/")
			switch {
			case slices.Contains(tests, name):
				if !s.test() && !strings.HasSuffix(s.dir, "test") {
					t.Errorf("%s imports %s: only tests and packages for tests do", s.path, name)
				}
			case isOurs:
				if !s.test() && !allowed.may(s.dir, ours) {
					t.Errorf("%s imports %s: the layers do not allow it", s.path, ours)
				}
			case name == "C" || strings.Contains(strings.Split(name, "/")[0], "."):
				if !mayImportOutside(s.dir, name) {
					t.Errorf("%s imports %s: the list of other modules does not allow it", s.path, name)
				}
			}
		}
	}
}

// The policy can fail: these must not be allowed.
func TestImportsRefused(t *testing.T) {
	allowed := parseLayers(t, layers)
	for _, c := range [][2]string{
		{"bijector", "dist"}, {"dist", "bijector"}, {"autodiff", "autodiff/nn"}, {"autodiff", "bijector"}, {"bijector", "flow"},
		{"bijector", "autodiff/gradtest"}, {"internal/kernel", "autodiff"}, {"bijector", "bijector/bijectortest"},
		{"internal/special", "dist"}, {"flow", "flow/progress"}, {"flow", "examples/banana"},
	} {
		if allowed.may(c[0], c[1]) {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{{"flow", "golang.org/x/exp/rand"}, {"flow", "C"}, {"autodiff", "gonum.org/v1/gonumx"}, {"flow", "github.com/schollz/progressbar/v3"}} {
		if mayImportOutside(c[0], c[1]) {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
}

// A graph maps a package, or pattern, to the patterns that it may import.
type graph map[string][]string

func parseLayers(t *testing.T, text string) graph {
	g := graph{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		left, right, ok := strings.Cut(line, "<")
		if !ok {
			t.Fatalf("got rule %q, want a < b", line)
		}
		for _, who := range list(right) {
			for _, what := range list(left) {
				g[who] = append(g[who], what)
				g[who] = append(g[who], g[what]...)
			}
		}
	}
	return g
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}

// rule returns the name under which a package stands in the graph.
func (g graph) rule(dir string) string {
	if _, ok := g[dir]; ok {
		return dir
	}
	return path.Dir(dir) + "/*"
}

func (g graph) may(who, what string) bool {
	return slices.ContainsFunc(g[g.rule(who)], func(pattern string) bool {
		// a package with rules of its own is not meant by a star
		return pattern == what || pattern == g.rule(what) && g.rule(what) != what
	})
}

func mayImportOutside(who, what string) bool {
	for line := range strings.Lines(outside) {
		name, by, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if name == "" || what != name && !strings.HasPrefix(what, name+"/") {
			continue
		}
		return slices.ContainsFunc(list(by), func(pattern string) bool {
			return pattern == "*" || pattern == who || pattern == path.Dir(who)+"/*"
		})
	}
	return false
}

// The modules that go.mod requires itself are those in the list.
func TestRequirements(t *testing.T) {
	for line := range strings.Lines(read(t, "go.mod")) {
		f := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(f) < 2 || !strings.Contains(f[0], ".") || strings.Contains(line, "// indirect") || strings.HasPrefix(line, "module") {
			continue
		}
		if !strings.Contains(outside, "\t"+f[0]+":") && !strings.Contains(outside, "\t"+f[0]+"/") {
			t.Errorf("go.mod requires %s, which nobody may import", f[0])
		}
	}
}
