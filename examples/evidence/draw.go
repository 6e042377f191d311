package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
	gplot "gonum.org/v1/plot"
)

// shares returns how many of the rows are in each mode of the ring.
func shares(x *mat.Dense) (share [modes]float64) {
	n, _ := x.Dims()
	for i := range n {
		share[mode(x.RawRowView(i))] += 1 / float64(n)
	}
	return share
}

// draw shows the first two columns of weighted draws over those of the flow.
func draw(t target, p *mc.Particles, x *mat.Dense) *gplot.Plot {
	pic := plot.Empty(plot.WindowOf(x, 0, 1), fmt.Sprintf("%s, log Z %.3f ± %.2g", t.name, p.Draws.LogZ.Value, math.Max(p.Draws.LogZ.SE, 1e-4)))
	pic.Legend.Left = true
	own := mat.NewDense(2000, t.d, nil)
	p.Flow.Draw(own, rand.NewPCG(1, 2))
	plot.Points(pic, own, 0, 1, "flow", plot.Grey)
	plot.Points(pic, x.Slice(0, 2000, 0, t.d), 0, 1, "weighted", plot.Orange)
	return pic
}
