package flow_test

import (
	"context"
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// wide forgets to add up its log-determinant over the columns.
type wide struct{ bijector.Identity }

func (wide) ILDJ(y autodiff.Var) autodiff.Var { return y.MulConst(0) }

func TestMistakesPanic(t *testing.T) {
	conditional := flow.RealNVP(flow.Arch{Dim: 3, Cond: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	base := dist.NewStdNormal(2)
	for want, f := range map[string]func(){
		"flow: New: got no base":         func() { flow.New(nil) },
		"flow: New: bijector 1: got nil": func() { flow.New(base, bijector.Identity{}, nil) },
		"flow: New: bijector 1, *bijector.Standardizer: bijector: Standardizer: got 2 columns, want 3": func() {
			flow.New(base, bijector.Exp{}, bijector.NewStandardizer(3))
		},
		"flow: Then: bijector 2, bijector.Chain: bijector: Standardizer: got 3 columns, want 5":     func() { conditional.Then(bijector.Chain{bijector.NewStandardizer(5)}) },
		"flow: New: bijector 0, *bijector.Subset: bijector: Subset: got 2 columns, want at least 6": func() { flow.New(base, bijector.NewSubset(bijector.Exp{}, 5)) },
		"flow: Then: got a base with a context of 2": func() {
			flow.New(conditional).Then(small(3, 1).Map...)
		},
		"flow: LogProb: got 3 columns, want 2":                           func() { flow.New(base).LogProb(make([]float64, 3)) },
		"flow: Sample: got 3 columns, want 2":                            func() { flow.New(base).Sample(mat.NewDense(1, 3, nil)) },
		"flow: Given: got no context, want one of 2 columns":             func() { conditional.Given(nil) },
		"flow: Given: got a model that has its context already":          func() { conditional.Given(normal(1, 2, 1)).Given(normal(1, 2, 1)) },
		"flow: Given: got a context for a model that takes none":         func() { flow.New(base).Given(normal(1, 2, 1)) },
		"flow: NSF: got Bins -1, Bound 0":                                func() { flow.NSF(flow.Arch{Dim: 2, Bins: -1}, nil) },
		"flow: MAF: got Bins 0, Bound -1":                                func() { flow.MAF(flow.Arch{Dim: 2, Bound: -1}, nil) },
		"flow: NICE: got Hidden [3 0], want positive widths":             func() { flow.NICE(flow.Arch{Dim: 2, Hidden: []int{3, 0}}, nil) },
		"bijector: Spline: got 129 bins, want 1 to 128":                  func() { flow.NSF(flow.Arch{Dim: 2, Bins: 129}, nil) },
		"flow: BitsPerDim: got 1 rows of 0 numbers":                      func() { flow.BitsPerDim([]float64{1}, 0) },
		"log-determinants that add up to 1×2, want 1×1":                  func() { flow.New(base, wide{}).LogProb([]float64{1, 2}) },
		"flow: FitDensity: got log-densities of shape 120×3, want 120×1": func() { fitDensity(func(y autodiff.Var) autodiff.Var { return y }) },
	} {
		mustPanic(t, want, f)
	}
}

// What is nil is named by the call that it was given to.
func TestNilIsNamed(t *testing.T) {
	m := flow.New(dist.NewStdNormal(2))
	conditional := flow.RealNVP(flow.Arch{Dim: 2, Cond: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	var matrix *mat.Dense
	var none context.Context
	for want, f := range map[string]func(){
		"flow: LogProbs: got no matrix, want one of 2 columns": func() { m.LogProbs(nil, matrix) },
		"flow: Encode: got no matrix":                          func() { m.Encode(nil, nil) },
		"flow: Decode: got no matrix":                          func() { m.Decode(nil, matrix) },
		"flow: Sample: got no matrix":                          func() { m.Sample(nil) },
		"flow: Given: got no context, want one of 2 columns":   func() { conditional.Given(matrix) },
		"flow: Fit: got no model":                              func() { _, _ = flow.Fit(background, nil, flow.Rows(bananas(9, 1)), nil) },
		"flow: Fit: got no context.Context":                    func() { _, _ = flow.Fit(none, m, flow.Rows(bananas(9, 1)), nil) },
		"flow: Learn: got no context.Context":                  func() { _, _, _ = flow.Learn(none, flow.Rows(bananas(9, 1)), nil) },
		"flow: FitDensity: got no log-density":                 func() { _, _ = flow.FitDensity(background, m, nil, nil) },
		"flow: FitDensityGiven: got no log-density":            func() { _, _ = flow.FitDensityGiven(background, conditional, flow.Rows(bananas(9, 1)), nil, nil) },
		"flow: Load: got no reader":                            func() { _, _ = flow.Load(nil) },
		"flow: Save: got no writer":                            func() { _ = m.Save(nil) },
	} {
		mustPanic(t, want, f)
	}
	for want, data := range map[string]flow.Data{
		"got no data":                     flow.Rows(matrix),
		"got no contexts by Data.Given":   flow.Rows(bananas(9, 1)).Given(matrix),
		"got no weights by Data.Weighted": flow.Rows(bananas(9, 1)).Weighted(nil),
	} {
		if _, err := flow.Fit(background, conditional, data, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

// An empty batch is no mistake.
func TestEmptyBatches(t *testing.T) {
	m, empty := flow.New(dist.NewStdNormal(2)), new(mat.Dense)
	m.Sample(empty)
	if x, y, lp := m.Encode(nil, empty), m.Decode(nil, empty), m.LogProbs(nil, empty); !x.IsEmpty() || !y.IsEmpty() || len(lp) != 0 {
		t.Errorf("got %v, %v and %v, want nothing", x, y, lp)
	}
}

func fitDensity(logDensity func(y autodiff.Var) autodiff.Var) error {
	_, err := flow.FitDensity(background, flow.RealNVP(flow.Arch{Dim: 3, Layers: 1, Hidden: []int{4}}, rng.New(1)), logDensity, nil)
	return err
}

func fitGiven(m *flow.Transformed, contexts flow.Data) error {
	_, err := flow.FitDensityGiven(background, m, contexts, func(y, _ autodiff.Var) autodiff.Var { return y.RowSum() }, nil)
	return err
}

// nobody is a stream without rows.
func nobody() iter.Seq2[[]float64, error] { return func(func([]float64, error) bool) {} }

func TestMistakesAreErrors(t *testing.T) {
	conditional := flow.RealNVP(flow.Arch{Dim: 2, Cond: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	positive := flow.New(dist.NewStdNormal(2), bijector.NewShift(autodiff.Learned(0)), bijector.Exp{})
	rows := flow.Rows(bananas(200, 1))
	for want, f := range map[string]func() error{
		"flow: Fit: got a model that is bound to a context": func() error {
			_, err := flow.Fit(background, conditional.Given(normal(1, 2, 1)), rows, nil)
			return err
		},
		"flow: Fit: got no data": func() error { _, err := flow.Fit(background, conditional, flow.Rows(nil), nil); return err },
		"flow: Fit: Settings.Held: got data of 3 columns, want 2": func() error {
			_, err := flow.Fit(background, positive, rows, &flow.Settings{Held: flow.Rows(normal(9, 3, 1))})
			return err
		},
		"flow: Fit: Settings.Held: got data that are not in memory": func() error {
			_, err := flow.Fit(background, positive, rows, &flow.Settings{Held: flow.Fresh(2, banana)})
			return err
		},
		"flow: Fit: got weights without rows in memory": func() error {
			_, err := flow.Fit(background, positive, flow.Fresh(2, banana).Weighted([]float64{1}), nil)
			return err
		},
		"flow: NewObjective: got data with a context of 0 columns, want 2": func() error {
			_, err := flow.NewObjective(conditional, rows)
			return err
		},
		"flow: FitDensity: got a model with a context of 2 columns, want one without, or FitDensityGiven": func() error {
			_, err := flow.FitDensity(background, conditional, func(y autodiff.Var) autodiff.Var { return y.RowSum() }, nil)
			return err
		},
		"flow: FitDensityGiven: got a model that takes no context": func() error {
			return fitGiven(positive, flow.Rows(normal(3, 2, 1)))
		},
		"flow: FitDensityGiven: got no contexts":              func() error { return fitGiven(conditional, flow.Rows(nil)) },
		"flow: FitDensityGiven: got contexts of 3 columns":    func() error { return fitGiven(conditional, flow.Rows(normal(3, 3, 1))) },
		"flow: FitDensityGiven: got dequantized contexts":     func() error { return fitGiven(conditional, flow.Rows(normal(3, 2, 1)).Dequantized()) },
		"flow: FitDensityGiven: got a stream of contexts":     func() error { return fitGiven(conditional, flow.Stream(2, nobody)) },
		"flow: FitDensityGiven: got 3 contexts and weights t": func() error { return fitGiven(conditional, flow.Rows(normal(3, 2, 1)).Weighted(make([]float64, 3))) },
		"flow: FitDensityGiven: data row 0, column 1: got NaN": func() error {
			return fitGiven(conditional, flow.Rows(mat.NewDense(1, 2, []float64{1, nan})))
		},
		"flow: Fit: row 1, column 1: got -1.98": func() error { // outside of the support
			_, err := flow.Fit(background, positive, rows, &flow.Settings{Steps: 3})
			return err
		},
		// a held-out row outside of the support
		"flow: Fit: held-out row 1, column 1: got -3, outside the range of bijector 1, bijector.Exp": func() error {
			_, err := flow.Fit(background, positive, flow.Rows(mat.NewDense(2, 2, []float64{1, 2, 3, 4})),
				&flow.Settings{Steps: 20, Held: flow.Rows(mat.NewDense(2, 2, []float64{1, 2, 1, -3}))})
			return err
		},
		"the gradient's norm is +Inf": func() error {
			m := flow.New(dist.NewStdNormal(1), bijector.NewShift(autodiff.Learned(0)), bijector.NewScale(autodiff.Learned(1e-80)))
			_, err := flow.Fit(background, m, flow.Rows(mat.NewDense(4, 1, []float64{1, 2, 3, 4})), &flow.Settings{Steps: 2})
			return err
		},
	} {
		wantError(t, f(), want)
	}
}

// A Shift moves a circle past the end of its base.
func TestRowOutsideTheBase(t *testing.T) {
	m := flow.New(dist.NewUniform(1, autodiff.Fixed(-math.Pi), autodiff.Fixed(math.Pi)), bijector.NewShift(autodiff.Learned(1)))
	_, err := flow.Fit(background, m, flow.Rows(mat.NewDense(1, 1, []float64{-3})), &flow.Settings{Steps: 20})
	wantError(t, err, "first in the base, where a row that begins with [-3] arrives at [-4], whose log-density is -Inf")
}

// A row of numbers given a context that is none has no density that is known.
func TestContextNaN(t *testing.T) {
	m := shake(flow.RealNVP(flow.Arch{Dim: 3, Cond: 2, Layers: 2, Hidden: []int{4}}, rng.New(1)), 2)
	c := normal(3, 2, 1)
	c.Set(1, 0, nan)
	got := m.Given(c).LogProbs(nil, normal(3, 3, 2))
	for i, v := range got {
		if math.IsNaN(v) != (i == 1) || math.IsInf(v, 0) {
			t.Errorf("row %d: got %v, want NaN in row 1 only", i, v)
		}
	}
}

// A record whose held-out NLL is infinite is as bad as can be, and no more: later ones may
// be better.
func TestValidationInfinite(t *testing.T) {
	bad := &nanOnce{Shift: bijector.NewShift(autodiff.Learned(3))}
	m := flow.New(dist.NewStdNormal(1), bad)
	rows := normal(300, 1, 1)
	r, err := flow.Fit(background, m, flow.Rows(rows), &flow.Settings{Steps: 60, Every: 10, Held: flow.Rows(rows), Schedule: optim.Constant(0.05), Average: -1,
		Report: func(r flow.Record) { bad.nan = r.Step == 10 }})
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsInf(r.History[2].Validation, 1) || r.Best < 30 || math.IsInf(r.Loss, 0) {
		t.Errorf("got %+v, want +Inf in the second record, and the best later", r)
	}
}

// nanOnce scores NaN without gradients, as held-out rows are, when told so.
type nanOnce struct {
	*bijector.Shift
	nan bool
}

func (b *nanOnce) ILDJ(y autodiff.Var) autodiff.Var {
	if b.nan && y.Rows() > 256 {
		return y.RowSum().MulConst(math.NaN())
	}
	return b.Shift.ILDJ(y)
}
