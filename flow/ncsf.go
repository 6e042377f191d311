package flow

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// NCSF returns a neural circular spline flow, for rows of angles in [−Bound, Bound], Bound being π by default: couplings, six
// by default, whose maps are circular splines, from a uniform distribution. Networks see cosines and sines of the columns,
// and a learned turn follows each coupling, so that the density is continuous on the torus. Columns are not
// standardised, only the context is; Clip and Order have no use here. The log-density of a row outside is −Inf: to angles of
// another turn add whole turns first. Both directions cost one pass of each network.
//
// Danilo Jimenez Rezende, George Papamakarios, Sébastien Racanière, Michael S. Albergo, Gurtej Kanwar, Phiala E. Shanahan, Kyle Cranmer,
// Normalizing Flows on Tori and Spheres, 2020, arXiv:2002.02428.
func NCSF(a Arch, src rand.Source) *Transformed {
	a.Clip = -1
	setDefault(&a.Bound, math.Pi)
	a = a.withDefaults("NCSF", 6)
	spline := a.spline()
	spline.Tails = bijector.CircularTails
	var chain bijector.Chain
	for _, c := range a.couplings(spline, src) {
		turn := bijector.NewCircularShift(autodiff.Learned(make([]float64, a.Dim)...), a.Bound)
		chain = append(chain, c, turn)
	}
	if a.Cond > 0 {
		chain = bijector.Chain{bijector.NewEmbedded(nn.NewStandardizer(a.Cond), chain)}
	}
	return New(dist.NewUniform(a.Dim, autodiff.Fixed(-a.Bound), autodiff.Fixed(a.Bound)), chain...)
}

// periodic returns a network that sees the first columns, which are angles, as cosines and sines.
func (a *Arch) periodic(angles, in, out int, src rand.Source) nn.Network {
	lengths := make([]float64, angles)
	for i := range lengths {
		lengths[i] = 2 * a.Bound
	}
	see := nn.NewPeriodic(in, bijector.Columns(0, angles), lengths)
	return nn.NewSequential(see, a.network(see.Out(), out, src))
}
