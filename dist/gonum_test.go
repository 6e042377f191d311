package dist_test

import (
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/stat/distmv"
)

// Every distribution is a distmv.RandLogProber of gonum.
var (
	_ distmv.RandLogProber = (*dist.StdNormal)(nil)
	_ distmv.RandLogProber = (*dist.Columns)(nil)
	_ distmv.RandLogProber = (*dist.MultivariateNormal)(nil)
	_ distmv.RandLogProber = (*dist.PrecisionNormal)(nil)
	_ distmv.RandLogProber = (*dist.LowRankNormal)(nil)
	_ distmv.RandLogProber = (*dist.MultivariateStudentT)(nil)
	_ distmv.RandLogProber = (*dist.Dirichlet)(nil)
	_ distmv.RandLogProber = (*dist.VonMisesFisher)(nil)
	_ distmv.RandLogProber = (*dist.Categorical)(nil)
	_ distmv.RandLogProber = (*dist.Mixture)(nil)
	_ distmv.RandLogProber = (*dist.Joint)(nil)
	_ distmv.RandLogProber = (*dist.KernelDensity)(nil)
)
