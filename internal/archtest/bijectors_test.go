package archtest

import (
	"slices"
	"strings"
	"testing"
)

// Every bijector and univariate stands in the file of its name.
func TestBijectorFiles(t *testing.T) {
	methods, _ := declared(t)
	for _, s := range sources(t) {
		for _, spec := range types(s) {
			has := methods[s.dir+" "+spec.Name.Name]
			if s.dir != "bijector" || !slices.Contains(has, "Forward") || !slices.Contains(has, "Inverse") {
				continue
			}
			if want := "bijector/" + strings.ToLower(spec.Name.Name) + ".go"; s.path != want {
				t.Errorf("%s: got %s there, want it in %s", s.path, spec.Name.Name, want)
			}
		}
	}
}
