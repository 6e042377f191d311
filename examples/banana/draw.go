package main

import (
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

var window = plot.Window{X0: -5, X1: 30, Y0: -12, Y1: 12}

const shown = 4000 // points in a picture

// draw writes four pictures to the folder.
func draw(dir string, m *flow.Transformed, data *mat.Dense, r *flow.Result, src rand.Source) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		draw func(file string) error
	}{
		{"samples.png", func(f string) error { return drawSamples(f, m, data, src) }},
		{"density.png", func(f string) error { return drawDensity(f, m) }},
		{"layers.png", func(f string) error { return drawLayers(f, m, src) }},
		{"loss.png", func(f string) error { return drawLoss(f, r) }},
	} {
		if err := p.draw(filepath.Join(dir, p.name)); err != nil {
			return err
		}
	}
	return nil
}

// drawSamples shows data and samples of the model side by side.
func drawSamples(file string, m *flow.Transformed, data *mat.Dense, src rand.Source) error {
	n, _ := data.Dims()
	n = min(n, shown)
	samples := mat.NewDense(n, 2, nil)
	m.Draw(samples, src)
	left, right := plot.Empty(window, "data"), plot.Empty(window, "samples of the flow")
	plot.Points(left, data.Slice(0, n, 0, 2), 0, 1, "", plot.Blue)
	plot.Points(right, samples, 0, 1, "", plot.Orange)
	return plot.Save(file, 480, 480, [][]*gonum.Plot{{left, right}})
}

// drawDensity shows the true density and the model's.
func drawDensity(file string, m *flow.Transformed) error {
	left := plot.Density(banana{}, window, 0, "the banana")
	right := plot.Density(m, window, 0, "density of the flow")
	return plot.Save(file, 480, 480, [][]*gonum.Plot{{left, right}})
}

// drawLayers shows points of the base, coloured by quadrant, on their way
// through the bijectors.
func drawLayers(file string, m *flow.Transformed, src rand.Source) error {
	x := mat.NewDense(shown, 2, nil)
	m.Base.Draw(x, src)
	tape := autodiff.NewTape()
	y := tape.Matrix(x)
	stages := []*mat.Dense{x}
	titles := []string{"base"}
	for i, b := range m.Map {
		y = b.Forward(y)
		stages = append(stages, y.Dense())
		titles = append(titles, fmt.Sprintf("after %d", i+1))
	}
	const cols = 4
	rows := (len(stages) + cols - 1) / cols
	plots := make([][]*gonum.Plot, rows)
	for i := range rows * cols {
		p := (*gonum.Plot)(nil)
		if i < len(stages) {
			p = plot.Empty(plot.WindowOf(stages[i], 0, 1), titles[i])
			quadrants(p, x, stages[i])
		}
		plots[i/cols] = append(plots[i/cols], p)
	}
	return plot.Save(file, 280, 280, plots)
}

// quadrants adds the points y in the colour of the quadrant that x is in.
func quadrants(p *gonum.Plot, x, y *mat.Dense) {
	colors := []color.Color{plot.Blue, plot.Orange, plot.Green, plot.Purple}
	parts := make([][]float64, 4)
	n, _ := x.Dims()
	for i := range n {
		q := 0
		if x.At(i, 0) < 0 {
			q++
		}
		if x.At(i, 1) < 0 {
			q += 2
		}
		parts[q] = append(parts[q], y.At(i, 0), y.At(i, 1))
	}
	for q, xy := range parts {
		if len(xy) > 0 {
			plot.Points(p, mat.NewDense(len(xy)/2, 2, xy), 0, 1, "", colors[q])
		}
	}
}

// drawLoss shows the NLL of the records above the entropy.
func drawLoss(file string, r *flow.Result) error {
	var steps []int
	var loss []float64
	for _, rec := range r.History {
		steps, loss = append(steps, rec.Step), append(loss, rec.Loss)
	}
	p := plot.Learning(steps, loss, nil)
	last := float64(steps[len(steps)-1])
	floor, err := plotter.NewLine(plotter.XYs{{X: 0, Y: entropy}, {X: last, Y: entropy}})
	if err != nil {
		return err
	}
	floor.Color, floor.Dashes = plot.Orange, []vg.Length{vg.Points(4), vg.Points(3)}
	p.Add(floor)
	p.Legend.Add("entropy, the least possible", floor)
	return plot.Save(file, 660, 440, plot.One(p))
}
