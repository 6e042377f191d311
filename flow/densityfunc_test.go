package flow_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// plainBanana is the banana with its gradient in plain Go.
func plainBanana(x, grad []float64) float64 {
	a, b := x[0]-x[1]*x[1]/4, x[1]/2
	if grad != nil {
		grad[0], grad[1] = -a, a*x[1]/2-b/2
	}
	return -a*a/2 - b*b/2
}

// A function's values and gradients reach the tape.
func TestDensityFunc(t *testing.T) {
	f := flow.DensityFunc(plainBanana)
	x := normal(7, 2, 1)
	tape := autodiff.NewTape()
	y := tape.Variable(x)
	tape.Backward(f.LogDensity(y).Mul(tape.View(7, 1, []float64{1, 2, 3, 4, 5, 6, 7})).Sum())
	grad := make([]float64, 2)
	for i, lp := range f.LogProbs(nil, x) {
		if want := plainBanana(x.RawRowView(i), grad); lp != want || f.LogProb(x.RawRowView(i)) != want {
			t.Errorf("row %d: got %v, want %v", i, lp, want)
		}
		for j, want := range grad {
			if got := y.Grad()[2*i+j]; math.Abs(got-float64(i+1)*want) > 1e-14 {
				t.Errorf("row %d: got derivative %v in column %d, want %v", i, got, j, float64(i+1)*want)
			}
		}
	}
}

func TestDensityFuncCheck(t *testing.T) {
	if err := flow.DensityFunc(plainBanana).Check([]float64{1, -2}); err != nil {
		t.Error(err)
	}
	far := flow.DensityFunc(func(x, grad []float64) float64 {
		z := (x[0] - 1e6) / 1e3
		if grad != nil {
			grad[0] = -z / 1e3
		}
		return 1e5 - z*z/2
	})
	if err := far.Check([]float64{1e6 + 700}); err != nil {
		t.Error(err)
	}
	wrong := flow.DensityFunc(func(x, grad []float64) float64 {
		lp := plainBanana(x, grad)
		if grad != nil {
			grad[1] *= 1.01
		}
		return lp
	})
	wantError(t, wrong.Check([]float64{1, -2}), "in column 1")
	wantError(t, flow.DensityFunc(func(x, grad []float64) float64 { return math.Inf(-1) }).Check([]float64{1}), "inside the support")
	wantError(t, flow.DensityFunc(func(x, grad []float64) float64 { return float64(len(grad)) }).Check([]float64{1}), "want the same")
}

// A flow fitted to a plain function, with a map to its support: Gamma(3, 1) and N(x₁, 1).
func TestFitDensityFunc(t *testing.T) {
	f := flow.DensityFunc(func(x, grad []float64) float64 {
		if !(x[0] > 0) {
			return math.Inf(-1)
		}
		e := x[1] - x[0]
		if grad != nil {
			grad[0], grad[1] = 2/x[0]-1+e, -e
		}
		return 2*math.Log(x[0]) - x[0] - e*e/2
	})
	support := bijector.NewBlockwise(bijector.Block{B: bijector.NewSoftplus(autodiff.Value{}, autodiff.Value{}), In: 1}, bijector.Block{B: bijector.Identity{}, In: 1})
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{16}, Clip: -1}, rng.New(1)).Then(support)
	r, err := flow.FitDensity(background, m, f.LogDensity, &flow.Settings{Steps: 300})
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Ln2 + 0.5*math.Log(2*math.Pi); math.Abs(r.Importance.LogZ.Value-want) > 4*r.Importance.LogZ.SE+0.005 || r.Importance.ESS < 0.9*2000 || len(r.Warnings) > 0 {
		t.Errorf("got %v, want log Z %v", r, want)
	}
	x := mat.NewDense(20000, 2, nil)
	m.Draw(x, rng.New(2))
	if mean := stat.Mean(mat.Col(nil, 1, x), nil); math.Abs(mean-3) > 0.1 {
		t.Errorf("got mean %v, want 3", mean)
	}
	forgot := flow.DensityFunc(func(x, grad []float64) float64 { return -x[0] * x[0] })
	_, err = flow.FitDensity(background, flow.NSF(flow.Arch{Dim: 1, Layers: 1, Hidden: []int{4}}, rng.New(1)), forgot.LogDensity, &flow.Settings{Steps: 10})
	wantError(t, err, "does not depend on y")
}

// Modes are not lost: three normal distributions far apart, in unequal shares. The rate is that of which FitDensity says that it keeps
// them: all of eight seeds had them, and six with the default.
func TestFitDensityModes(t *testing.T) {
	weights, places := []float64{0.5, 0.3, 0.2}, [][]float64{{-9, 0}, {6, 8}, {6, -8}}
	target := flow.DensityFunc(func(x, grad []float64) float64 {
		top, sum, lp, g := math.Inf(-1), 0.0, [3]float64{}, [2]float64{}
		for k, at := range places {
			a, b := x[0]-at[0], x[1]-at[1]
			lp[k] = math.Log(weights[k]/2/math.Pi) - (a*a+b*b)/2
			top = max(top, lp[k])
		}
		for k, at := range places {
			w := math.Exp(lp[k] - top)
			sum += w
			g[0] += w * (at[0] - x[0])
			g[1] += w * (at[1] - x[1])
		}
		if grad != nil {
			grad[0], grad[1] = g[0]/sum, g[1]/sum
		}
		return top + math.Log(sum)
	})
	m := flow.NSF(flow.Arch{Dim: 2, Hidden: []int{32}, Clip: -1}, rng.New(1))
	r, err := flow.FitDensity(background, m, target.LogDensity, &flow.Settings{Steps: 500, Schedule: optim.Cosine{Start: 0.001}})
	if err != nil {
		t.Fatal(err)
	}
	if z := r.Importance.LogZ; math.Abs(z.Value) > 4*z.SE+0.01 || r.Importance.ESS < 0.4*2000 {
		t.Errorf("got %v, want log Z 0", r)
	}
	x := mat.NewDense(4000, 2, nil)
	m.Draw(x, rng.New(2))
	var share [3]float64
	for i := range 4000 {
		switch {
		case x.At(i, 0) < 0:
			share[0] += 1.0 / 4000
		case x.At(i, 1) > 0:
			share[1] += 1.0 / 4000
		default:
			share[2] += 1.0 / 4000
		}
	}
	for k, s := range share {
		if math.Abs(s-weights[k]) > 0.15 {
			t.Errorf("got shares %.3f of the modes, want %v", share, weights)
			break
		}
	}
}

// Rows on a surface, here a simplex, are no reason for warnings: Dirichlet(2, 3, 4), whose constant is 8!/(1!·2!·3!).
func TestFitDensitySurface(t *testing.T) {
	f := flow.DensityFunc(func(x, grad []float64) float64 {
		if grad != nil {
			grad[0], grad[1], grad[2] = 1/x[0], 2/x[1], 3/x[2]
		}
		return math.Log(x[0]) + 2*math.Log(x[1]) + 3*math.Log(x[2])
	})
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{16}, Clip: -1}, rng.New(1)).Then(bijector.StickBreaking{})
	r, err := flow.FitDensity(background, m, f.LogDensity, &flow.Settings{Steps: 200})
	if err != nil {
		t.Fatal(err)
	}
	if z := r.Importance.LogZ; math.Abs(z.Value-math.Log(12.0/40320)) > 4*z.SE+0.005 || len(r.Warnings) > 0 {
		t.Errorf("got %v, want log Z %v and no warning", r, math.Log(12.0/40320))
	}
}
