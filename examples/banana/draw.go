package main

import (
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/examples/internal/picture"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

var window = picture.Window{X0: -5, X1: 30, Y0: -12, Y1: 12}

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
	left, right := picture.New("data", window), picture.New("samples of the flow", window)
	if err := picture.Points(left, data.Slice(0, n, 0, 2), picture.Blue, vg.Points(0.8)); err != nil {
		return err
	}
	if err := picture.Points(right, samples, picture.Orange, vg.Points(0.8)); err != nil {
		return err
	}
	return picture.Save(file, 9*vg.Inch, 4.5*vg.Inch, [][]*plot.Plot{{left, right}})
}

// drawDensity shows the true density and the model's.
func drawDensity(file string, m *flow.Transformed) error {
	left, right := picture.New("the banana", window), picture.New("density of the flow", window)
	picture.Density(left, window, banana{}.LogProbs)
	picture.Density(right, window, m.LogProbs)
	return picture.Save(file, 9*vg.Inch, 4.5*vg.Inch, [][]*plot.Plot{{left, right}})
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
	plots := make([][]*plot.Plot, rows)
	for i := range rows * cols {
		p := (*plot.Plot)(nil)
		if i < len(stages) {
			p = picture.New(titles[i], extent(stages[i]))
			if err := quadrants(p, x, stages[i]); err != nil {
				return err
			}
		}
		plots[i/cols] = append(plots[i/cols], p)
	}
	return picture.Save(file, 10*vg.Inch, vg.Length(rows)*2.5*vg.Inch, plots)
}

// quadrants adds the points y in the colour of the quadrant that x is in.
func quadrants(p *plot.Plot, x, y *mat.Dense) error {
	colors := []color.Color{picture.Blue, picture.Orange, picture.Green, picture.Red}
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
		if len(xy) == 0 {
			continue
		}
		if err := picture.Points(p, mat.NewDense(len(xy)/2, 2, xy), colors[q], vg.Points(0.6)); err != nil {
			return err
		}
	}
	return nil
}

// extent returns the window that holds all points.
func extent(x *mat.Dense) picture.Window {
	lo, hi := func(j int) float64 { return mat.Min(x.ColView(j)) }, func(j int) float64 { return mat.Max(x.ColView(j)) }
	return picture.Window{X0: lo(0), X1: hi(0), Y0: lo(1), Y1: hi(1)}
}

// drawLoss shows the NLL of the records above the entropy.
func drawLoss(file string, r *flow.Result) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = "training", "step", "NLL, nats"
	var xy plotter.XYs
	last := 0.0
	for _, rec := range r.History {
		xy = append(xy, plotter.XY{X: float64(rec.Step), Y: rec.Loss})
		last = float64(rec.Step)
	}
	line, err := plotter.NewLine(xy)
	if err != nil {
		return err
	}
	line.Color, line.Width = picture.Blue, vg.Points(1.2)
	floor, err := plotter.NewLine(plotter.XYs{{X: 0, Y: entropy}, {X: last, Y: entropy}})
	if err != nil {
		return err
	}
	floor.Color, floor.Dashes = picture.Red, []vg.Length{vg.Points(4), vg.Points(3)}
	p.Add(plotter.NewGrid(), line, floor)
	p.Legend.Add("NLL of fresh batches", line)
	p.Legend.Add("entropy, the least possible", floor)
	p.Legend.Top = true
	return picture.Save(file, 6*vg.Inch, 4*vg.Inch, [][]*plot.Plot{{p}})
}
