package flow

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A regression predicts rows from their contexts: x ≈ c·W + b. It is the most likely one by noise of Student t distribution, by EM:
// least squares in turns, a row with residual r having weight (ν + d)/(ν + rᵀΣ⁻¹r), which is small for rows far off. Where noise
// is normal that is 1. K. Lange, R. Little, J. Taylor, Robust statistical modeling using the t distribution, 1989.
type regression struct {
	w, b      []float64  // k×d, d
	residuals *mat.Dense // of the rows fitted, each as if it had been left out, in units of scale
	scale     []float64  // d
}

const (
	regressionTurns = 3   // in which the residuals' t distribution and the regression change places
	normalNoise     = 100 // degrees of freedom from which on rows count the same
)

// newRegression fits rows, with a weight each or nil for ones.
func newRegression(x, context *mat.Dense, weights []float64) *regression {
	r := leastSquares(x, context, weights)
	for range regressionTurns {
		w := r.precisions(weights)
		if w == nil {
			break
		}
		r = leastSquares(x, context, w)
	}
	return r
}

// precisions returns the rows' weights times how exact the regression is for each; nil for the same for all.
func (r *regression) precisions(weights []float64) []float64 {
	m, err := dist.FitStudentTMixture(r.residuals, &dist.MixtureSettings{Components: 1, MinScale: leastScale, Weights: weights})
	if err != nil {
		return nil
	}
	t, ok := m.Parts[0].(*dist.MultivariateStudentT)
	if !ok || t.DF.Numbers()[0] > normalNoise {
		return nil
	}
	w := New(t).LogProbs(nil, r.residuals)
	top, power := slices.Max(w), 2/(t.DF.Numbers()[0]+float64(t.Dim()))
	for i, lp := range w {
		w[i] = special.Exp(power * (lp - top)) // the density is such a power of the weight
		if weights != nil {
			w[i] *= weights[i]
		}
	}
	return w
}

// penalties are tried, in units of the number of rows.
var penalties = []float64{1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1, 10}

// leastSquares fits rows, with a weight each or nil for ones, by least squares with a penalty λ·‖W‖² of least
// leave-one-out error: A. Hoerl, R. Kennard, Ridge regression, 1970.
func leastSquares(x, context *mat.Dense, weights []float64) *regression {
	n, d := x.Dims()
	_, k := context.Dims()
	roots := repeatedRoots(weights, n)
	f, meanF := centred(context, roots)
	y, meanY := centred(x, roots)
	gram, cross := make([]float64, k*k), make([]float64, k*d)
	kernel.Gemm(true, false, k, k, n, f, k, f, k, false, gram, k)
	kernel.Gemm(true, false, k, d, n, f, k, y, d, false, cross, d)
	best := math.Inf(1)
	r := &regression{residuals: mat.NewDense(n, d, nil)}
	e := make([]float64, n*d)
	for _, p := range penalties {
		inverse, ok := inverseFactor(gram, k, p*float64(n))
		if !ok {
			continue
		}
		w := solved(inverse, cross, k, d)
		if loss := leaveOneOut(e, f, y, w, inverse, roots, k, d); loss < best {
			best, r.w = loss, w
			copy(r.residuals.RawMatrix().Data, e)
		}
	}
	r.b = meanY
	for j := range d {
		for i, m := range meanF {
			r.b[j] = kernel.FMA(-m, r.w[i*d+j], r.b[j])
		}
	}
	for i, root := range roots {
		kernel.Scale(r.residuals.RawRowView(i), r.residuals.RawRowView(i), 1/root)
	}
	r.scale = make([]float64, d)
	for j := range d {
		_, r.scale[j] = location(mat.Col(nil, j, r.residuals))
	}
	for i := range n {
		kernel.Div(r.residuals.RawRowView(i), r.residuals.RawRowView(i), r.scale)
	}
	return r
}

// repeatedRoots returns the roots of weights, which are scaled to a mean of 1, or ones.
func repeatedRoots(weights []float64, n int) []float64 {
	r := make([]float64, n)
	sum := kernel.Sum(weights)
	for i := range r {
		r[i] = 1
		if weights != nil {
			r[i] = math.Sqrt(weights[i] / sum * float64(n))
		}
	}
	return r
}

// centred returns the rows without their weighted mean, times the roots of their weights, and this mean.
func centred(x *mat.Dense, roots []float64) (y, mean []float64) {
	n, d := x.Dims()
	y, mean = make([]float64, 0, n*d), make([]float64, d)
	for i := range n {
		y = append(y, x.RawRowView(i)...)
		kernel.Axpy(mean, x.RawRowView(i), roots[i]*roots[i]/float64(n))
	}
	for i := range n {
		row := y[i*d : (i+1)*d]
		kernel.Sub(row, row, mean)
		kernel.Scale(row, row, roots[i])
	}
	return y, mean
}

// inverseFactor returns the inverse of the lower Cholesky factor of gram + λ.
func inverseFactor(gram []float64, k int, λ float64) ([]float64, bool) {
	l, inv := make([]float64, k*k), make([]float64, k*k)
	for i := range k {
		for j := range i + 1 {
			s := gram[i*k+j]
			if i == j {
				s += λ
			}
			for m := range j {
				s = kernel.FMA(-l[i*k+m], l[j*k+m], s)
			}
			switch {
			case i != j:
				l[i*k+j] = s / l[j*k+j]
			case !(s > 1e-12*(gram[i*k+i]+λ)):
				return nil, false
			default:
				l[i*k+i] = math.Sqrt(s)
			}
		}
	}
	for j := range k {
		for i := j; i < k; i++ {
			s := 0.0
			if i == j {
				s = 1
			}
			for m := j; m < i; m++ {
				s = kernel.FMA(-l[i*k+m], inv[m*k+j], s)
			}
			inv[i*k+j] = s / l[i*k+i]
		}
	}
	return inv, true
}

// solved returns L⁻ᵀ·L⁻¹·cross.
func solved(inverse, cross []float64, k, d int) []float64 {
	half, w := make([]float64, k*d), make([]float64, k*d)
	kernel.Gemm(false, false, k, d, k, inverse, k, cross, d, false, half, d)
	kernel.Gemm(true, false, k, d, k, inverse, k, half, d, false, w, d)
	return w
}

// leaveOneOut sets e to the residuals, times the roots of weights, each as if its row had been left out, and returns the sum of their squares.
func leaveOneOut(e, f, y, w, inverse, roots []float64, k, d int) float64 {
	n := len(roots)
	kernel.Gemm(false, false, n, d, k, f, k, w, d, false, e, d)
	kernel.Sub(e, y, e)
	z, leverage := make([]float64, n*k), make([]float64, n)
	kernel.Gemm(false, true, n, k, k, f, k, inverse, k, false, z, k)
	kernel.SquareRowSum(leverage, z, n, k)
	for i, h := range leverage {
		kernel.Scale(e[i*d:(i+1)*d], e[i*d:(i+1)*d], 1/max(1-h-float64(roots[i]*roots[i])/float64(n), 1e-3))
	}
	return kernel.Dot(e, e)
}

// rest returns the residuals of other rows, in units of scale.
func (r *regression) rest(x, context *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	_, k := context.Dims()
	y := mat.NewDense(n, d, nil)
	for i := range n {
		row := y.RawRowView(i)
		kernel.Gemm(false, false, 1, d, k, context.RawRowView(i), k, r.w, d, false, row, d)
		for j, v := range x.RawRowView(i) {
			row[j] = (v - row[j] - r.b[j]) / r.scale[j]
		}
	}
	return y
}

// slope returns log|det| of the way from rows to residuals.
func (r *regression) slope() float64 {
	s := 0.0
	for _, v := range r.scale {
		s -= special.Log(v)
	}
	return s
}

// maps returns the maps from residuals in units of scale to rows, given contexts.
func (r *regression) maps() []bijector.Bijector {
	d := len(r.b)
	s := bijector.NewStandardizer(d)
	s.Scale.Set(r.scale)
	s.Initialized = true
	shift := bijector.NewCoupling(d, nil, bijector.Additive{}, len(r.w)/d, func(in, out int) nn.Network {
		net := nn.NewMLP(in, nil, out, nn.Linear, nil)
		net.Layers[0].W.Set(r.w)
		net.Layers[0].B.Set(r.b)
		net.Layers[0].W.Freeze(true)
		net.Layers[0].B.Freeze(true)
		return net
	})
	return []bijector.Bijector{s, shift}
}
