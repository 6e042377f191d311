package archtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every bijector and univariate stands in the file of its name, and its laws are tested: it is
// made in one of the tables over which the tests of bijector run.
func TestBijectors(t *testing.T) {
	methods, _ := declared(t)
	var tables string
	file := map[string]string{}
	for _, s := range sources(t) {
		if s.dir != "bijector" {
			continue
		}
		if strings.HasPrefix(s.path, "bijector/table_") {
			tables += s.text
		}
		for _, spec := range types(s) {
			file[spec.Name.Name] = s.path
		}
	}
	for name, has := range methods {
		dir, typ, _ := strings.Cut(name, " ")
		if dir != "bijector" || !slices.Contains(has, "Forward") || !slices.Contains(has, "Inverse") {
			continue
		}
		if want := "bijector/" + strings.ToLower(typ) + ".go"; file[typ] != want {
			t.Errorf("%s: got %s in %s, want it in %s", typ, typ, file[typ], want)
		}
		if !regexp.MustCompile(`\bbijector\.(New)?` + typ + `\b`).MatchString(tables) {
			t.Errorf("%s: no case of it in bijector/table_*_test.go, where its laws are tested", typ)
		}
	}
}
