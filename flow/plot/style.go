package plot

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours that colour-blind people tell apart, after M. Okabe and K. Ito, Color
// Universal Design, 2008.
var (
	Blue   = color.NRGBA{R: 0, G: 114, B: 178, A: 255}
	Orange = color.NRGBA{R: 213, G: 94, B: 0, A: 255}
	Green  = color.NRGBA{R: 0, G: 158, B: 115, A: 255}
	Purple = color.NRGBA{R: 204, G: 121, B: 167, A: 255}
	Grey   = color.NRGBA{R: 120, G: 120, B: 120, A: 255}
)

// cycle is for chains and other things that are many.
var cycle = []color.NRGBA{Blue, Orange, Green, Purple, Grey}

func faded(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// newPlot returns an empty plot with the package's type sizes.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font = sans(11)
	p.Title.Padding = vg.Points(4)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = sans(10)
		a.Tick.Label.Font = sans(9)
		a.Padding = vg.Points(2)
	}
	p.Legend.TextStyle.Font = sans(9)
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(2)
	p.Legend.ThumbnailWidth = vg.Points(14)
	return p
}

// Empty returns a plot of a window with nothing in it, to which [Points] and gonum's plotters add.
func Empty(w Window, title string) *plot.Plot {
	p := newPlot(title, "", "")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = w.X0, w.X1, w.Y0, w.Y1
	return p
}

func sans(size font.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// small is for panels of a large figure.
func small(p *plot.Plot, size font.Length) *plot.Plot {
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font.Size = size + 1
		a.Tick.Label.Font.Size = size
		a.Tick.Length = vg.Points(3)
		a.Tick.Marker = fewTicks{}
	}
	return p
}

// fewTicks are at most three labelled ticks, no others.
type fewTicks struct{}

// Ticks implements gonum's Ticker.
func (fewTicks) Ticks(lo, hi float64) []plot.Tick {
	var major []plot.Tick
	for _, t := range (plot.DefaultTicks{}).Ticks(lo, hi) {
		if t.Label != "" {
			major = append(major, t)
		}
	}
	for len(major) > 3 {
		var half []plot.Tick
		for i := len(major) % 2; i < len(major); i += 2 {
			half = append(half, major[i])
		}
		major = half
	}
	return major
}

// line adds a line through points.
func line(p *plot.Plot, name string, c color.Color, width float64, dashed bool, xy plotter.XYs) {
	if len(xy) == 0 {
		return
	}
	l := &plotter.Line{XYs: xy, LineStyle: draw.LineStyle{Color: c, Width: vg.Points(width)}}
	if dashed {
		l.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	p.Add(l)
	if name != "" {
		p.Legend.Add(name, l)
	}
}

// band fills the region between two curves.
func band(p *plot.Plot, name string, c color.Color, x, lo, hi []float64) {
	var ring plotter.XYs
	for i, v := range x {
		ring = append(ring, plotter.XY{X: v, Y: hi[i]})
	}
	for i := len(x) - 1; i >= 0; i-- {
		ring = append(ring, plotter.XY{X: x[i], Y: lo[i]})
	}
	poly := &plotter.Polygon{XYs: []plotter.XYs{ring}, Color: c}
	p.Add(poly)
	if name != "" {
		p.Legend.Add(name, poly)
	}
}

// scatter adds points.
func scatter(p *plot.Plot, name string, c color.Color, radius float64, xy plotter.XYs) {
	if len(xy) == 0 {
		return
	}
	s := &plotter.Scatter{XYs: xy, GlyphStyle: draw.GlyphStyle{Color: c, Radius: vg.Points(radius), Shape: draw.CircleGlyph{}}}
	p.Add(s)
	if name != "" {
		p.Legend.Add(name, s)
	}
}

// bars adds touching bars of one width from x0 on.
func bars(p *plot.Plot, name string, c color.Color, x0, width float64, heights []float64) {
	outline := plotter.XYs{{X: x0, Y: 0}}
	for k, y := range heights {
		left := x0 + float64(k)*width
		outline = append(outline, plotter.XY{X: left, Y: y}, plotter.XY{X: left + width, Y: y})
	}
	outline = append(outline, plotter.XY{X: x0 + float64(len(heights))*width, Y: 0})
	poly := &plotter.Polygon{XYs: []plotter.XYs{outline}, Color: c}
	p.Add(poly)
	if name != "" {
		p.Legend.Add(name, poly)
	}
}
