package pytorch

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
)

// weights are the tensors of a Python model. Methods that find something wrong
// panic with a misfit, which becomes the error of Import.
type weights struct {
	tensors map[string]*safetensors.Tensor
	names   []string // sorted
	used    map[string]bool

	root      string // what all names of the model have before those of the library
	settings  Settings
	modules   map[string]Module // by path from the root
	paths     []string          // of the modules, sorted
	described bool              // by the file
	questions []string
	halves    []float64 // where columns of a base distribution that are uniform around 0 end; 0 for others
}

// A misfit is what is wrong with a file.
type misfit struct{ error }

func newWeights(f *safetensors.File) *weights {
	w := &weights{tensors: map[string]*safetensors.Tensor{}, used: map[string]bool{}}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		w.tensors[t.Name] = t
		w.names = append(w.names, t.Name)
	}
	slices.Sort(w.names)
	return w
}

func fail(format string, args ...any) { panic(misfit{fmt.Errorf(format, args...)}) }

// allUsed fails if a tensor was not used.
func (w *weights) allUsed() {
	for _, name := range w.names {
		if !w.used[name] {
			fail("tensor %q has no place in a model of the kinds that are known", name)
		}
	}
}

// has reports whether there are tensors whose names begin so.
func (w *weights) has(prefix string) bool {
	i, _ := slices.BinarySearch(w.names, prefix)
	return i < len(w.names) && strings.HasPrefix(w.names[i], prefix)
}

// holds reports whether there is a tensor of this name.
func (w *weights) holds(name string) bool { return w.tensors[name] != nil }

// count returns one more than the largest n of the names prefix + n + ".…".
func (w *weights) count(prefix string) int {
	count := 0
	for _, name := range w.names {
		if n, ok := number(name, prefix); ok {
			count = max(count, n+1)
		}
	}
	if count > 4*len(w.names) { // few modules have no tensors
		fail("got names up to %s%d with %d tensors", prefix, count-1, len(w.names))
	}
	return count
}

// layers returns the number of modules in a list: those with tensors, and those that are told.
func (w *weights) layers(prefix string) int {
	count := w.count(prefix)
	for _, path := range w.paths {
		if n, ok := number(w.root+path+".", prefix); ok {
			count = max(count, n+1)
		}
	}
	if count > 4*(len(w.names)+len(w.paths)) {
		fail("got names up to %s%d with %d tensors", prefix, count-1, len(w.names))
	}
	w.asked("whether there are further layers without tensors behind "+prefix+fmt.Sprint(count-1), fmt.Sprintf("Settings.Modules[%q] and so on", strings.TrimPrefix(prefix, w.root)+fmt.Sprint(count)))
	return count
}

// listed returns how many tensors there are in a list: prefix0, prefix1, ….
func (w *weights) listed(prefix string) (n int) {
	for w.holds(prefix + fmt.Sprint(n)) {
		n++
	}
	return n
}

// length returns the length of a vector, which may be 0.
func (w *weights) length(name string) int {
	if t := w.tensors[name]; t != nil && len(t.Shape) == 1 && t.Shape[0] == 0 {
		return 0
	}
	return w.shape(name, 1)[0]
}

// shape returns the shape of a tensor that has so many dimensions.
func (w *weights) shape(name string, dims int) []int {
	t := w.tensors[name]
	if t == nil {
		fail("tensor %q is missing", name)
	}
	if len(t.Shape) != dims || t.Len() == 0 {
		fail("tensor %q: got shape %v, want %d dimensions, none of them 0", name, t.Shape, dims)
	}
	return t.Shape
}

// floats returns the elements of a tensor that has the given shape.
func (w *weights) floats(name string, shape ...int) []float64 {
	if got := w.shape(name, len(shape)); !slices.Equal(got, shape) {
		fail("tensor %q: got shape %v, want %v", name, got, shape)
	}
	w.used[name] = true
	x := w.tensors[name].Floats()
	for i, v := range x {
		if math.IsNaN(v - v) {
			fail("tensor %q: got %v at %d, want finite numbers", name, v, i)
		}
	}
	return x
}

// indices returns a tensor of whole numbers from 0 to below−1.
func (w *weights) indices(name string, below int) []int {
	n := w.shape(name, 1)[0]
	x := make([]int, n)
	for i, v := range w.floats(name, n) {
		if !(v >= 0 && v < float64(below)) || v != math.Trunc(v) {
			fail("tensor %q: got %v, want whole numbers from 0 to %d", name, v, below-1)
		}
		x[i] = int(v)
	}
	return x
}

// permutation returns a tensor that holds each of 0 to n−1 once.
func (w *weights) permutation(name string, n int) []int {
	p := w.indices(name, n)
	if len(p) != n || slices.Contains(invert(p), -1) {
		fail("tensor %q: got %v, want each of 0 to %d once", name, p, n-1)
	}
	return p
}

// invert returns the inverse of a permutation, −1 where there is none.
func invert(p []int) []int {
	inverse := slices.Repeat([]int{-1}, len(p))
	for i, j := range p {
		inverse[j] = i
	}
	return inverse
}

// ignore marks a tensor that says nothing new.
func (w *weights) ignore(name string) { w.used[name] = true }

// restored returns b after its method Restore.
func restored[B plain.Restorer](b B) B {
	if err := b.Restore(); err != nil {
		fail("%w", err)
	}
	return b
}

// param makes a 1×n parameter of values.
func param(x []float64) *autodiff.Param { return autodiff.NewParam(1, len(x), slices.Clone(x)) }

// number returns the number that name has after prefix, as in prefix3.rest.
func number(name, prefix string) (n int, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	digits := 0
	for ; ok && digits < min(len(rest), 6) && rest[digits] >= '0' && rest[digits] <= '9'; digits++ {
		n = 10*n + int(rest[digits]-'0')
	}
	return n, digits > 0 && digits < len(rest) && rest[digits] == '.'
}
