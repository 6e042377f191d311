package plot

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// cornerRows is how many rows a panel shows, at most.
const cornerRows = 1500

// Corner returns a triangle of plots: each pair of columns, rows as points beside
// contours that hold 50 and 90 % of a model's draws, and each column's two
// histograms on the diagonal. Draws without rows are drawn if rows is nil; names
// are the columns' names, nil for indices.
//
// It panics if rows and draws differ in their columns, or names has another
// length. A few thousand draws make smooth contours; up to eight columns can be read.
func Corner(rows, draws mat.Matrix, names []string) [][]*plot.Plot {
	need.One("plot: Corner", "matrix", draws)
	_, d := draws.Dims()
	if need.Missing(rows) {
		rows = nil
	}
	if rows != nil {
		if _, got := rows.Dims(); got != d {
			panic(fmt.Sprintf("plot: Corner: got rows of %d columns and draws of %d", got, d))
		}
	}
	if names == nil {
		for j := range d {
			names = append(names, fmt.Sprintf("column %d", j))
		}
	}
	if len(names) != d {
		panic(fmt.Sprintf("plot: Corner: got %d names for %d columns", len(names), d))
	}
	spans := make([][2]float64, d)
	for j := range spans {
		spans[j] = spanOf(draws, j)
		if rows != nil {
			s := spanOf(rows, j)
			spans[j] = [2]float64{min(s[0], spans[j][0]), max(s[1], spans[j][1])}
		}
	}
	plots := make([][]*plot.Plot, d)
	for i := range d {
		plots[i] = make([]*plot.Plot, d)
		for j := range i {
			plots[i][j] = pair(rows, draws, j, i, Window{spans[j][0], spans[j][1], spans[i][0], spans[i][1]})
		}
		plots[i][i] = single(rows, draws, i, spans[i])
		labels(plots[i][:i+1], names, i, d)
	}
	return plots
}

// labels names the axes at the edges of the triangle and blanks the others.
func labels(row []*plot.Plot, names []string, i, d int) {
	for j, p := range row {
		small(p, 8)
		if i == d-1 {
			p.X.Label.Text = names[j]
		} else {
			p.X.Tick.Marker = plot.ConstantTicks(nil)
		}
		switch {
		case j == i:
			p.Y.Tick.Marker = plot.ConstantTicks(nil)
		case j == 0:
			p.Y.Label.Text = names[i]
		default:
			p.Y.Tick.Marker = plot.ConstantTicks(nil)
		}
	}
}

func pair(rows, draws mat.Matrix, i, j int, w Window) *plot.Plot {
	p := newPlot("", "", "")
	if rows != nil {
		scatter(p, "", faded(Orange, 110), 0.9, inside(rows, i, j, w, cornerRows))
	}
	contours(p, smoothed(draws, i, j, w), Blue, 1.3, 0.5, 0.9)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = w.X0, w.X1, w.Y0, w.Y1
	return p
}

// single is a panel of the diagonal: the rows' histogram and that of the draws as
// a line.
func single(rows, draws mat.Matrix, j int, span [2]float64) *plot.Plot {
	p := newPlot("", "", "")
	if rows != nil {
		n, _ := rows.Dims()
		histogram(p, "rows", mat.Col(nil, j, rows), span, min(40, max(8, n/15)), faded(Orange, 130))
	}
	line(p, "model", Blue, 1.3, false, smoothCurve(mat.Col(nil, j, draws), span))
	p.X.Min, p.X.Max, p.Y.Min = span[0], span[1], 0
	if j > 0 {
		p.Legend = plot.NewLegend()
	}
	return p
}

// smoothed returns a histogram of draws on a grid, smoothed by a normal kernel of
// Scott's width.
func smoothed(x mat.Matrix, i, j int, w Window) *grid {
	g := &grid{w: w, n: 80, z: make([]float64, 80*80)}
	n, _ := x.Dims()
	for r := range n {
		a, b := x.At(r, i), x.At(r, j)
		if a >= w.X0 && a < w.X1 && b >= w.Y0 && b < w.Y1 {
			c, l := int((a-w.X0)/(w.X1-w.X0)*float64(g.n)), int((b-w.Y0)/(w.Y1-w.Y0)*float64(g.n))
			g.z[min(l, g.n-1)*g.n+min(c, g.n-1)]++
		}
	}
	// about a fifth of the window is a deviation
	width := max(1, 0.2*float64(g.n)*math.Pow(float64(n), -1.0/6)*0.4)
	for l := range g.n {
		copy(g.z[l*g.n:(l+1)*g.n], blurred(g.z[l*g.n:(l+1)*g.n], width))
	}
	col := make([]float64, g.n)
	for c := range g.n {
		for l := range g.n {
			col[l] = g.z[l*g.n+c]
		}
		for l, v := range blurred(col, width) {
			g.z[l*g.n+c] = v
		}
	}
	return g
}

// blurred returns z convolved with a normal kernel of a deviation in cells.
func blurred(z []float64, width float64) []float64 {
	reach := int(3*width) + 1
	kernel := make([]float64, 2*reach+1)
	var sum float64
	for k := range kernel {
		u := float64(k-reach) / width
		kernel[k] = math.Exp(-u * u / 2)
		sum += kernel[k]
	}
	out := make([]float64, len(z))
	for i := range z {
		for k, v := range kernel {
			if at := i + k - reach; at >= 0 && at < len(z) {
				out[i] += v / sum * z[at]
			}
		}
	}
	return out
}

func smoothCurve(x []float64, span [2]float64) (xy plotter.XYs) {
	const bins = 160
	width := (span[1] - span[0]) / bins
	count := make([]float64, bins)
	for _, v := range x {
		if v >= span[0] && v < span[1] {
			count[min(int((v-span[0])/width), bins-1)] += 1 / (float64(len(x)) * width)
		}
	}
	for k, v := range blurred(count, max(1, 0.12*bins*math.Pow(float64(len(x)), -0.2))) {
		xy = append(xy, plotter.XY{X: span[0] + (float64(k)+0.5)*width, Y: v})
	}
	return xy
}
