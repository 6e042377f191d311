package pytorch

import (
	"errors"
	"fmt"
	"io"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/safetensors"
)

// Settings say what the file of a Python model does not.
type Settings struct {
	// Activation is that of the networks; empty is [nn.ReLU], the default of all
	// three libraries.
	Activation nn.Activation
	// Map is the univariate map that the library applies; nil is what its name in
	// the file and its number of parameters stand for by default: see [Import].
	// Bins of a spline need not be set.
	Map bijector.Univariate
}

// Import reads a model that was trained with one of the Python libraries zuko, nflows and
// normflows: its state dictionary, saved as a safetensors file by
//
//	from safetensors.torch import save_file
//	state = {k: v.contiguous() for k, v in model.state_dict().items()}
//	save_file(state, "model.safetensors")
//
// preferably after model.double(). The architecture follows from the names and shapes
// of the tensors:
//
//   - zuko: NICE (which is RealNVP), MAF, NSF, with context; perceptrons without residuals. By
//     default couplings and autoregressive transforms with 2 numbers are affine,
//     those with 3K−1 splines of K bins on [−5, 5].
//   - nflows: couplings, additive with 1 number, affine with 2 ([bijector.Sigmoid2]) and
//     splines of K bins with 3K−1 (on [−1, 1]), with conditioners that are a torch.nn.Sequential, an
//     MLP or a ResidualNet; masked autoregressive transforms, affine
//     ([bijector.SoftplusScale]) and splines; LULinear, ActNorm and permutations;
//     a base that is the standard normal.
//   - normflows: AffineCouplingBlock (scale map "exp") and MaskedAffineFlow with an MLP,
//     MaskedAffineAutoregressive, coupled and autoregressive splines (on [−3, 3]),
//     Permute, LULinearPermute, ActNorm; a base DiagGaussian; a MultiscaleFlow of
//     GlowBlock and Squeeze.
//
// Other maps, bounds and activations are given by s; nil s is the defaults. In the file,
// a layer of normflows without numbers is a Permute of mode "swap".
//
// An error names the tensor that is missing, has another shape than the others
// imply, or has no place in the model.
func Import(r io.Reader, s *Settings) (*flow.Transformed, error) {
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
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, err
	}
	if s.Activation == "" {
		s.Activation = nn.ReLU
	}
	if len(f.Tensors) == 0 {
		return nil, errors.New("got a file without tensors")
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case misfit:
			m, err = nil, r.error
		default:
			panic(r)
		}
	}()
	w := newWeights(f)
	switch {
	case w.has("transform.transforms."):
		m = w.zuko(s)
	case w.has("flows.0.0.") && w.has("q0.0."):
		m = w.multiscale()
	case w.has("flows."):
		m = w.normflows(s)
	case w.has("_transform.") || w.has("transform_net.") || w.has("autoregressive_net.") || w.has("unconstrained_upper_diag"):
		m = w.nflows(s)
	default:
		fail("got tensors such as %q, want those of a flow of zuko, nflows or normflows", f.Tensors[0].Name)
	}
	w.allUsed()
	return m, m.Restore()
}

// layout says how a library orders the parameters of a univariate map, and how
// they become ours: number k of column j of n is peer[at(j, k, n)]·scale(k) + shift(k).
type layout struct {
	m      bijector.Univariate // from base to data
	at     func(j, k, n int) int
	adjust func(k int) (scale, shift float64) // nil for none
}

func byColumn(params int) func(j, k, n int) int {
	return func(j, k, _ int) int { return j*params + k }
}

// swapped is the order scale, shift.
func swapped(j, k, _ int) int { return 2*j + 1 - k }

// blocks is the order of all shifts, then all scales.
func blocks(j, k, n int) int { return k*n + j }

// toBase is the layout of a map that goes from data to base.
func toBase(m bijector.Univariate, at func(j, k, n int) int) layout {
	return layout{m: bijector.Inverted{Map: m}, at: at}
}

// bins returns the number of bins of a spline with so many parameters.
func bins(params int) (k int, ok bool) { return (params + 1) / 3, params >= 5 && (params+1)%3 == 0 }

// withBins returns the spline of the settings with its bins set, or def.
func (s Settings) withBins(k int, def bijector.Univariate) bijector.Univariate {
	switch m := s.Map.(type) {
	case bijector.Spline:
		m.Bins = k
		return m
	case bijector.SoftSpline:
		m.Bins = k
		return m
	case nil:
		return def
	}
	return s.Map
}

// or returns the map of the settings, or def.
func (s Settings) or(def bijector.Univariate) bijector.Univariate {
	if s.Map != nil {
		return s.Map
	}
	return def
}
