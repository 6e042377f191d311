package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
)

// linear reports whether a transform of nflows is a linear layer.
func (w *weights) linear(p string) bool {
	return w.holds(p+"unconstrained_upper_diag") || w.holds(p+"log_upper_diag") || w.holds(p+"unconstrained_diagonal") || w.holds(p+"_weight") || w.holds(p+"q_vectors")
}

// nflowsLinear reads y = W·x + b, from data to base, whatever W is made of.
func (w *weights) nflowsLinear(p string) (bijector.Bijector, int) {
	switch {
	case w.holds(p + "unconstrained_upper_diag"):
		return w.luLinear(p)
	case w.holds(p + "q_vectors"):
		d := w.shape(p+"q_vectors", 2)[1]
		return bijector.NewInvert(w.dense(w.reflected(p, identity(d), d), d, autodiff.Value{})), d
	}
	d := w.shape(p+"bias", 1)[0]
	var m []float64
	switch {
	case w.holds(p + "_weight"):
		m = w.floats(p+"_weight", d, d)
	case w.holds(p + "log_upper_diag"):
		m = w.reflected(p+"orthogonal.", upper(exps(w.floats(p+"log_upper_diag", d)), w.entries(p+"upper_entries", d)), d)
	default:
		m = w.reflected(p+"orthogonal_2.", identity(d), d)
		for i, s := range softplus(w.floats(p+"unconstrained_diagonal", d)) {
			for j := range d {
				m[i*d+j] *= s + w.float(p, "eps", 1e-3)
			}
		}
		m = w.reflected(p+"orthogonal_1.", m, d)
	}
	return bijector.NewInvert(w.dense(m, d, autodiff.Learned(w.floats(p+"bias", d)...))), d
}

// dense returns y = M·x + shift.
func (w *weights) dense(m []float64, d int, shift autodiff.Value) bijector.Bijector {
	return restored(&bijector.Linear{W: autodiff.NewParam(d, d, slices.Clone(m)), Shift: shift})
}

func identity(d int) []float64 {
	m := make([]float64, d*d)
	for i := range d {
		m[i*d+i] = 1
	}
	return m
}

// upper returns the matrix of a diagonal and the entries above it, row by row.
func upper(diagonal, entries []float64) []float64 {
	d := len(diagonal)
	m := make([]float64, d*d)
	for i := range d {
		m[i*d+i] = diagonal[i]
		entries = entries[copy(m[i*d+i+1:(i+1)*d], entries):]
	}
	return m
}

// entries reads the entries of a d×d triangle without its diagonal.
func (w *weights) entries(name string, d int) []float64 {
	if n := d * (d - 1) / 2; n > 0 {
		return w.floats(name, n)
	}
	w.ignore(name)
	return nil
}

// reflected returns H(vₖ)···H(v₁)·M, the rows of q_vectors being v₁ to vₖ.
func (w *weights) reflected(p string, m []float64, d int) []float64 {
	k := w.shape(p+"q_vectors", 2)[0]
	q := w.floats(p+"q_vectors", k, d)
	m = slices.Clone(m)
	for i := range k {
		v := q[i*d : (i+1)*d]
		var norm float64
		for _, x := range v {
			norm += float64(x * x)
		}
		if norm == 0 {
			fail("tensor %q: got zeros as row %d, want an axis", p+"q_vectors", i)
		}
		for j := range d {
			var dot float64
			for r, x := range v {
				dot += float64(x * m[r*d+j])
			}
			for r, x := range v {
				m[r*d+j] -= float64(2 * dot / norm * x)
			}
		}
	}
	return m
}

// luLinear reads y = L·U·x + b from data to base.
func (w *weights) luLinear(prefix string) (bijector.Bijector, int) {
	d := w.shape(prefix+"unconstrained_upper_diag", 1)[0]
	m := autodiff.NewParam(d, d, nil)
	value, known := w.attribute(prefix, "eps")
	eps := 1e-3
	if known {
		eps = w.toFloat(prefix, "eps", value)
	} else {
		w.asked("the least diagonal entry of linear layers", fmt.Sprintf(`Settings.Modules[%q].Attributes["eps"], such as 1e-3`, w.path(prefix)))
	}
	diag := softplus(w.floats(prefix+"unconstrained_upper_diag", d))
	lower, upper := w.entries(prefix+"lower_entries", d), w.entries(prefix+"upper_entries", d)
	for i := range d {
		for j := range i {
			m.Data()[i*d+j], lower = lower[0], lower[1:]
		}
		m.Data()[i*d+i] = diag[i] + eps
		for j := i + 1; j < d; j++ {
			m.Data()[i*d+j], upper = upper[0], upper[1:]
		}
	}
	return bijector.NewInvert(bijector.NewLU(m, nil, autodiff.Learned(w.floats(prefix+"bias", d)...))), d
}

// lowerUpper returns L·U, the lower and the unit upper triangle of a matrix.
func lowerUpper(lu []float64, d int) []float64 {
	m := make([]float64, d*d)
	for i := range d {
		for j := range d {
			for k := range min(i+1, j) {
				m[i*d+j] += float64(lu[i*d+k] * lu[k*d+j])
			}
			if j <= i {
				m[i*d+j] += lu[i*d+j]
			}
		}
	}
	return m
}

func exps(x []float64) []float64 {
	y := make([]float64, len(x))
	kernel.Exp(y, x)
	return y
}

func softplus(x []float64) []float64 {
	y := make([]float64, len(x))
	kernel.Softplus(y, x)
	return y
}
