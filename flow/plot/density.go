package plot

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Scorer gives log-densities of rows: a flow is one.
type Scorer interface {
	LogProbs(dst []float64, y mat.Matrix) []float64
}

// A Window is the part of the plane that a plot shows.
type Window struct{ X0, X1, Y0, Y1 float64 }

// WindowOf returns the window that holds all but a quarter of a percent of rows
// on each side of columns i and j, and a tenth more. It panics if there are no
// rows or no such columns.
func WindowOf(x mat.Matrix, i, j int) Window {
	need.One("plot: WindowOf", "matrix", x)
	a, b := spanOf(x, i), spanOf(x, j)
	return Window{a[0], a[1], b[0], b[1]}
}

// spanOf returns the range that a column's panel shows.
func spanOf(x mat.Matrix, j int) [2]float64 {
	n, d := x.Dims()
	if n == 0 || j < 0 || j >= d {
		panic(fmt.Sprintf("plot: got column %d of %d×%d numbers", j, n, d))
	}
	col := mat.Col(nil, j, x)
	col = slices.DeleteFunc(col, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if len(col) == 0 {
		return [2]float64{-1, 1}
	}
	slices.Sort(col)
	cut := len(col) / 400
	lo, hi := col[cut], col[len(col)-1-cut]
	pad := 0.1 * (hi - lo)
	if pad == 0 {
		pad = 1
	}
	return [2]float64{lo - pad, hi + pad}
}

// grid is a function on a regular grid over a window.
type grid struct {
	w Window
	n int
	z []float64
}

// Dims, Z, X and Y implement gonum's GridXYZ.
func (g *grid) Dims() (c, r int)   { return g.n, g.n }
func (g *grid) Z(c, r int) float64 { return g.z[r*g.n+c] }
func (g *grid) X(c int) float64    { return g.w.X0 + (g.w.X1-g.w.X0)*(float64(c)+0.5)/float64(g.n) }
func (g *grid) Y(r int) float64    { return g.w.Y0 + (g.w.Y1-g.w.Y0)*(float64(r)+0.5)/float64(g.n) }

// massLevels returns the levels whose superlevel sets hold these shares of the
// grid's sum.
func (g *grid) massLevels(masses ...float64) (levels []float64) {
	sorted := slices.Clone(g.z)
	slices.Sort(sorted)
	slices.Reverse(sorted)
	var total float64
	for _, v := range sorted {
		total += v
	}
	for _, m := range masses {
		var sum float64
		for _, v := range sorted {
			if sum += v; sum >= m*total {
				if v > 0 {
					levels = append(levels, below(sorted, v))
				}
				break
			}
		}
	}
	slices.Sort(levels)
	return slices.Compact(levels)
}

// below returns a value between v and the next smaller one, in descending order: gonum's contours may
// never end at a level that cells have.
func below(descending []float64, v float64) float64 {
	i, _ := slices.BinarySearchFunc(descending, v, func(a, b float64) int { return cmp.Compare(b, a) })
	for ; i < len(descending); i++ {
		if w := descending[i]; w < v*(1-1e-9) {
			return 0.5 * (v + w)
		}
	}
	return 0.5 * v
}

// Density returns a picture of a density of two columns in a window, with contours
// that hold 50, 90 and 99 % of the mass seen. Its darkest colour is density top; 0
// is the greatest seen, and one top makes pictures comparable.
//
// It panics if the window is empty or m has other than two columns. It scores
// 40,000 rows.
func Density(m Scorer, w Window, top float64, title string) *plot.Plot {
	need.One("plot: Density", "model", m)
	if !(w.X1 > w.X0 && w.Y1 > w.Y0) {
		panic(fmt.Sprintf("plot: Density: got the window %+v, want one that is not empty", w))
	}
	g := &grid{w: w, n: 200}
	at := mat.NewDense(g.n*g.n, 2, nil)
	for r := range g.n {
		for c := range g.n {
			at.Set(r*g.n+c, 0, g.X(c))
			at.Set(r*g.n+c, 1, g.Y(r))
		}
	}
	for _, lp := range m.LogProbs(nil, at) {
		z := math.Exp(lp)
		if math.IsNaN(z) {
			z = 0
		}
		g.z = append(g.z, z)
	}
	p := Empty(w, title)
	if top == 0 {
		top = slices.Max(g.z)
	}
	if top > 0 {
		heat := plotter.NewHeatMap(g, sequential{})
		heat.Min, heat.Max, heat.Rasterized = 0, top, true
		heat.Overflow = sequential{}.Colors()[255]
		p.Add(heat)
		contours(p, g, color.NRGBA{R: 40, G: 40, B: 40, A: 150}, 0.7, 0.5, 0.9, 0.99)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = w.X0, w.X1, w.Y0, w.Y1 // the contours' own range is narrower
	}
	return p
}

// contours adds the lines that hold these masses.
func contours(p *plot.Plot, g *grid, c color.Color, width float64, masses ...float64) {
	levels := g.massLevels(masses...)
	if len(levels) == 0 {
		return
	}
	lines := plotter.NewContour(g, levels, oneColor{c})
	lines.LineStyles = []draw.LineStyle{{Color: c, Width: vg.Points(width)}}
	p.Add(lines)
}

// Points adds the rows of columns i and j to a plot, without changing its window.
func Points(p *plot.Plot, x mat.Matrix, i, j int, name string, c color.Color) {
	need.One("plot: Points", "plot", p)
	need.One("plot: Points", "matrix", x)
	lox, hix, loy, hiy := p.X.Min, p.X.Max, p.Y.Min, p.Y.Max
	scatter(p, name, c, 1.2, inside(x, i, j, Window{lox, hix, loy, hiy}, math.MaxInt))
	if lox < hix {
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = lox, hix, loy, hiy
	}
}

// inside returns at most n of the rows in a window, evenly spread over the matrix.
func inside(x mat.Matrix, i, j int, w Window, n int) (xy plotter.XYs) {
	rows, _ := x.Dims()
	every := 1
	if rows > n {
		every = (rows + n - 1) / n
	}
	open := !(w.X0 < w.X1)
	for r := 0; r < rows; r += every {
		a, b := x.At(r, i), x.At(r, j)
		if open && !math.IsNaN(a+b) && !math.IsInf(a+b, 0) || a >= w.X0 && a <= w.X1 && b >= w.Y0 && b <= w.Y1 {
			xy = append(xy, plotter.XY{X: a, Y: b})
		}
	}
	return xy
}

// Curve returns the density of a model of one column from lo to hi, over a
// histogram of rows if x is not nil.
//
// It panics unless lo < hi. It scores 400 rows.
func Curve(m Scorer, lo, hi float64, x mat.Matrix, name string) *plot.Plot {
	need.One("plot: Curve", "model", m)
	if !(lo < hi) {
		panic(fmt.Sprintf("plot: Curve: got %v to %v, want a range that is not empty", lo, hi))
	}
	const n = 400
	at := mat.NewDense(n, 1, nil)
	for i := range n {
		at.Set(i, 0, lo+(hi-lo)*(float64(i)+0.5)/n)
	}
	p := newPlot("", name, "density")
	if !need.Missing(x) {
		histogram(p, "rows", mat.Col(nil, 0, x), [2]float64{lo, hi}, 40, faded(Grey, 120))
	}
	var xy plotter.XYs
	for i, lp := range m.LogProbs(nil, at) {
		if v := math.Exp(lp); !math.IsNaN(v) && !math.IsInf(v, 0) {
			xy = append(xy, plotter.XY{X: at.At(i, 0), Y: v})
		}
	}
	line(p, "model", Blue, 1.8, false, xy)
	p.X.Min, p.X.Max, p.Y.Min = lo, hi, 0
	return p
}

// histogram adds the density of values in bins over a span.
func histogram(p *plot.Plot, name string, x []float64, span [2]float64, bins int, c color.Color) {
	width := (span[1] - span[0]) / float64(bins)
	count := make([]float64, bins)
	for _, v := range x {
		if v >= span[0] && v < span[1] {
			count[min(int((v-span[0])/width), bins-1)]++
		}
	}
	for k := range count {
		count[k] /= float64(len(x)) * width
	}
	bars(p, name, c, span[0], width, count)
}

// sequential runs from white to dark blue, each step darker than the last.
type sequential struct{}

// Colors implements gonum's Palette.
func (sequential) Colors() []color.Color {
	stops := [][3]float64{{255, 255, 255}, {198, 219, 239}, {107, 174, 214}, {33, 113, 181}, {8, 38, 90}}
	colors := make([]color.Color, 256)
	for i := range colors {
		at := float64(i) / 255 * float64(len(stops)-1)
		k := min(int(at), len(stops)-2)
		mix := func(c int) uint8 { return uint8(stops[k][c] + (at-float64(k))*(stops[k+1][c]-stops[k][c]) + 0.5) }
		colors[i] = color.NRGBA{R: mix(0), G: mix(1), B: mix(2), A: 255}
	}
	return colors
}

type oneColor struct{ c color.Color }

// Colors implements gonum's Palette.
func (o oneColor) Colors() []color.Color { return []color.Color{o.c} }

var _ palette.Palette = sequential{}
