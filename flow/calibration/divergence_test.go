package calibration_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Two normal densities d deviations apart: KL is d²/2 and the total variation 2Φ(d/2) − 1.
func TestDivergences(t *testing.T) {
	for _, apart := range []float64{0, 0.5, 3} {
		p, q := dist.NewStdNormal(1), dist.NewNormal(1, autodiff.Fixed(apart), autodiff.Fixed(1))
		d := calibration.Divergences(p, q, 20000, rng.New(1))
		near(t, "KL", d.KL, apart*apart/2)
		near(t, "reverse KL", d.Reverse, apart*apart/2)
		near(t, "total variation", d.TotalVariation, 2*distuv.UnitNormal.CDF(apart/2)-1)
		if js := d.JensenShannon; js.Value < -1e-12 || js.Value > math.Ln2 || apart == 3 && js.Value < 0.4 {
			t.Errorf("%v apart: got Jensen–Shannon divergence %v", apart, js)
		}
	}
	far := calibration.Divergences(dist.NewUniform(1, autodiff.Fixed(0), autodiff.Fixed(1)), dist.NewUniform(1, autodiff.Fixed(2), autodiff.Fixed(3)), 10, rng.New(1))
	if !math.IsInf(far.KL.Value, 1) || far.TotalVariation.Value != 1 || far.JensenShannon.Value != math.Ln2 {
		t.Errorf("got %v of densities apart, want ∞, log 2 and 1", far)
	}
}

// shifted is y = c + normal noise of deviation 1/2.
func shifted() *flow.Transformed {
	mean := bijector.NewCoupling(1, nil, bijector.Additive{}, 1, func(in, out int) nn.Network {
		net := nn.NewMLP(in, nil, out, nn.Linear, nil)
		net.Layers[0].W.Set([]float64{1})
		return net
	})
	return flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Fixed(0.5)), mean)
}

// Contexts of deviation 1 tell ½·log(1 + 4) of rows with noise of deviation ½.
func TestContextInformation(t *testing.T) {
	c := mat.NewDense(600, 1, nil)
	dist.NewStdNormal(1).Draw(c, rng.New(1))
	if e, want := calibration.ContextInformation(shifted(), c, rng.New(2)), 0.5*math.Log(5); math.Abs(e.Value-want) > 4*e.SE+0.01 || e.SE > 0.06 {
		t.Errorf("got %v, want %v", e, want)
	}
}

// Two densities that are nearly alike.
func ExampleDivergences() {
	var d *calibration.Divergence = calibration.Divergences(dist.NewStdNormal(1), dist.NewNormal(1, autodiff.Fixed(0.1), autodiff.Fixed(1)), 5000, rand.NewPCG(1, 2))
	fmt.Println("KL is 0.005:", math.Abs(d.KL.Value-0.005) < 3*d.KL.SE)
	fmt.Println("no event differs by 5 %:", d.TotalVariation.Value < 0.05)
	// Output:
	// KL is 0.005: true
	// no event differs by 5 %: true
}
