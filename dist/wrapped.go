package dist

import (
	"fmt"
	"sync"
)

// Families made of others by one of the wrappers of this package.

// A wrapping makes families of others, each once.
type wrapping struct {
	of   func(f *family) *family
	made sync.Map // *family → *family
}

// family returns that made of u's.
func (w *wrapping) family(u Univariate) *family {
	f := u.family()
	g, ok := w.made.Load(f)
	if !ok {
		g, _ = w.made.LoadOrStore(f, w.of(f))
	}
	return g.(*family)
}

// checkFew returns an error if the family has too many parameters for two bounds beside them.
func checkFew(what string, f *family) error {
	if len(f.params) > maxParams-2 {
		return fmt.Errorf("dist: %s: got a distribution with too many parameters: %s", what, f.name)
	}
	return nil
}

// checkWrapped returns an error unless u is a distribution that a wrapper can take.
func checkWrapped(what string, u Univariate, integers bool) error {
	if u == nil {
		return fmt.Errorf("dist: %s: got no distribution, want one", what)
	}
	f := u.family()
	if f.integer && !integers {
		return fmt.Errorf("dist: %s: got %s, want a distribution with a density", what, f.name)
	}
	return checkFew(what, f)
}
