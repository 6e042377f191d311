package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// KernelDensity is the empirical distribution of points, each blurred by a normal distribution:
// p(x) = Σᵢ wᵢ·N(x | cᵢ, H·L·Lᵀ·H) with the bandwidths on the diagonal of H and w =
// softmax(logits). It costs m·d per row, and d² more with an L. [FitKernelDensity] finds L and the
// bandwidth.
type KernelDensity struct {
	Points    *autodiff.Param // m×d
	Bandwidth autodiff.Value
	// L is d×d, nil for the identity; what stands above its diagonal is ignored.
	L *autodiff.Param
	// Logits are one for each point; none are equal weights.
	Logits autodiff.Value
}

// NewKernelDensity copies the rows of points. A zero bandwidth h is Scott's rule,
// hⱼ = σⱼ·m^(−1/(d+4)): Scott, Multivariate density estimation, 1992. It panics
// unless there are points and bandwidth is positive, a scalar or one value per column.
func NewKernelDensity(points mat.Matrix, bandwidth autodiff.Value) *KernelDensity {
	need.One("dist: NewKernelDensity", "matrix", points)
	m, d := points.Dims()
	c := mat.DenseCopyOf(points)
	if bandwidth.IsZero() {
		h := make([]float64, d)
		_, sd := kernel.Moments(c.RawMatrix().Data, m, d)
		factor := math.Sqrt(float64(m)/float64(m-1)) * special.Pow(float64(m), -1/float64(d+4))
		for j := range h {
			h[j] = sd[j] * factor
		}
		bandwidth = autodiff.Fixed(h...)
	}
	p := autodiff.NewParam(m, d, c.RawMatrix().Data)
	p.Freeze(true)
	k := &KernelDensity{Points: p, Bandwidth: positive("NewKernelDensity", "bandwidth", bandwidth)}
	if err := k.Restore(); err != nil {
		panic(err.Error())
	}
	return k
}

// Restore checks the fields.
func (k *KernelDensity) Restore() error {
	if k.Points == nil || k.Bandwidth.IsZero() || k.Bandwidth.Len() != 1 && k.Bandwidth.Len() != k.Dim() {
		return fmt.Errorf("dist: KernelDensity: want points and a bandwidth of one number or one per column")
	}
	if k.L != nil {
		if r, c := k.L.Dims(); r != k.Dim() || c != k.Dim() {
			return fmt.Errorf("dist: KernelDensity: got a %d×%d factor for %d columns, want a square one that fits", r, c, k.Dim())
		}
	}
	if m, _ := k.Points.Dims(); !k.Logits.IsZero() && k.Logits.Len() != m {
		return fmt.Errorf("dist: KernelDensity: got %d logits for %d points, want one each", k.Logits.Len(), m)
	}
	return nil
}

// Dim returns the number of columns.
func (k *KernelDensity) Dim() int { _, d := k.Points.Dims(); return d }

// LogDensity returns log p of each row.
func (k *KernelDensity) LogDensity(x autodiff.Var) autodiff.Var {
	d := k.Dim()
	checkCols("KernelDensity: LogDensity", x.Cols(), d)
	t := x.Tape()
	m, _ := k.Points.Dims()
	h := k.Bandwidth.On(t).Expand(1, d)
	in, penalty := finite(x)
	z, c, norm := in.Div(h), t.Use(k.Points).Div(h), h.Log().RowSum().AddConst(0.5*float64(d)*log2π)
	if k.L != nil {
		l := t.Use(k.L)
		z, c, norm = z.TriSolve(l, autodiff.Tri{}), c.TriSolve(l, autodiff.Tri{}), norm.Add(logDiagonal(l))
	}
	w := t.Scalar(-special.Log(float64(m)))
	if !k.Logits.IsZero() {
		w = logWeights(k.Logits, t)
	}
	return kernelsOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, z, c.T(), w).Sub(norm).Add(penalty)
}

// Draw fills the rows of batch.
func (k *KernelDensity) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("KernelDensity: Draw", batch, k.Dim()) {
		return
	}
	drawNormal(batch, src)
	r, h := generator(src), k.Bandwidth.Numbers()
	m, d := k.Points.Dims()
	var w []float64
	if !k.Logits.IsZero() {
		w = weightsOf(k.Logits)
	}
	if k.L != nil {
		timesLower(batch, k.L)
	}
	for i := range batch.RawMatrix().Rows {
		c := 0
		if w == nil {
			c = r.IntN(m)
		} else {
			c = pick(r, w)
		}
		for j, row := 0, batch.RawRowView(i); j < d; j++ {
			row[j] = kernel.FMA(of(h, j), row[j], k.Points.Data()[c*d+j])
		}
	}
}

// LogProb returns log p(x).
func (k *KernelDensity) LogProb(x []float64) float64 { return LogProb(k, x) }

// Rand draws one row into dst; nil allocates.
func (k *KernelDensity) Rand(dst []float64) []float64 { return Rand(k, dst) }

// average sets dst[j] to the mean over the points of f(column, point).
func (k *KernelDensity) average(what string, dst []float64, f func(j int, c float64) float64) []float64 {
	dst = sized(what, dst, k.Dim())
	m, d := k.Points.Dims()
	w := repeated(1/float64(m), m)
	if !k.Logits.IsZero() {
		w = weightsOf(k.Logits)
	}
	clear(dst)
	for i, c := range k.Points.Data() {
		dst[i%d] = kernel.FMA(w[i/d], f(i%d, c), dst[i%d])
	}
	return dst
}

// deviations returns those of the kernels' columns.
func (k *KernelDensity) deviations() []float64 {
	h, d := make([]float64, k.Dim()), k.Dim()
	for j := range h {
		h[j] = of(k.Bandwidth.Numbers(), j)
		if k.L != nil {
			h[j] *= length(k.L.Data()[j*d : j*d+j+1])
		}
	}
	return h
}

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (k *KernelDensity) CDF(dst, x []float64) []float64 {
	checkLen("CDF", len(x), k.Dim())
	h := k.deviations()
	return k.average("CDF", dst, func(j int, c float64) float64 { return special.Ndtr((x[j] - c) / h[j]) })
}

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (k *KernelDensity) Survival(dst, x []float64) []float64 {
	checkLen("Survival", len(x), k.Dim())
	h := k.deviations()
	return k.average("Survival", dst, func(j int, c float64) float64 { return special.Ndtr((c - x[j]) / h[j]) })
}

// Mean sets dst to the mean of the points.
func (k *KernelDensity) Mean(dst []float64) []float64 {
	return k.average("Mean", dst, func(_ int, c float64) float64 { return c })
}

// Variance sets dst to the variance of the points and that of the kernels.
func (k *KernelDensity) Variance(dst []float64) []float64 {
	mean, h := k.Mean(nil), k.deviations()
	return k.average("Variance", dst, func(j int, c float64) float64 {
		return kernel.FMA(h[j], h[j], (c-mean[j])*(c-mean[j]))
	})
}

// Support returns ℝᵈ.
func (k *KernelDensity) Support() Support { return realRows(k.Dim()) }
