package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// frozen returns a matrix of the peer as constants.
func (g *neural) frozen(name string) *autodiff.Param {
	g.t.Helper()
	s := g.tensor(name).Shape
	p := autodiff.NewParam(s[0], s[1], g.weight(name))
	p.Freeze(true)
	return p
}

// upper returns a 3×3 matrix with the given diagonal and numbers above it, row by row.
func upper(diag, above []float64) *autodiff.Param {
	p := autodiff.NewParam(3, 3, []float64{diag[0], above[0], above[1], 0, diag[1], above[2], 0, 0, diag[2]})
	p.Freeze(true)
	return p
}

// The linear maps that peers parametrise as we do.
func TestNeuralMatrices(t *testing.T) {
	for name, build := range map[string]func(g *neural) bijector.Bijector{
		"householder_pyro": func(g *neural) bijector.Bijector { return bijector.NewHouseholder(g.frozen("u_unnormed")) },
		"householder_sequence": func(g *neural) bijector.Bijector {
			return bijector.NewHouseholder(g.frozen("q_vectors"))
		},
		"naive_linear": func(g *neural) bijector.Bijector { return bijector.NewLinear(g.frozen("_weight"), g.value("bias")) },
		"qr_linear": func(g *neural) bijector.Bijector {
			diag := g.weight("log_upper_diag")
			for i, v := range diag {
				diag[i] = math.Exp(v)
			}
			return bijector.NewQR(g.frozen("orthogonal.q_vectors"), upper(diag, g.weight("upper_entries")), g.value("bias"))
		},
		"svd_linear": func(g *neural) bijector.Bijector {
			s := g.weight("unconstrained_diagonal")
			for i, v := range s {
				s[i] = math.Log1p(math.Exp(v)) + 1e-3
			}
			return bijector.NewSVD(g.frozen("orthogonal_1.q_vectors"), g.frozen("orthogonal_2.q_vectors"), autodiff.Fixed(s...), g.value("bias"))
		},
		"matrix_exponential": func(g *neural) bijector.Bijector {
			return bijector.NewMatrixExp(g.frozen("weights"), autodiff.Value{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := readNeural(t, name)
			b := build(g)
			g.compareForward(b)
			if _, ok := g.Data["inverse_in"]; ok {
				y := autodiff.NewTape().Matrix(g.rows("inverse_in"))
				g.compare("inverse_out", b.Inverse(y))
				g.compare("inverse_logdet", b.ILDJ(y))
			}
		})
	}
}
