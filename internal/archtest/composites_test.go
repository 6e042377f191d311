package archtest

import (
	"go/ast"
	"regexp"
	"testing"
)

// What holds bijectors or distributions lets a walk through, so that initialisation, statistics and
// contexts reach what is inside.
func TestComposites(t *testing.T) {
	found := 0
	for dir, c := range map[string]struct{ does, part string }{
		"bijector": {"Forward", `\b(Bijector|Block)\b`},
		"dist":     {"LogDensity", `\bDistribution\b`},
	} {
		part, methods := regexp.MustCompile(c.part), map[string]map[string]bool{}
		var holders []string
		for _, s := range sources(t) {
			if s.dir != dir || s.test() {
				continue
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv != nil {
						r := receiver(n)
						if methods[r] == nil {
							methods[r] = map[string]bool{}
						}
						methods[r][n.Name.Name] = true
					}
				case *ast.TypeSpec:
					if _, ok := n.Type.(*ast.InterfaceType); !ok && part.MatchString(text(n.Type)) {
						holders = append(holders, n.Name.Name)
					}
				}
				return true
			})
		}
		for _, name := range holders {
			if !methods[name][c.does] {
				continue // not a bijector or distribution itself
			}
			found++
			if !methods[name]["Walk"] {
				t.Errorf("%s.%s holds others and has no method Walk", dir, name)
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d types that hold others: the search has lost its way", found)
	}
}
