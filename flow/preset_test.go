package flow_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow"
)

func ExamplePresets() {
	for _, p := range flow.Presets()[:3] {
		fmt.Println(p.Name, p.New(flow.Arch{Dim: 2}, rand.NewPCG(1, 0)).Dim())
	}
	// Output:
	// NICE 2
	// RealNVP 2
	// NSF 2
}

func ExamplePreset() {
	p := flow.Preset{Name: "two splines", New: flow.NSF}
	fmt.Println(p.Name, len(p.New(flow.Arch{Dim: 2, Layers: 2}, rand.NewPCG(1, 0)).Map))
	// Output: two splines 4
}

// Every function from an Arch to a flow is among the presets.
func TestPresetsAreComplete(t *testing.T) {
	listed := map[string]bool{}
	for _, p := range flow.Presets() {
		listed[p.Name] = true
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || len(f.Type.Params.List) == 0 {
				continue
			}
			if first, ok := f.Type.Params.List[0].Type.(*ast.Ident); ok && first.Name == "Arch" {
				found++
				if !listed[f.Name.Name] {
					t.Errorf("%s is not in Presets", f.Name.Name)
				}
			}
		}
	}
	if found != len(listed) {
		t.Errorf("got %d presets, want the %d functions of an Arch", len(listed), found)
	}
}
