package bijector

import "github.com/normflow/normflow/autodiff"

// LogisticCDF is the distribution function of the logistic distribution:
//
//	y = σ(z),  z = (x − loc)/scale,  log y′ = log σ(z) + log σ(−z) − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs two exponentials and a
// logarithm per element.
type LogisticCDF struct{ Loc, Scale autodiff.Value }

// NewLogisticCDF returns a logistic distribution function. It panics if the
// scale is not positive.
func NewLogisticCDF(loc, scale autodiff.Value) *LogisticCDF { return made(&LogisticCDF{loc, scale}) }

func (b *LogisticCDF) params() params {
	return params{
		{"LogisticCDF: loc", &b.Loc, finite, 0},
		{"LogisticCDF: scale", &b.Scale, positive, 1},
	}
}

func (b *LogisticCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(sigmoidMap, x, dir, p[0], p[1], x.Tape().Scalar(0), x.Tape().Scalar(1))
}
