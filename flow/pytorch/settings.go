package pytorch

import (
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// Settings answer what the tensors of a Python model leave open. Of a file with a description, see
// [Describer], they are not needed, and what they say comes first nevertheless.
type Settings struct {
	// Activation is that of the networks of the transforms; empty leaves it open.
	Activation nn.Activation
	// Map is the univariate map of those transforms that have as many parameters per column: an
	// affine one with its scale map, or a spline with its bound. Bins of a spline need not be set. Nil leaves it open.
	Map bijector.Univariate
	// Defaults says that the model's constructors were called with nothing beyond what the other
	// settings say: whatever they leave open is the library's default, and behind the last layer with
	// tensors there is none without.
	Defaults bool
	// Modules say more of single modules, by the path that their tensors have before their own names,
	// such as "flows.7": above all what layers without tensors are.
	Modules map[string]Module
}

// A Module is what is known of one module of a Python model.
type Module struct {
	// Class is the name of its class, such as "Permute", without package.
	Class string `json:"class"`
	// Attributes are its plain attributes, such as "tail_bound": numbers, strings, bools, nil, lists
	// and maps of these, of functions their names. Arguments of a constructor go by the names that the library keeps them under.
	Attributes map[string]any `json:"attributes"`
}
