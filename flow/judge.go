package flow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// judge adds to the result what the held-out rows say of the model. Learn judges its candidates itself.
func (f *fit) judge(r *Result) {
	if f.serial {
		return
	}
	if a, ok := f.added.(*lifting); ok {
		l := a.Lifted
		if c := f.held.Contexts; c != nil {
			l = l.Given(c)
		}
		held, _ := l.LogProbs(f.held.Rows)
		r.Held = calibrated(held)
		return
	}
	m, ok := f.data.source.(*train.Memory)
	held := f.logProbs(f.held)
	r.Held = calibrated(held)
	if !ok || r.Held == nil {
		return
	}
	index := rand.New(rng.New(f.Seed)).Perm(m.Len())[:min(m.Len(), f.held.Len())]
	r.Train = calibrated(f.logProbs(f.data.hold(index, rng.New(f.Seed))))
	if r.Train == nil {
		return
	}
	if !onSurface(f.model) {
		f.compare(r, m, held)
	}
	f.cover(r, held)
	f.advise(r)
}

// compare adds what other models of the rows of m are worth on the held-out ones.
func (f *fit) compare(r *Result, m *train.Memory, held []float64) {
	if gaussian := gaussianLogProbs(m, f.held); gaussian != nil && len(held) > 1 {
		r.Gaussian = calibration.Compare(held, gaussian)
	} else {
		r.Gaussian = &calibration.Difference{Estimate: calibration.Estimate{Value: math.NaN(), SE: math.NaN()}, P: 1}
	}
	if mixture := f.mixtureLogProbs(m, float64(r.Steps)); mixture != nil && len(held) > 1 {
		r.Mixture = calibration.Compare(held, mixture)
	}
}

// onSurface reports whether rows of d lie on a surface of their space, such as a sphere or a simplex: its densities are no
// densities of that space.
func onSurface(d dist.Distribution) bool {
	if m, ok := d.(*Transformed); ok {
		return m.Dim() != m.Base.Dim() || onSurface(m.Base)
	}
	s, ok := d.(dist.Supported)
	return ok && surface(s.Support())
}

func surface(s dist.Support) bool {
	return s.Shape == dist.Sphere || s.Shape == dist.Simplex || slices.ContainsFunc(s.Parts, surface)
}

// mixtureLogProbs returns log p of the held-out rows under a mixture of normal distributions of the
// rows of m, for at most a twentieth of the training's work; nil for rows with contexts, and if
// there is none for that.
func (f *fit) mixtureLogProbs(m *train.Memory, steps float64) []float64 {
	n, d := m.Rows.Dims()
	budget := steps * float64(f.Batch) * f.model.work() / 20
	if m.Contexts != nil || budget < 20*float64(n*d*d) {
		return nil
	}
	mixture, err := dist.FitGaussianMixture(m.Rows, &dist.MixtureSettings{Weights: m.Weights, Budget: budget, Source: rng.New(f.Seed)})
	if err != nil {
		return nil
	}
	return New(mixture).LogProbs(nil, f.held.Rows)
}

// advise says what the measures suggest.
func (f *fit) advise(r *Result) {
	warn := func(format string, args ...any) { r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...)) }
	if g := r.Gaussian; g != nil && g.P < 0.05 && g.Value < 0 {
		warn("a normal distribution is better on the held-out rows by %.3f nats a row", -g.Value)
	}
	if m := r.Mixture; m != nil && m.P < 0.05 && m.Value < 0 && m.Value < r.Gaussian.Value {
		warn("a mixture of normal distributions is better on the held-out rows by %.3f nats a row; Learn puts both together", -m.Value)
	}
	if gap := r.Train.Value - r.Held.Value; gap > 0.5 && gap > 4*math.Hypot(r.Train.SE, r.Held.SE) {
		warn("rows that were learned from are %.2f nats a row more likely than others: the model learns them by heart; fewer or narrower layers, or more rows, would help", gap)
	}
	if n := len(r.History); f.added == nil && !r.Stopped && n > 10 && r.Best == r.Steps && r.History[n-1-n/10].Validation-r.Loss > 2*r.Held.SE {
		warn("the held-out NLL was still falling at the last step: more Steps would help")
	}
}

// calibrated is LogLikelihood where no value is NaN, else nil.
func calibrated(lp []float64) *calibration.Likelihood {
	for _, v := range lp {
		if math.IsNaN(v) {
			return nil
		}
	}
	if len(lp) == 0 {
		return nil
	}
	return calibration.LogLikelihood(lp)
}

// logProbs returns log p of rows in memory given their contexts.
func (f *fit) logProbs(d *train.Memory) []float64 {
	m := f.model
	if d.Contexts != nil {
		m = m.Given(d.Contexts)
	}
	return m.LogProbs(nil, d.Rows)
}

// gaussianLogProbs returns log p of held rows under the normal distribution of the rows of m, given
// their contexts if they have any, with its covariance shrunk a little so that it has an inverse;
// nil if it has none.
func gaussianLogProbs(m, held *train.Memory) []float64 {
	joint := logNormal(beside(m.Rows, m.Contexts), beside(held.Rows, held.Contexts))
	if joint == nil || m.Contexts == nil {
		return joint
	}
	context := logNormal(m.Contexts, held.Contexts)
	if context == nil {
		return nil
	}
	for i := range joint {
		joint[i] -= context[i]
	}
	return joint
}

func beside(x, c *mat.Dense) *mat.Dense {
	if c == nil {
		return x
	}
	var both mat.Dense
	both.Augment(x, c)
	return &both
}

// logNormal returns log p of the rows of y under the normal distribution of the rows of x.
func logNormal(x, y *mat.Dense) []float64 {
	n, d := x.Dims()
	if n < 2 {
		return nil
	}
	mean := make([]float64, d)
	for j := range d {
		mean[j] = kernel.Mean(mat.Col(nil, j, x), nil)
	}
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, x, nil)
	for j := range d {
		v := cov.At(j, j)
		cov.SetSym(j, j, v*(1+1e-6)+float64(v*float64(d))/float64(n*n)+1e-300)
	}
	var chol mat.Cholesky
	if !chol.Factorize(&cov) {
		return nil
	}
	var l mat.TriDense
	chol.LTo(&l)
	normal := dist.NewMultivariateNormal(autodiff.Fixed(mean...), autodiff.FixedMatrix(&l))
	lp := make([]float64, 0, y.RawMatrix().Rows)
	for i := range y.RawMatrix().Rows {
		lp = append(lp, dist.LogProb(normal, y.RawRowView(i)))
	}
	return lp
}
