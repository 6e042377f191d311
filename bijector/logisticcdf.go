package bijector

import "github.com/normflow/normflow/autodiff"

// LogisticCDF is the distribution function of the logistic distribution:
//
//	y = σ(z),  z = (x − loc)/scale,  log y′ = log σ(z) + log σ(−z) − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs two exponentials and a
// logarithm per number.
type LogisticCDF struct{ Loc, Scale autodiff.Value }

// NewLogisticCDF returns a logistic distribution function. It panics if the
// scale is not positive.
func NewLogisticCDF(loc, scale autodiff.Value) *LogisticCDF {
	b := &LogisticCDF{Loc: loc, Scale: positive("bijector: LogisticCDF: scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *LogisticCDF) Restore() error { return locScale("bijector: LogisticCDF", b.Loc, b.Scale) }

func (b *LogisticCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	const what = "bijector: LogisticCDF: loc or scale"
	return cdf(what, sigmoidMap, x, dir, b.Loc, b.Scale, x.Tape().Scalar(0), x.Tape().Scalar(1))
}
