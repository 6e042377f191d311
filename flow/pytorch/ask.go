package pytorch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff/nn"
)

// ask notes that the file leaves something open, and which setting answers it. Reading goes on as if
// the library's default was meant, so that one error has all questions.
func (w *weights) ask(what, setting string) {
	if q := what + ": " + setting; !slices.Contains(w.questions, q) {
		w.questions = append(w.questions, q)
	}
}

// asked reports whether the default may be taken, and notes the question if not.
func (w *weights) asked(what, setting string) {
	if !w.settings.Defaults && !w.described {
		w.ask(what, setting)
	}
}

// open fails if there are open questions.
func (w *weights) open() {
	if len(w.questions) == 0 {
		return
	}
	fail("the tensors leave open, and no setting says:\n\t%s\nSettings.Defaults says that all of it is the library's default; or describe the model in Python by the file that pytorch.Describer holds, and import what that writes",
		strings.Join(w.questions, "\n\t"))
}

// path returns the path of a module from the root, of the prefix of its tensors.
func (w *weights) path(prefix string) string {
	return strings.TrimSuffix(strings.TrimPrefix(prefix, w.root), ".")
}

// module returns what is known of the module at a path, which may end in a dot.
func (w *weights) module(path string) (Module, bool) {
	m, ok := w.modules[w.path(path)]
	return m, ok
}

// class returns the name of a module's class, empty if it is not known.
func (w *weights) class(path string) string {
	m, _ := w.module(path)
	return m.Class
}

// attribute returns what the module at the path, or the nearest around it that has the attribute, says.
func (w *weights) attribute(path string, keys ...string) (value any, ok bool) {
	path = w.path(path)
	for {
		for _, key := range keys {
			if value, ok = w.modules[path].Attributes[key]; ok {
				return value, true
			}
		}
		if path == "" {
			return nil, false
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
}

// float returns a numeric attribute, def by default.
func (w *weights) float(path, key string, def float64) float64 {
	value, ok := w.attribute(path, key)
	if !ok {
		return def
	}
	return w.toFloat(path, key, value)
}

func (w *weights) toFloat(path, key string, value any) float64 {
	switch v := value.(type) {
	case float64:
		return v
	case int:
		return float64(v)
	}
	fail("module %q of class %q: got %v as %s, want a number: others are not supported", path, w.class(path), value, key)
	return 0
}

// must fails unless an attribute, where it is known, has the supported value.
func (w *weights) must(path, key string, want float64) {
	if got := w.float(path, key, want); got != want {
		fail("module %q of class %q: got %s = %v, want %v: others are not supported", path, w.class(path), key, got, want)
	}
}

// text returns an attribute that is a string, def by default, having asked for it.
func (w *weights) text(path, def, what string, keys ...string) string {
	value, ok := w.attribute(path, keys...)
	if !ok {
		w.asked(fmt.Sprintf("%s of %q", what, path), fmt.Sprintf("Settings.Modules[%q].Attributes[%q], such as %q", w.path(path), keys[0], def))
		return def
	}
	if s, ok := value.(string); ok {
		return s
	}
	if value == nil {
		return ""
	}
	fail("module %q of class %q: got %v as %s, want a name: others are not supported", path, w.class(path), value, keys[0])
	return ""
}

// activations are the names of functions and classes of PyTorch.
var activations = map[string]nn.Activation{
	"relu": nn.ReLU, "tanh": nn.Tanh, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "silu": nn.SiLU, "gelu": nn.GELU, "softplus": nn.Softplus, "sigmoid": nn.Sigmoid,
	"ReLU": nn.ReLU, "Tanh": nn.Tanh, "LeakyReLU": nn.LeakyReLU, "ELU": nn.ELU, "SiLU": nn.SiLU, "GELU": nn.GELU, "Softplus": nn.Softplus, "Sigmoid": nn.Sigmoid,
	"Identity": nn.Linear,
}

// activationClass returns the activation that a module is.
func (w *weights) activationClass(path string) (a nn.Activation, ok bool) {
	m, _ := w.module(path)
	if a, ok = activations[m.Class]; !ok {
		return "", false
	}
	switch a {
	case nn.LeakyReLU:
		if w.floatOf(m, "negative_slope", 0.01) == 0 {
			return nn.ReLU, true
		}
		w.mustBe(path, m, "negative_slope", 0.01)
	case nn.ELU:
		w.mustBe(path, m, "alpha", 1)
	case nn.Softplus:
		w.mustBe(path, m, "beta", 1)
	case nn.GELU:
		if v, ok := m.Attributes["approximate"]; ok && v != "none" {
			fail("module %q of class %q: got approximate = %v, want none: others are not supported", path, m.Class, v)
		}
	}
	return a, true
}

func (w *weights) floatOf(m Module, key string, def float64) float64 {
	if v, ok := m.Attributes[key]; ok {
		return w.toFloat(key, key, v)
	}
	return def
}

func (w *weights) mustBe(path string, m Module, key string, want float64) {
	if got := w.floatOf(m, key, want); got != want {
		fail("module %q of class %q: got %s = %v, want %v: others are not supported", path, m.Class, key, got, want)
	}
}

// activation returns the activation of the network at the path: that of the modules in it, of their
// attributes, or of the settings.
func (w *weights) activation(net string) nn.Activation {
	found := map[nn.Activation]bool{}
	net = strings.TrimPrefix(net, w.root)
	for _, path := range w.paths {
		if !strings.HasPrefix(path+".", net) {
			continue
		}
		if a, ok := w.activationClass(path); ok && a != nn.Linear {
			found[a] = true
		}
		for _, key := range []string{"activation", "_activation"} {
			if name, ok := w.modules[path].Attributes[key].(string); ok {
				found[w.named(path, name)] = true
			}
		}
	}
	switch len(found) {
	case 1:
		for a := range found {
			return a
		}
	case 0:
		break
	default:
		fail("network %q: got several activations, want one: others are not supported", net)
	}
	if w.settings.Activation != "" {
		return w.settings.Activation
	}
	if name, ok := w.attribute(net, "activation", "_activation"); ok {
		s, _ := name.(string)
		return w.named(net, s)
	}
	if leaky, ok := w.attribute(net, "leaky"); ok {
		switch w.toFloat(net, "leaky", leaky) {
		case 0:
			return nn.ReLU
		case 0.01:
			return nn.LeakyReLU
		}
		fail("network %q: got leaky = %v, want 0 or 0.01: others are not supported", net, leaky)
	}
	w.asked("the activation of the networks", "Settings.Activation, such as nn.ReLU or nn.Tanh")
	return nn.ReLU
}

func (w *weights) named(path, name string) nn.Activation {
	a, ok := activations[name]
	if !ok {
		fail("module %q of class %q: the activation %q is not supported", path, w.class(path), name)
	}
	return a
}
