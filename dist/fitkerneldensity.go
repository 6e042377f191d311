package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/em"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// leaveOut is how many rows judge a bandwidth.
const leaveOut = 1000

// FitKernelDensity returns the kernel density of the rows of data, one weight for each or nil, with kernels of
// the shape of their t distribution, that of [FitMultivariateStudentT]. The bandwidth, of at least 0.03 of it, is the best of
// sixteen by the likelihood of 1,000 rows at most, each left out of the kernels in turn, with a tenth
// of the t distribution, so that rows far from all others do not decide: 1,000·n·d multiply-adds. So it is made
// for a [Mixture] with that one, see [StackingWeights]: alone it gives rows far from its points next to no density. The
// density holds the rows. A column counts as having at least the standard deviation minScale, which may be 0.
//
// It returns an error as [FitMultivariateStudentT] does. M. Rudemo, Empirical choice of
// histograms and kernel density estimators, 1982.
func FitKernelDensity(data mat.Matrix, weights []float64, minScale float64) (*KernelDensity, error) {
	need.One("dist: FitKernelDensity", "matrix", data)
	z, err := standardRows("FitKernelDensity", data, weights, minScale)
	if err != nil {
		return nil, err
	}
	m := em.Single(em.NewRows(z.x, z.n, z.d, z.weights), 10, nil)
	l := m.Factor(0)
	b := bandwidths{d: z.d, n: z.n, white: make([]float64, len(z.x)), weights: z.weights}
	w := make([]float64, z.d*z.d)
	em.InvertLower(w, l, z.d)
	kernel.Gemm(false, true, z.d, z.n, z.d, w, z.d, z.x, z.d, false, b.white, z.n)
	b.judge(m, w)
	k := &KernelDensity{Bandwidth: autodiff.Fixed(b.best())}
	points := make([]float64, 0, len(z.x))
	for i, v := range z.x {
		j := i % z.d
		points = append(points, kernel.FMA(z.scale[j], v, z.loc[j]))
	}
	for i, s := range z.scale {
		kernel.Scale(l[i*z.d:i*z.d+i+1], l[i*z.d:i*z.d+i+1], s)
	}
	k.Points, k.L = autodiff.NewParam(z.n, z.d, points), autodiff.NewParam(z.d, z.d, l)
	k.Points.Freeze(true)
	k.L.Freeze(true)
	if z.weights != nil {
		k.Logits = FixedWeights(z.weights...)
	}
	return k, k.Restore()
}

// bandwidths judges bandwidths by rows left out of whitened points, d×n.
type bandwidths struct {
	d, n           int
	white, weights []float64
	safe           []float64 // log-densities of the t distribution
}

// judge sets the log-densities of the t distribution m, w being its whitening matrix.
func (b *bandwidths) judge(m *em.Model, w []float64) {
	b.safe = make([]float64, b.n)
	e, centre := make([]float64, b.n), make([]float64, b.d)
	kernel.Gemm(false, false, b.d, 1, b.d, w, b.d, m.Loc, 1, false, centre, 1)
	squares(b.safe, e, centre, b.white)
	if m.Normal() {
		kernel.Scale(b.safe, b.safe, -0.5)
	} else {
		kernel.Scale(b.safe, b.safe, 1/m.DF)
		kernel.Log1p(b.safe, b.safe)
		kernel.Scale(b.safe, b.safe, -0.5*(m.DF+float64(b.d)))
	}
	kernel.AddConst(b.safe, b.safe, m.LogNorm())
}

// best returns the best bandwidth.
func (b *bandwidths) best() float64 {
	const candidates = 16
	var logLik [candidates]float64
	logs, total := make([]float64, b.n), float64(b.n)
	if b.weights != nil {
		kernel.Log(logs, b.weights)
		total = kernel.Sum(b.weights)
	}
	q, e, x := make([]float64, b.n), make([]float64, b.n), make([]float64, b.d)
	rows := min(b.n, leaveOut)
	for r := range rows {
		i := r * b.n / rows
		for j := range x {
			x[j] = b.white[j*b.n+i]
		}
		squares(q, e, x, b.white)
		q[i] = math.Inf(1) // left out
		w := special.Exp(logs[i])
		for c := range logLik {
			h := bandwidthOf(c)
			kernel.Scale(e, q, -0.5/(h*h))
			kernel.Add(e, e, logs)
			lp := normaliseLogs(e) - special.Log(total-w) - float64(float64(b.d)*(special.Log(h)+0.5*log2π))
			two := [2]float64{lp + special.Log(0.9), b.safe[i] + special.Log(0.1)}
			logLik[c] += w * normaliseLogs(two[:])
		}
	}
	best := candidates - 1
	for c := range logLik {
		if logLik[c] > logLik[best] {
			best = c
		}
	}
	return bandwidthOf(best)
}

// bandwidthOf returns candidate c: 0.03 to 2, evenly spaced on a logarithmic scale.
func bandwidthOf(c int) float64 {
	return 0.03 * special.Exp(float64(c)/15*special.Log(2/0.03))
}
