// Package picture draws what the examples show.
package picture

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Blue, and other colours that print well together.
var (
	Blue   = color.RGBA{R: 38, G: 99, B: 173, A: 255}
	Orange = color.RGBA{R: 221, G: 122, B: 38, A: 255}
	Green  = color.RGBA{R: 62, G: 140, B: 74, A: 255}
	Red    = color.RGBA{R: 186, G: 52, B: 58, A: 255}
)

// A Window is the part of the plane that a picture shows.
type Window struct{ X0, X1, Y0, Y1 float64 }

// New returns an empty plot of the window.
func New(title string, w Window) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = w.X0, w.X1, w.Y0, w.Y1
	return p
}

// Points adds the points (column 0, column 1) of x that lie in the plot's window.
func Points(p *plot.Plot, x mat.Matrix, c color.Color, radius vg.Length) error {
	n, _ := x.Dims()
	var xy plotter.XYs
	for i := range n {
		a, b := x.At(i, 0), x.At(i, 1)
		if a >= p.X.Min && a <= p.X.Max && b >= p.Y.Min && b <= p.Y.Max {
			xy = append(xy, plotter.XY{X: a, Y: b})
		}
	}
	if len(xy) == 0 {
		return nil
	}
	s, err := plotter.NewScatter(xy)
	if err != nil {
		return err
	}
	s.GlyphStyle = draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}
	min, max := [2]float64{p.X.Min, p.Y.Min}, [2]float64{p.X.Max, p.Y.Max}
	p.Add(s)
	p.X.Min, p.Y.Min, p.X.Max, p.Y.Max = min[0], min[1], max[0], max[1]
	return nil
}

// grid is a function on a regular grid over a window.
type grid struct {
	w Window
	n int
	z []float64
}

func (g grid) Dims() (c, r int)   { return g.n, g.n }
func (g grid) Z(c, r int) float64 { return g.z[r*g.n+c] }
func (g grid) X(c int) float64    { return g.w.X0 + (g.w.X1-g.w.X0)*(float64(c)+0.5)/float64(g.n) }
func (g grid) Y(r int) float64    { return g.w.Y0 + (g.w.Y1-g.w.Y0)*(float64(r)+0.5)/float64(g.n) }

// Density adds a density as a heat map with contours: logProbs scores the rows of a matrix.
func Density(p *plot.Plot, w Window, logProbs func(dst []float64, y mat.Matrix) []float64) {
	g := gridOf(w, logProbs)
	heatMap(p, g, slices.Max(g.z))
}

// DensityUpTo is like [Density] with colours that end at the density top, so
// that pictures compare; what is above looks the same.
func DensityUpTo(p *plot.Plot, w Window, top float64, logProbs func(dst []float64, y mat.Matrix) []float64) {
	heatMap(p, gridOf(w, logProbs), top)
}

func gridOf(w Window, logProbs func(dst []float64, y mat.Matrix) []float64) grid {
	g := grid{w: w, n: 240}
	at := mat.NewDense(g.n*g.n, 2, nil)
	for r := range g.n {
		for c := range g.n {
			at.SetRow(r*g.n+c, []float64{g.X(c), g.Y(r)})
		}
	}
	for _, lp := range logProbs(nil, at) {
		g.z = append(g.z, math.Exp(lp))
	}
	return g
}

func heatMap(p *plot.Plot, g grid, top float64) {
	colors := moreland.ExtendedBlackBody().Palette(255)
	heat := plotter.NewHeatMap(g, colors)
	heat.Min, heat.Max, heat.Rasterized = 0, top, true
	heat.Overflow = colors.Colors()[254]
	p.Add(heat)
	var levels []float64
	for _, f := range []float64{0.01, 0.05, 0.2, 0.5, 0.8} {
		levels = append(levels, f*top)
	}
	lines := plotter.NewContour(g, levels, white{})
	lines.LineStyles = []draw.LineStyle{{Color: color.RGBA{R: 255, G: 255, B: 255, A: 150}, Width: vg.Points(0.6)}}
	p.Add(lines)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = g.w.X0, g.w.X1, g.w.Y0, g.w.Y1
}

type white struct{}

func (white) Colors() []color.Color { return []color.Color{color.White} }

var _ palette.Palette = white{}

// Save writes plots side by side, in rows of equal length, as a PNG file.
func Save(name string, width, height vg.Length, plots [][]*plot.Plot) (err error) {
	img := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(110))
	tiles := draw.Tiles{Rows: len(plots), Cols: len(plots[0]), PadX: vg.Points(8), PadY: vg.Points(8),
		PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(10)}
	canvases := plot.Align(plots, tiles, draw.New(img))
	for i, row := range plots {
		for j, p := range row {
			if p != nil {
				p.Draw(canvases[i][j])
			}
		}
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	_, err = vgimg.PngCanvas{Canvas: img}.WriteTo(f)
	return err
}
