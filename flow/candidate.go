package flow

import (
	"context"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
)

// A Candidate is a kind of model that [Learn] tries.
type Candidate struct {
	Name string
	// Fit returns a model of the rows of a fold.
	Fit func(ctx context.Context, f *Fold) (*Transformed, error)
	// Conditional candidates are for data with a context, the others for data without.
	Conditional bool
	// Steady candidates are cheap and cannot overfit: they are fitted once more, to all rows, when the
	// weights are known. The first of them has a weight of at least 1/1000.
	Steady bool
	// Rows says that the model holds the rows: such candidates are for LearnSettings.KeepRows.
	Rows bool
	// Least is the number of rows below which the candidate is not tried.
	Least int

	cheap   bool // gets a tenth of what others get of the budget, beside it
	trained bool // by steps, after the others, and no longer than there may be something to gain
	late    bool // after those that are trained, too
	again   bool // a second time, if it is worth it; for use in a mixture alone, as which it is judged
}

// wave returns the number of candidates' groups that go before it.
func (c *Candidate) wave() int {
	switch {
	case !c.trained:
		return 0
	case !c.late:
		return 1
	}
	return 2
}

// Candidates returns those that Learn tries by default.
func Candidates() []Candidate {
	return []Candidate{
		{Name: "t", Fit: fitT, Steady: true},
		{Name: "gaussian", Fit: fitGaussian, Steady: true},
		{Name: "mixture", Fit: fitMixture, Least: 10},
		{Name: "marginal mixture", Fit: marginal(fitMixture), Least: 20},
		{Name: "NSF", Fit: marginal(fitNSF), Least: 150, trained: true, late: true},
		{Name: "NSF on mixture", Fit: fitNSFMixture, Least: 150, trained: true, late: true},
		{Name: "NSF on marginal mixture", Fit: marginal(fitNSFMixture), Least: 150, trained: true},
		{Name: "NSFAR on mixture", Fit: fitNSFARMixture, Least: 150, trained: true},
		{Name: "MAF", Fit: fitMAF, Least: 150, trained: true, late: true},
		{Name: "MADE", Fit: marginal(fitMADE), Least: 150, trained: true, late: true},
		{Name: "kernel density", Fit: fitKernelDensity, Steady: true, Rows: true},
		{Name: "regression", Fit: fitRegression, Conditional: true, Steady: true},
		{Name: "mixture on residuals", Fit: fitMixtureResiduals, Conditional: true, Steady: true, Least: 20, cheap: true},
		{Name: "NSF given on residuals", Fit: fitNSFResiduals, Conditional: true, Least: 60, trained: true, again: true},
		{Name: "NSF given", Fit: fitNSFGiven, Conditional: true, Least: 60, trained: true, again: true},
		{Name: "RealNVP given", Fit: fitRealNVPGiven, Conditional: true, Least: 60, trained: true, again: true},
	}
}

func fitGaussian(_ context.Context, f *Fold) (*Transformed, error) {
	m, err := dist.FitGaussianMixture(f.X, &dist.MixtureSettings{Components: 1, MinScale: leastScale, Weights: f.Weights})
	if err != nil {
		return nil, err
	}
	return New(m.Parts[0]), nil
}

func fitT(_ context.Context, f *Fold) (*Transformed, error) {
	t, err := f.t()
	if err != nil {
		return nil, err
	}
	return New(t), nil
}

func fitKernelDensity(_ context.Context, f *Fold) (*Transformed, error) {
	k, err := dist.FitKernelDensity(f.X, f.Weights, leastScale)
	if err != nil {
		return nil, err
	}
	return New(k), nil
}

// t returns a t distribution with the tails of the fold's rows, or heavier ones: rows do not tell how far others may lie.
func (f *Fold) t() (dist.Distribution, error) {
	m, err := dist.FitStudentTMixture(f.X, &dist.MixtureSettings{Components: 1, MinScale: leastScale, Weights: f.Weights})
	if err != nil {
		return nil, err
	}
	const most = 30 // degrees of freedom
	var loc autodiff.Value
	var l *autodiff.Param
	shrink := (most - 2.0) / most // for the same variances
	switch p := m.Parts[0].(type) {
	case *dist.MultivariateNormal:
		loc, l = p.Loc, p.L
	case *dist.MultivariateStudentT:
		df := p.DF.Numbers()[0]
		if df <= most {
			return p, nil
		}
		loc, l = p.Loc, p.L
		shrink *= df / (df - 2)
	}
	kernel.Scale(l.Data(), l.Data(), math.Sqrt(shrink))
	return dist.NewMultivariateStudentT(autodiff.Fixed(most), loc, l), nil
}

func fitMixture(_ context.Context, f *Fold) (*Transformed, error) {
	m, err := f.Mixture()
	if err != nil {
		return nil, err
	}
	return New(m), nil
}

// learned is the precision of networks that have many steps: they take a quarter less time than in float64, and are as good.
const learned = Float32

// usual is the recipe for the fold's rows.
func (f *Fold) usual() recipe {
	n, _ := f.X.Dims()
	if n < 4500 {
		return recipe{rate: 1e-3, batch: 128, steps: 2000, every: 20, patience: 10, average: 0.99, clip: 10, overfits: true}
	}
	return recipe{rate: 2e-3, batch: 256, steps: min(2400+n/4, 6000), every: 40, patience: 10, average: 0.99, clip: 10, overfits: true}
}

func (f *Fold) trained(ctx context.Context, name string, m *Transformed, r recipe) (*Transformed, error) {
	return m, f.train(ctx, name, m, r)
}

func fitNSF(ctx context.Context, f *Fold) (*Transformed, error) {
	_, d := f.X.Dims()
	a := Arch{Dim: d, Precision: learned}.withDefaults("NSF", 4)
	return f.trained(ctx, "NSF", New(dist.NewStdNormal(d), a.couplings(a.spline(), f.source("NSF weights"))...), f.usual())
}

func fitNSFMixture(ctx context.Context, f *Fold) (*Transformed, error) {
	_, d := f.X.Dims()
	base, err := f.Mixture()
	if err != nil {
		return nil, err
	}
	a := Arch{Dim: d, Precision: learned}.withDefaults("NSF", 4)
	return f.trained(ctx, "NSF on mixture", New(base, a.couplings(a.spline(), f.source("NSFm weights"))...), f.usual())
}

func fitNSFARMixture(ctx context.Context, f *Fold) (*Transformed, error) {
	_, d := f.X.Dims()
	base, err := f.Mixture()
	if err != nil {
		return nil, err
	}
	a := Arch{Dim: d, Precision: learned}.withDefaults("NSFAR", 3)
	return f.trained(ctx, "NSFAR on mixture", New(base, a.autoregressive(a.spline(), false, f.source("NSFARm weights"))...), f.usual())
}

// fitMAF has conditioners that are bounded, so that scales stay within reason wherever a row is.
func fitMAF(ctx context.Context, f *Fold) (*Transformed, error) {
	_, d := f.X.Dims()
	a := Arch{Dim: d, Layers: 3, Activation: nn.Tanh, Precision: learned}.withDefaults("MAF", 5)
	r := f.usual()
	r.rate = 3e-3
	return f.trained(ctx, "MAF", New(dist.NewStdNormal(d), a.autoregressive(bijector.Affine{}, false, f.source("MAF weights"))...), r)
}

func fitMADE(ctx context.Context, f *Fold) (*Transformed, error) {
	_, d := f.X.Dims()
	made := dist.NewMADE(masked.Spec{Dim: d, Hidden: []int{64, 64}, Act: nn.ReLU, Direct: true}, dist.MixtureHead{Components: 8}, f.source("MADE weights"))
	made.Net.Single = true // as learned
	return f.trained(ctx, "MADE", New(made), f.usual())
}

// marginal returns a candidate's function behind maps that make columns normal one by one.
func marginal(fit func(ctx context.Context, f *Fold) (*Transformed, error)) func(ctx context.Context, f *Fold) (*Transformed, error) {
	return func(ctx context.Context, f *Fold) (*Transformed, error) {
		inner, to, err := f.Marginal()
		if err != nil {
			return nil, err
		}
		m, err := fit(ctx, inner)
		if err != nil {
			return nil, err
		}
		return m.Then(to), nil
	}
}
