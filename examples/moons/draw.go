package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/plot"
)

var window = plot.Window{X0: -1.4, X1: 2.4, Y0: -0.9, Y1: 1.4}

// draw writes a picture with a column for the truth and one for each model: the
// density above, on one scale of colours, and samples below.
func draw(file string, all []fitted, data *mat.Dense, src rand.Source) error {
	const shown = 4000
	n, _ := data.Dims()
	n = min(n, shown)
	// in the middle of a moon: 1/(2π) · 1/(σ·√(2π))
	const most = 1.27
	points := plot.Empty(window, "data")
	plot.Points(points, data.Slice(0, n, 0, 2), 0, 1, "", plot.Blue)
	plots := [][]*gonum.Plot{{plot.Density(scorer(exact), window, most, "two moons")}, {points}}
	for _, f := range all {
		density := plot.Density(f.model, window, most, fmt.Sprintf("%s, NLL %.3f", f.name, f.nll))
		samples := plot.Empty(window, "samples of "+f.name)
		drawn := mat.NewDense(n, 2, nil)
		f.model.Draw(drawn, src)
		plot.Points(samples, drawn, 0, 1, "", plot.Orange)
		plots[0], plots[1] = append(plots[0], density), append(plots[1], samples)
	}
	return plot.Save(file, 400, 290, plots)
}

// A scorer is a density that scores rows.
type scorer func(dst []float64, y mat.Matrix) []float64

// LogProbs returns the log-densities of the rows of y.
func (s scorer) LogProbs(dst []float64, y mat.Matrix) []float64 { return s(dst, y) }
