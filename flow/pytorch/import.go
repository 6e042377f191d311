package pytorch

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/safetensors"
	"github.com/normflow/normflow/internal/torchfile"
)

// Import reads a model that was trained with one of the Python libraries zuko, nflows (also as sbi
// builds them) and normflows: the file that [Describer] writes, or a state dictionary as a safetensors file,
//
//	from safetensors.torch import save_file
//	state = {k: v.contiguous() for k, v in model.state_dict().items()}
//	save_file(state, "model.safetensors")
//
// preferably after model.double(), or as torch.save(model.state_dict(), …) writes it. Nothing is guessed: what the names and shapes of the tensors
// leave open is read from the description or from the settings s, and an error lists what nothing
// tells, with the setting that does. A model with a description is checked by the rows in it: their
// log-densities are the library's to 1e-8, relative, or 1e-4 if it computed in float32, 1e-3 of continuous flows.
//
// What is imported stands in the table of the README beside this package. An error names the tensor
// that is missing, has another shape than the others imply, or has no place in the model, or the
// class of the module that is not supported.
func Import(r io.Reader, s *Settings) (*flow.Transformed, error) {
	need.One("pytorch: Import", "reader", r)
	if s == nil {
		s = &Settings{}
	}
	m, err := importModel(r, *s)
	if err != nil {
		return nil, fmt.Errorf("pytorch: Import: %w", err)
	}
	return m, nil
}

func importModel(r io.Reader, s Settings) (m *flow.Transformed, err error) {
	f, err := readTensors(r)
	if err != nil {
		return nil, err
	}
	if f.Metadata["normflow"] != "" {
		return nil, errors.New("got a model of this library: flow.Load reads it")
	}
	if strings.HasPrefix(f.Metadata["format"], "normflow checkpoint") {
		return nil, errors.New("got the checkpoint of a training of this library: flow.Fit goes on from it by Settings.Checkpoint")
	}
	if len(f.Tensors) == 0 {
		return nil, errors.New("got a file without tensors")
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case misfit:
			m, err = nil, r.error
		case string: // a constructor's panic about invalid parameters
			m, err = nil, errors.New(r)
		default:
			panic(r)
		}
	}()
	w := newWeights(f)
	w.settings = s
	description := w.describe(f.Metadata[metadataKey])
	w.locate()
	m = w.model()
	w.allUsed()
	w.open()
	if err := m.Restore(); err != nil {
		return nil, err
	}
	m.Params() // panics if a constant is infinite
	return m, description.check(m)
}

// readTensors reads a safetensors file, or one that torch.save wrote.
func readTensors(r io.Reader) (*safetensors.File, error) {
	head, whole, err := safetensors.Peek(r, 4)
	if err != nil {
		return nil, err
	}
	if !torchfile.Is(head) {
		return safetensors.Read(whole)
	}
	data, err := io.ReadAll(whole)
	if err != nil {
		return nil, err
	}
	return torchfile.Read(data)
}

// locate finds what the names of the model have before those of its library.
func (w *weights) locate() {
	for _, name := range w.names {
		for at := 0; ; {
			if prefix := name[:at]; w.origin(prefix) != "" {
				w.root = prefix
				w.rekey()
				return
			}
			i := strings.IndexByte(name[at:], '.')
			if i < 0 {
				break
			}
			at += i + 1
		}
	}
	for _, name := range w.names {
		if strings.Contains(name, "_unconstrained_diagonal_layer.") {
			fail("tensor %q: a mixture density network of sbi is not supported: it adds 1e-4 to the precision but not to its determinant, so what its log_prob returns is no density", name)
		}
	}
	fail("got tensors such as %q, want those of a flow of zuko, nflows, normflows or sbi", w.names[0])
}

// rekey makes paths of modules begin at the root.
func (w *weights) rekey() {
	modules := map[string]Module{}
	w.paths = nil
	for path, m := range w.modules {
		if inner, ok := strings.CutPrefix(path+".", w.root); ok {
			path = strings.TrimSuffix(inner, ".")
		} else if path == "" && w.root != "" && !strings.HasPrefix(m.Class, "build_") { // sbi's builders say what is inside
			continue
		}
		modules[path] = m
		w.paths = append(w.paths, path)
	}
	slices.Sort(w.paths)
	w.modules = modules
}

// origin returns the library whose names the tensors have behind a prefix.
func (w *weights) origin(p string) string {
	switch {
	case w.has(p+"flows.0.0.") && w.has(p+"q0.0."):
		return "multiscale"
	case w.has(p + "flows."):
		return "normflows"
	case w.has(p+"base.") && (w.has(p+"transform.") || w.has(p+"transforms.")):
		return "zuko"
	case w.holds(p+"phi.0") && w.holds(p+"phi.1") && w.holds(p+"phi.2"):
		return "zuko" // a mixture
	case w.has(p+"_transform.") || w.has(p+"_transforms.") || w.has(p+"transform_net.") || w.has(p+"autoregressive_net.") || w.holds(p+"unconstrained_upper_diag") || w.has(p+"_distribution._made."):
		return "nflows"
	}
	return ""
}

// model reads the model, whatever library made it.
func (w *weights) model() *flow.Transformed {
	var base dist.Distribution
	var chain bijector.Chain
	switch w.origin(w.root) {
	case "zuko":
		base, chain = w.zuko()
	case "multiscale":
		base, chain = w.multiscale()
	case "normflows":
		base, chain = w.normflows()
	default:
		base, chain = w.nflows()
	}
	base, chain = w.embedded(base, chain)
	return &flow.Transformed{Base: base, Map: chain}
}

// layout says how a library orders the parameters of a univariate map, and how
// they become ours: parameter k of column j of n is peer[at(j, k, n)]·scale(k) + shift(k).
type layout struct {
	m      bijector.Univariate // from base to data; nil for parameters of a distribution
	k      int                 // how many, where m is nil
	at     func(j, k, n int) int
	adjust func(k int) (scale, shift float64) // nil for none
	unit   bool                               // the map is one of [0, 1] moved to [−½, ½]
	of     int                                // how many outputs the network has, if at picks some of them
}

// params returns the number of parameters of a column.
func (l layout) params() int {
	if l.m == nil {
		return l.k
	}
	return l.m.Params()
}

// each returns the map of a column.
func (l layout) each(int) bijector.Univariate { return l.m }

func byColumn(params int) func(j, k, n int) int {
	return func(j, k, _ int) int { return j*params + k }
}

// swapped is the order scale, shift.
func swapped(j, k, _ int) int { return 2*j + 1 - k }

// blocks is the order of all shifts, then all scales.
func blocks(j, k, n int) int { return k*n + j }

// toBase is the layout of a map that goes from data to base.
func toBase(m bijector.Univariate, at func(j, k, n int) int) layout {
	if turned, ok := m.(bijector.Inverted); ok {
		return layout{m: turned.Map, at: at}
	}
	return layout{m: bijector.Inverted{Map: m}, at: at}
}

// bins returns the number of bins of a spline with so many parameters.
func bins(params int) (k int, ok bool) { return (params + 1) / 3, params >= 5 && (params+1)%3 == 0 }
