package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/examples/internal/picture"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

var window = picture.Window{X0: -1.4, X1: 2.4, Y0: -0.9, Y1: 1.4}

// draw writes a picture with a column for the truth and one for each model: the
// density above, on one scale of colours, and samples below.
func draw(file string, all []fitted, data *mat.Dense, src rand.Source) error {
	const shown = 4000
	n, _ := data.Dims()
	n = min(n, shown)
	// in the middle of a moon: 1/(2π) · 1/(σ·√(2π))
	const most = 1.27
	truth := picture.New("two moons", window)
	picture.DensityUpTo(truth, window, most, exact)
	points := picture.New("data", window)
	if err := picture.Points(points, data.Slice(0, n, 0, 2), picture.Blue, vg.Points(0.6)); err != nil {
		return err
	}
	plots := [][]*plot.Plot{{truth}, {points}}
	for _, f := range all {
		density := picture.New(fmt.Sprintf("%s, NLL %.3f", f.name, f.nll), window)
		picture.DensityUpTo(density, window, most, f.model.LogProbs)
		samples := picture.New("samples of "+f.name, window)
		drawn := mat.NewDense(n, 2, nil)
		f.model.Draw(drawn, src)
		if err := picture.Points(samples, drawn, picture.Orange, vg.Points(0.6)); err != nil {
			return err
		}
		plots[0], plots[1] = append(plots[0], density), append(plots[1], samples)
	}
	width := vg.Length(len(plots[0])) * 3.6 * vg.Inch
	return picture.Save(file, width, 5.2*vg.Inch, plots)
}
