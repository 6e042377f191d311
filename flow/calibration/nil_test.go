package calibration_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	d, x, src := dist.NewStdNormal(2), mat.NewDense(20, 2, nil), rng.New(1)
	d.Draw(x, src)
	posterior := func(_ int, batch *mat.Dense) { d.Draw(batch, src) }
	made := dist.NewMADE(masked.Spec{Dim: 2, Cond: 1, Outputs: 1, Act: nn.ReLU}, dist.BernoulliHead{}, src)
	niltest.Run(t, "calibration", map[string]niltest.Call{
		"C2ST":               niltest.Of(calibration.C2ST, x, x, &calibration.C2STSettings{}),
		"CDF":                niltest.Of(calibration.CDF, d, 0, 0.0, 10, src),
		"ContextInformation": niltest.Of(calibration.ContextInformation, made, mat.NewDense(3, 1, nil), src),
		"Coverage":           niltest.Of(calibration.Coverage, make([]float64, 20), x, src),
		"Divergences":        niltest.Of(calibration.Divergences, d, d, 10, src),
		"EnergyDistance":     niltest.Of(calibration.EnergyDistance, x, x, 10, src),
		"Entropy":            niltest.Of(calibration.Entropy, d, 10, src),
		"HighestDensity":     niltest.Of(calibration.HighestDensity, d, 0.5, 10, src),
		"KL":                 niltest.Of(calibration.KL, d, d, 10, src),
		"MMD":                niltest.Of(calibration.MMD, x, x, 10, src),
		"MarginalLogProbs":   niltest.Of(calibration.MarginalLogProbs, d, []int{0, 1}, x, 10, src),
		"Mode":               niltest.Of(calibration.Mode, d, 10, src),
		"Moments":            niltest.Of(calibration.Moments, d, 10, src),
		"MutualInformation":  niltest.Of(calibration.MutualInformation, d, []int{0}, []int{1}, 10, 10, src),
		"PIT":                niltest.Of(calibration.PIT, d, x, 10, src),
		"Quantiles":          niltest.Of(calibration.Quantiles, d, 0, []float64{0.5}, 10, src),
		"Rosenblatt":         niltest.Of(calibration.Rosenblatt, d, x, 10, src),
		"RoundTrip":          niltest.Of(calibration.RoundTrip, flow.New(d), x),
		"SBC":                niltest.Of(calibration.SBC, x, 10, posterior, src),
		"TARP":               niltest.Of(calibration.TARP, x, 10, posterior, src),
		"Tails":              niltest.Of(calibration.Tails, d, x, 10, src),
		"Uniform":            niltest.Of(calibration.Uniform, x),
	})
}
