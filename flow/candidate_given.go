package flow

import (
	"context"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// LikelihoodCandidates returns candidates for what a simulator gives as rows and its parameters as
// their contexts: there depth of networks counts for more, and learning is slower, than in the conditional ones of [Candidates].
func LikelihoodCandidates() []Candidate {
	return []Candidate{
		{Name: "regression", Fit: fitRegression, Conditional: true, Steady: true},
		{Name: "mixture on residuals", Fit: fitMixtureResiduals, Conditional: true, Steady: true, Least: 20, cheap: true},
		{Name: "RealNVP given on residuals", Fit: fitRealNVPResiduals, Conditional: true, Least: 60, trained: true},
		{Name: "NSF given", Fit: fitNSFGivenSlowly, Conditional: true, Least: 60, trained: true},
		{Name: "RealNVP given", Fit: fitRealNVPGiven, Conditional: true, Least: 60, trained: true},
		{Name: "normal given", Fit: fitNormalGiven, Conditional: true, Least: 60, trained: true},
	}
}

// given is the recipe with contexts for the fold's rows.
func (f *Fold) given(rate float64) recipe {
	n, _ := f.X.Dims()
	r := recipe{rate: rate, batch: 32, patience: 30, average: 0.99, clip: 5}
	epochs := 100
	if n > 2000 {
		r.batch, epochs = 64, 60
	}
	r.every = max(1, n/r.batch)
	r.steps = epochs * r.every
	return r
}

func (f *Fold) archGiven(layers, hidden int) Arch {
	_, d := f.X.Dims()
	_, c := f.Context.Dims()
	a := Arch{Dim: d, Cond: c, Layers: layers, Activation: nn.SiLU}
	for range hidden {
		a.Hidden = append(a.Hidden, 64)
	}
	return a
}

func fitNSFGiven(ctx context.Context, f *Fold) (*Transformed, error) {
	return f.nsfGiven(ctx, 1e-2)
}

func fitNSFGivenSlowly(ctx context.Context, f *Fold) (*Transformed, error) {
	return f.nsfGiven(ctx, 6e-3)
}

func (f *Fold) nsfGiven(ctx context.Context, rate float64) (*Transformed, error) {
	a := f.archGiven(4, 3)
	return f.trained(ctx, "NSF given", New(dist.NewStdNormal(a.Dim), a.couplings(a.spline(), f.source("NSF given weights"))...), f.given(rate))
}

func fitRealNVPGiven(ctx context.Context, f *Fold) (*Transformed, error) {
	a := f.archGiven(6, 3)
	return f.trained(ctx, "RealNVP given", New(dist.NewStdNormal(a.Dim), a.couplings(bijector.Affine{}, f.source("RealNVP given weights"))...), f.given(6e-3))
}

// fitNormalGiven has one deep network, of means and deviations: many simulators are a smooth function and independent noise.
func fitNormalGiven(ctx context.Context, f *Fold) (*Transformed, error) {
	_, d := f.X.Dims()
	_, c := f.Context.Dims()
	src := f.source("normal given weights")
	regression := bijector.NewCoupling(d, nil, bijector.Affine{}, c, func(in, out int) nn.Network {
		n := nn.NewMLP(in, []int{128, 128, 128, 128, 128}, out, nn.SiLU, src)
		n.ZeroLast()
		return n
	})
	r := f.given(3e-3)
	r.steps = 100 * r.every
	return f.trained(ctx, "normal given", New(dist.NewStdNormal(d), regression), r)
}

func fitRegression(_ context.Context, f *Fold) (*Transformed, error) {
	r := f.regressed()
	t, err := (&Fold{X: r.residuals, Weights: f.Weights}).t()
	if err != nil {
		return nil, err
	}
	return New(t, r.maps()...), nil
}

// fitMixtureResiduals is for simple means and noise of any shape.
func fitMixtureResiduals(_ context.Context, f *Fold) (*Transformed, error) {
	r := f.regressed()
	m, err := (&Fold{X: r.residuals, Weights: f.Weights, Seed: f.Seed, Work: f.Work / 10}).Mixture()
	if err != nil {
		return nil, err
	}
	return New(m, r.maps()...), nil
}

func fitNSFResiduals(ctx context.Context, f *Fold) (*Transformed, error) {
	a := f.archGiven(4, 2)
	return f.onResiduals(ctx, "NSF given on residuals", a.couplings(a.spline(), f.source("NSF residuals weights")), f.given(1e-2))
}

func fitRealNVPResiduals(ctx context.Context, f *Fold) (*Transformed, error) {
	a := f.archGiven(4, 2)
	return f.onResiduals(ctx, "RealNVP given on residuals", a.couplings(bijector.Affine{}, f.source("RealNVP residuals weights")), f.given(3e-3))
}

// onResiduals trains a flow of the residuals of a linear regression.
func (f *Fold) onResiduals(ctx context.Context, name string, chain []bijector.Bijector, how recipe) (*Transformed, error) {
	r := f.regressed()
	rest := f.rest(r)
	_, d := f.X.Dims()
	m := New(dist.NewStdNormal(d), chain...)
	if err := rest.train(ctx, name, m, how); err != nil {
		return nil, err
	}
	return New(m.Base, append(m.Map, r.maps()...)...), nil
}

// rest is the fold with the residuals of a regression as its rows.
func (f *Fold) rest(r *regression) *Fold {
	held, _ := f.Held.Dims()
	return &Fold{outer: f, slope: slices.Repeat([]float64{r.slope()}, held), X: r.residuals, Held: r.rest(f.Held, f.HeldContext),
		Context: f.Context, HeldContext: f.HeldContext, Weights: f.Weights, HeldWeights: f.HeldWeights, Seed: f.Seed, Work: f.Work, budget: f.budget}
}

// regressed returns the regression of the fold's rows.
func (f *Fold) regressed() *regression {
	r, _ := f.linear.get(func() (*regression, error) { return newRegression(f.X, f.Context, f.Weights), nil })
	return r
}
