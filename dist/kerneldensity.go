package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// KernelDensity is the empirical distribution of points, each blurred by a normal
// distribution: p(x) = 1/m·Σᵢ Πⱼ N(xⱼ | cᵢⱼ, hⱼ²). It costs m·d per row.
type KernelDensity struct {
	Points    *autodiff.Param // m×d
	Bandwidth autodiff.Value
}

// NewKernelDensity copies the rows of points. A zero bandwidth h is Scott's rule,
// hⱼ = σⱼ·m^(−1/(d+4)): Scott, Multivariate density estimation, 1992. It panics
// unless there are points and bandwidth is positive, one number or one per column.
func NewKernelDensity(points mat.Matrix, bandwidth autodiff.Value) *KernelDensity {
	m, d := points.Dims()
	c := mat.DenseCopyOf(points)
	if bandwidth.IsZero() {
		h := make([]float64, d)
		for j := range h {
			h[j] = stat.StdDev(mat.Col(nil, j, c), nil) * special.Pow(float64(m), -1/float64(d+4))
		}
		bandwidth = autodiff.Fixed(h...)
	}
	p := autodiff.NewParam(m, d, c.RawMatrix().Data)
	p.Freeze(true)
	k := &KernelDensity{p, positive("NewKernelDensity", "bandwidth", bandwidth)}
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
	c := t.Use(k.Points).Div(h)
	pairs := pairsOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: m}, x.Div(h), c)
	return pairs.RowLogSumExp().Sub(h.Log().RowSum()).AddConst(-special.Log(float64(m)) - float64(0.5*float64(d)*log2π))
}

// pairsOp has inputs x (n×d) and c (m×d): −½·‖xᵢ−cⱼ‖², n×m.
var pairsOp = &autodiff.Op{
	Name: "Pairs",
	Forward: func(c *autodiff.Call) {
		d, m := c.InShape(0).Cols, c.InShape(1).Rows
		for i := range c.InShape(0).Rows {
			x := c.In(0)[i*d : (i+1)*d]
			for j := range m {
				sum := 0.0
				for k, v := range c.In(1)[j*d : (j+1)*d] {
					e := x[k] - v
					sum = math.FMA(e, e, sum)
				}
				c.Out(0)[i*m+j] = -0.5 * sum
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		d, m := c.InShape(0).Cols, c.InShape(1).Rows
		dx, dc := c.InGrad(0), c.InGrad(1)
		for at, g := range c.OutGrad(0) {
			i, j := at/m, at%m
			for k := range d {
				e := float64(g * (c.In(0)[i*d+k] - c.In(1)[j*d+k]))
				if dx != nil {
					dx[i*d+k] -= e
				}
				if dc != nil {
					dc[j*d+k] += e
				}
			}
		}
	},
}

// Draw fills the rows of batch.
func (k *KernelDensity) Draw(batch *mat.Dense, src rand.Source) {
	checkCols("KernelDensity: Draw", batch.RawMatrix().Cols, k.Dim())
	drawNormal(batch, src)
	r, h := generator(src), k.Bandwidth.Numbers()
	m, d := k.Points.Dims()
	for i := range batch.RawMatrix().Rows {
		c := r.IntN(m)
		for j, row := 0, batch.RawRowView(i); j < d; j++ {
			row[j] = math.FMA(of(h, j), row[j], k.Points.Data()[c*d+j])
		}
	}
}

// LogProb returns log p(x).
func (k *KernelDensity) LogProb(x []float64) float64 { return LogProb(k, x) }

// Rand draws one row into dst; nil allocates.
func (k *KernelDensity) Rand(dst []float64) []float64 { return Rand(k, dst) }

// average sets dst[j] to the mean over the points of f(column, point).
func (k *KernelDensity) average(what string, dst []float64, f func(j int, c float64) float64) []float64 {
	dst = room(what, dst, k.Dim())
	m, d := k.Points.Dims()
	clear(dst)
	for i, c := range k.Points.Data() {
		dst[i%d] += f(i%d, c) / float64(m)
	}
	return dst
}

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (k *KernelDensity) CDF(dst, x []float64) []float64 {
	checkLen("CDF", len(x), k.Dim())
	h := k.Bandwidth.Numbers()
	return k.average("CDF", dst, func(j int, c float64) float64 { return special.Ndtr((x[j] - c) / of(h, j)) })
}

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (k *KernelDensity) Survival(dst, x []float64) []float64 {
	checkLen("Survival", len(x), k.Dim())
	h := k.Bandwidth.Numbers()
	return k.average("Survival", dst, func(j int, c float64) float64 { return special.Ndtr((c - x[j]) / of(h, j)) })
}

// Mean sets dst to the mean of the points.
func (k *KernelDensity) Mean(dst []float64) []float64 {
	return k.average("Mean", dst, func(_ int, c float64) float64 { return c })
}

// Variance sets dst to the variance of the points plus h².
func (k *KernelDensity) Variance(dst []float64) []float64 {
	mean, h := k.Mean(nil), k.Bandwidth.Numbers()
	return k.average("Variance", dst, func(j int, c float64) float64 {
		return math.FMA(of(h, j), of(h, j), (c-mean[j])*(c-mean[j]))
	})
}

// Support returns ℝᵈ.
func (k *KernelDensity) Support() Support { return realRows(k.Dim()) }
