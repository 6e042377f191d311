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
//	a → b, c    a may import b and c, and what these may import
//
// Every package has a rule before it has code; those under examples share one. Files of
// tests may import anything.
const layers = `
	internal/kernel/peak →
	internal/rng → internal/kernel
	internal/strictjson →
	internal/memtest →
	internal/need →
	internal/niltest →
	internal/parallel →
	internal/walkers → internal/special
	internal/archtest →
	internal/kernel → internal/kernel/peak
	internal/special → internal/kernel
	internal/em → internal/special
	internal/safetensors → internal/strictjson
	internal/torchfile → internal/safetensors
	internal/plain → autodiff, internal/strictjson
	internal/train → autodiff/optim, internal/plain, internal/safetensors

	autodiff → internal/need, internal/rng, internal/special
	autodiff/gradtest → autodiff
	autodiff/optim → autodiff
	autodiff/nn → autodiff
	autodiff/nn/masked → autodiff/nn
	bijector → autodiff/nn, autodiff/nn/masked, internal/em
	bijector/bijectortest → bijector, autodiff/gradtest
	dist → autodiff/nn, autodiff/nn/masked, internal/em, internal/need
	dist/disttest → dist, autodiff/gradtest

	flow/calibration → dist, bijector, autodiff/optim
	flow/plot → flow/calibration
	flow → flow/calibration, internal/train, internal/plain, internal/parallel, internal/walkers
	flow/flowtest → flow, internal/memtest
	flow/progress → flow
	flow/anomaly → flow
	flow/mc → flow
	flow/sbi → flow/mc
	flow/table → flow/anomaly, flow/mc
	flow/pytorch → flow, internal/torchfile
	flow/onnx → flow

	internal/importcheck → flow/pytorch
	internal/sbibm → flow/sbi, flow/plot
	examples/* → flow/progress, flow/plot, flow/table, flow/sbi, flow/pytorch, flow/onnx
`

// outside says who may import what from other modules; a star is any package, or any in a folder.
const outside = `
	gonum.org/v1/gonum: *
	golang.org/x/sys/cpu: internal/kernel
	golang.org/x/exp/rand: internal/rng
	gonum.org/v1/plot: flow/plot, examples/*
	github.com/schollz/progressbar/v3: flow/progress
	golang.org/x/term: flow/progress
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

// Every package has a rule, and nothing goes round in circles.
func TestLayers(t *testing.T) {
	allowed := parseLayers(t, layers)
	for _, s := range sources(t) {
		if _, ok := allowed[rule(s.dir)]; !ok {
			t.Errorf("%s: layers do not say what %s may import", s.path, s.dir)
		}
	}
	for who := range allowed {
		if who != "examples/*" && allowed.may(who, who) {
			t.Errorf("%s may import itself", who)
		}
	}
}

// The policy can fail: these must not be allowed.
func TestImportsRefused(t *testing.T) {
	allowed := parseLayers(t, layers)
	for _, c := range [][2]string{
		{"bijector", "dist"}, {"dist", "bijector"}, {"autodiff", "autodiff/nn"}, {"autodiff", "bijector"}, {"bijector", "flow"},
		{"bijector", "autodiff/gradtest"}, {"internal/kernel", "autodiff"}, {"bijector", "bijector/bijectortest"},
		{"internal/special", "dist"}, {"flow", "flow/progress"}, {"flow", "examples/banana"}, {"flow/plot", "examples/banana"},
		{"flow/calibration", "flow"}, {"flow/plot", "flow"}, {"flow", "flow/plot"}, {"flow/mc", "flow/sbi"}, {"flow/anomaly", "flow/table"},
		{"internal/train", "flow"}, {"autodiff/nn", "autodiff/nn/masked"}, {"flow", "internal/memtest"}, {"examples/banana", "examples/moons"},
	} {
		if allowed.may(c[0], c[1]) {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{{"flow", "golang.org/x/exp/rand"}, {"flow", "C"}, {"autodiff", "gonum.org/v1/gonumx"}, {"flow", "github.com/schollz/progressbar/v3"},
		{"flow/calibration", "gonum.org/v1/plot"}, {"flow", "gonum.org/v1/plot/vg"}} {
		if mayImportOutside(c[0], c[1]) {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
}

// A graph maps a package to all that it may import.
type graph map[string][]string

func parseLayers(t *testing.T, text string) graph {
	direct := graph{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		who, what, ok := strings.Cut(strings.TrimSpace(line), " →")
		if _, twice := direct[who]; !ok || twice {
			t.Fatalf("got rule %q, want one a → b for each a", line)
		}
		direct[who] = list(what)
	}
	g := graph{}
	for who := range direct {
		g[who] = direct.reach(nil, who)
	}
	return g
}

// reach appends to seen what is reached from who.
func (g graph) reach(seen []string, who string) []string {
	for _, what := range g[who] {
		if !slices.Contains(seen, what) {
			seen = g.reach(append(seen, what), what)
		}
	}
	return seen
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}

// rule returns the name under which a package stands in the graph.
func rule(dir string) string {
	if path.Dir(dir) == "examples" {
		return "examples/*"
	}
	return dir
}

func (g graph) may(who, what string) bool { return slices.Contains(g[rule(who)], what) }

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
