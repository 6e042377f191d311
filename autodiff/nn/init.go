package nn

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
)

// An Init draws the parameters of a layer; nil src is the process-wide source.
type Init func(l Layer, src rand.Source)

var _ = []Init{Uniform, He, Glorot, Orthogonal}

// Uniform draws weights and biases from U(−a, a), a = 1/√in, as PyTorch's
// Linear does by default.
func Uniform(l Layer, src rand.Source) {
	a := 1 / math.Sqrt(float64(l.In()))
	uniform(l.W.Data(), a, src)
	uniform(l.B.Data(), a, src)
}

// He draws weights from U(−a, a), a = √(6/in), which keeps the size of
// activations through layers of ReLU, and sets biases to 0. K. He, X. Zhang,
// S. Ren and J. Sun, Delving Deep into Rectifiers, arXiv 1502.01852.
func He(l Layer, src rand.Source) {
	uniform(l.W.Data(), math.Sqrt(6/float64(l.In())), src)
	clear(l.B.Data())
}

// Glorot draws weights from U(−a, a), a = √(6/(in+out)), and sets biases to 0.
// X. Glorot and Y. Bengio, Understanding the Difficulty of Training Deep
// Feedforward Neural Networks, AISTATS 2010.
func Glorot(l Layer, src rand.Source) {
	uniform(l.W.Data(), math.Sqrt(6/float64(l.In()+l.Out())), src)
	clear(l.B.Data())
}

// Orthogonal draws a weight matrix whose rows, or columns if they are fewer, are
// orthonormal, uniformly among all such, and sets biases to 0. A. Saxe,
// J. McClelland and S. Ganguli, Exact Solutions to the Nonlinear Dynamics of
// Learning in Deep Linear Neural Networks, arXiv 1312.6120.
func Orthogonal(l Layer, src rand.Source) {
	in, out := l.W.Dims()
	n, d := min(in, out), max(in, out)
	q := make([]float64, n*d)
	gauss := rand.New(rng.Or(src))
	for i := range n {
		for row := q[i*d : (i+1)*d]; ; {
			for j := range row {
				row[j] = gauss.NormFloat64()
			}
			if orthonormal(row, q[:i*d]) {
				break
			}
		}
	}
	w := l.W.Data()
	for i := range n {
		for j := range d {
			if in <= out {
				w[i*out+j] = q[i*d+j]
			} else {
				w[j*out+i] = q[i*d+j]
			}
		}
	}
	clear(l.B.Data())
}

// orthonormal makes row a unit vector orthogonal to the orthonormal rows of q,
// by Gram and Schmidt's method done twice. It reports false, for a row to be
// drawn again, if row is nearly in their span.
func orthonormal(row, q []float64) bool {
	d := len(row)
	for range 2 {
		for i := 0; i < len(q); i += d {
			kernel.Axpy(row, q[i:i+d], -kernel.Dot(row, q[i:i+d]))
		}
	}
	norm := math.Sqrt(kernel.Dot(row, row))
	if norm < 1e-6 {
		return false
	}
	kernel.Scale(row, row, 1/norm)
	return true
}

// uniform fills x from U(−a, a).
func uniform(x []float64, a float64, src rand.Source) {
	r := rand.New(rng.Or(src))
	for i := range x {
		x[i] = a * (2*r.Float64() - 1)
	}
}
