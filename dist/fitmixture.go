package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/em"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// MixtureSettings say how [FitGaussianMixture] and [FitStudentTMixture] fit; nil and the
// zero value are good for most data.
type MixtureSettings struct {
	// Components is the number of components; 0 finds it.
	Components int
	// Weights are those of the rows; nil are ones.
	Weights []float64
	// MinScale is the least standard deviation that a column counts as having. At 0 a
	// constant column is an error.
	MinScale float64
	// Budget is how many multiply-adds to spend, about; 0 is 4·10¹⁰, some seconds of one core.
	Budget float64
	// Source is the source of randomness; nil means a fixed seed.
	Source rand.Source
}

func (s *MixtureSettings) budget() float64 {
	if s.Budget == 0 {
		return 4e10
	}
	return s.Budget
}

// FitGaussianMixture fits a mixture of multivariate normal distributions to the rows of
// data by EM. See [FitStudentTMixture], which also explains the settings: the two
// differ in the components only.
func FitGaussianMixture(data mat.Matrix, s *MixtureSettings) (*Mixture, error) {
	need.One("dist: FitGaussianMixture", "matrix", data)
	return fitMixture("FitGaussianMixture", data, s, true)
}

// FitStudentTMixture fits a mixture of multivariate Student t distributions with full scale
// matrices and one number of degrees of freedom to the rows of data by EM, or of normal
// distributions if their tails are no heavier. Its parameters are constants: a base that
// training leaves as it is.
//
// EM starts from several k-means++ clusterings of the columns, clipped at four deviations,
// and of whitened columns. The scale of each component is drawn towards s·K^(−2/d)·Σ, Σ being the
// shrunk scale of all rows, or in the end towards the components' average, as d+2 rows would. The number of
// components K, the strength s, which of the two, and the degrees of freedom are those with the greatest
// likelihood of rows held out: of 4,000 rows at most, in up to five folds; K = 1, 2, 4, …
// until two are no better, or one from 32 on, then counts near the best. All rows are fitted with these.
// Columns may have any location and scale, rows may be fewer than columns, repeated or far
// away. A pass over n rows costs n·K·d² multiply-adds. The result is a function of data and
// settings alone.
//
// It returns an error if a value is not finite, a column is constant, or there are fewer
// rows than components or than two. D. Peel, G. J. McLachlan, Robust mixture modelling
// using the t distribution, 2000; C. Fraley, A. E. Raftery, Bayesian regularization for
// normal mixture estimation and model-based clustering, 2007.
func FitStudentTMixture(data mat.Matrix, s *MixtureSettings) (*Mixture, error) {
	need.One("dist: FitStudentTMixture", "matrix", data)
	return fitMixture("FitStudentTMixture", data, s, false)
}

func fitMixture(what string, data mat.Matrix, s *MixtureSettings, normal bool) (*Mixture, error) {
	if s == nil {
		s = new(MixtureSettings)
	}
	z, err := standardRows(what, data, s.Weights, s.MinScale)
	if err != nil {
		return nil, err
	}
	if s.Components < 0 || s.Components > z.n {
		return nil, fmt.Errorf("dist: %s: got %d components for %d rows, want at least one row for each", what, s.Components, z.n)
	}
	search := em.Search{X: z.x, N: z.n, D: z.d, Weight: z.weights, Normal: normal, K: s.Components, Rand: seeded(s.Source), Budget: s.budget()}
	return z.mixture(search.Run()), nil
}

// mixture returns the model in the units of the data.
func (z *standardised) mixture(m *em.Model) *Mixture {
	parts := make([]Distribution, m.K)
	for k := range parts {
		parts[k] = z.component(m, k)
	}
	return NewMixture(FixedWeights(m.Weight...), parts...)
}

// seeded returns the random numbers of a source; nil is a fixed seed.
func seeded(src rand.Source) *rand.Rand {
	if src == nil {
		src = rand.NewPCG(1, 2)
	}
	return rand.New(src)
}

// FitMultivariateStudentT fits Student's t distribution with a full scale matrix to the rows
// of data by EM, their weights being ones if nil. It is for rows that may lie far away.
//
// Correlations are drawn towards zero, so rows may be fewer than columns: by the share that
// their noise asks for (J. Schäfer, K. Strimmer, A shrinkage approach to large-scale covariance
// matrix estimation, 2005), or by halves or doubles of it where these make rows that are left
// out likelier (J. Theiler, The incredible shrinking covariance estimator, 2012). The degrees
// of freedom are between 0.7 and 1000. It costs some 20 passes of n·d² multiply-adds. Its
// parameters are constants.
//
// It returns an error if a value is not finite, a column is constant, or there are fewer
// than two rows. C. Liu, D. B. Rubin, ML estimation of the t distribution using EM and its
// extensions, ECM and ECME, 1995.
func FitMultivariateStudentT(data mat.Matrix, weights []float64) (*MultivariateStudentT, error) {
	need.One("dist: FitMultivariateStudentT", "matrix", data)
	z, err := standardRows("FitMultivariateStudentT", data, weights, 0)
	if err != nil {
		return nil, err
	}
	m := em.Single(em.NewRows(z.x, z.n, z.d, z.weights), 10, nil)
	m.DF = min(m.DF, em.MaxDF)
	return z.component(m, 0).(*MultivariateStudentT), nil
}

// FitMultivariateNormal fits a normal distribution to the rows of data: their mean and
// their covariance matrix, whose correlations are shrunk as [FitMultivariateStudentT] shrinks them.
// It returns an error as that does.
func FitMultivariateNormal(data mat.Matrix, weights []float64) (*MultivariateNormal, error) {
	need.One("dist: FitMultivariateNormal", "matrix", data)
	z, err := standardRows("FitMultivariateNormal", data, weights, 0)
	if err != nil {
		return nil, err
	}
	m := em.Single(em.NewRows(z.x, z.n, z.d, z.weights), math.Inf(1), nil)
	return z.component(m, 0).(*MultivariateNormal), nil
}

// component returns component k in the units of the data.
func (z *standardised) component(m *em.Model, k int) Distribution {
	d := z.d
	l, loc := m.Factor(k), make([]float64, d)
	for i, s := range z.scale {
		loc[i] = kernel.FMA(s, m.Loc[k*d+i], z.loc[i])
		for j := range i + 1 {
			l[i*d+j] *= s
		}
	}
	factor := autodiff.NewParam(d, d, l)
	factor.Freeze(true)
	if m.Normal() {
		return NewMultivariateNormal(autodiff.Fixed(loc...), factor)
	}
	return NewMultivariateStudentT(autodiff.Fixed(m.DF), autodiff.Fixed(loc...), factor)
}
