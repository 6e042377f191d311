package dist_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	d, src, zero, one := dist.NewStdNormal(2), rng.New(1), autodiff.Fixed(0, 0), autodiff.Fixed(1)
	columns := dist.NewNormal(2, zero, one)
	x, l, v := mat.NewDense(20, 2, nil), autodiff.LearnedIdentity(2), autodiff.NewTape().Zeros(1, 2)
	d.Draw(x, src)
	sigma := mat.NewSymDense(2, []float64{1, 0, 0, 1})
	none := autodiff.Var{}
	niltest.Run(t, "dist", map[string]niltest.Call{
		"CondDim":                 niltest.Of(dist.CondDim, d),
		"Condition":               niltest.Of(dist.Condition, d, []int{0}, []float64{0}),
		"DrawGiven":               niltest.Of(dist.DrawGiven, d, x, mat.NewDense(1, 1, nil), src),
		"FitGaussianMixture":      niltest.Of(dist.FitGaussianMixture, x, &dist.MixtureSettings{}),
		"FitKernelDensity":        niltest.Of(dist.FitKernelDensity, x, []float64(nil), 0.0),
		"FitMultivariateNormal":   niltest.Of(dist.FitMultivariateNormal, x, []float64(nil)),
		"FitMultivariateStudentT": niltest.Of(dist.FitMultivariateStudentT, x, []float64(nil)),
		"FitStudentTMixture":      niltest.Of(dist.FitStudentTMixture, x, &dist.MixtureSettings{}),
		"FitStudentTMixtureFolds": niltest.Of(dist.FitStudentTMixtureFolds, []dist.MixtureFold{{Train: x, Held: x}}, &dist.MixtureSettings{}),
		"FitVonMisesFisher":       niltest.Of(dist.FitVonMisesFisher, x, []float64(nil)),
		"Given":                   niltest.Of(dist.Given, d, none),
		"InverseSurvival":         niltest.Of(dist.InverseSurvival, columns, []float64(nil), []float64{0.5, 0.5}),
		"LogCDF":                  niltest.Of(dist.LogCDF, columns, []float64(nil), []float64{0, 0}),
		"LogDensityGiven":         niltest.Of(dist.LogDensityGiven, d, v, none),
		"LogInterval":             niltest.Of(dist.LogInterval, columns, []float64(nil), []float64{0, 0}, []float64{1, 1}),
		"LogProb":                 niltest.Of(dist.LogProb, d, []float64{0, 0}),
		"LogSurvival":             niltest.Of(dist.LogSurvival, columns, []float64(nil), []float64{0, 0}),
		"Marginal":                niltest.Of(dist.Marginal, d, 0),
		"NewAbsolute":             niltest.Of(dist.NewAbsolute, d, 0),
		"NewColumns":              niltest.Of(dist.NewColumns, 2, columns.Of),
		"NewCovarianceNormal":     niltest.Of(dist.NewCovarianceNormal, zero, sigma),
		"NewEmbedded":             niltest.Of(dist.NewEmbedded, nn.NewConstant(1), dist.NewMADE(masked.Spec{Dim: 2, Cond: 1, Outputs: 1, Act: nn.ReLU}, dist.BernoulliHead{}, src)),
		"NewJoint":                niltest.Of(dist.NewJoint, d, d),
		"NewKernelDensity":        niltest.Of(dist.NewKernelDensity, x, one),
		"NewLowRankNormal":        niltest.Of(dist.NewLowRankNormal, zero, one, autodiff.LearnedMatrix(mat.NewDense(2, 1, nil))),
		"NewMADE":                 niltest.Of(dist.NewMADE, masked.Spec{Dim: 2, Outputs: 1, Act: nn.ReLU}, dist.BernoulliHead{}, src),
		"NewMADEEnsemble":         niltest.Of(dist.NewMADEEnsemble, masked.Spec{Dim: 2, Hidden: []int{4}, Outputs: 1, Act: nn.ReLU}, dist.BernoulliHead{}, 2, false, src),
		"NewMixture":              niltest.Of(dist.NewMixture, autodiff.Learned(0, 0), d, d),
		"NewMultivariateNormal":   niltest.Of(dist.NewMultivariateNormal, zero, l),
		"NewMultivariateStudentT": niltest.Of(dist.NewMultivariateStudentT, one, zero, l),
		"NewOrderStatistic":       niltest.Of(dist.NewOrderStatistic, columns, one, one),
		"NewPrecisionNormal":      niltest.Of(dist.NewPrecisionNormal, zero, sigma),
		"NewQuantized":            niltest.Of(dist.NewQuantized, columns),
		"NewTruncated":            niltest.Of(dist.NewTruncated, columns, zero, autodiff.Fixed(1, 1)),
		"NewWishartCholesky":      niltest.Of(dist.NewWishartCholesky, autodiff.Fixed(4), l),
		"NewZeroInflated":         niltest.Of(dist.NewZeroInflated, dist.NewPoisson(2, one), autodiff.Fixed(0.5)),
		"Rand":                    niltest.Of(dist.Rand, d, []float64(nil)),
		"StackingWeights":         niltest.Of(dist.StackingWeights, x, []float64(nil), 0),
	})
}
