package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// A Detection is a score of rows that are known to be normal or odd, higher for
// the odder.
type Detection struct {
	Name        string
	Normal, Odd []float64
}

// ROC returns the curve of true against false positives of each score as its
// threshold falls, and the area under it in the legend.
//
// It panics if a list is empty or has a NaN.
func ROC(scores ...Detection) *plot.Plot {
	p := newPlot("", "false-positive rate", "true-positive rate")
	line(p, "", Grey, 1, true, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	for i, s := range scores {
		checkScores("ROC", s.Normal, s.Odd)
		curve, area := roc(s.Normal, s.Odd)
		line(p, strings.TrimSpace(fmt.Sprintf("%s: AUROC %.3f", s.Name, area)), cycle[i%len(cycle)], 1.8, false, curve)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.Legend.Top = false
	return p
}

// roc returns the curve and the area under it.
func roc(normal, odd []float64) (xy plotter.XYs, area float64) {
	a, b := slices.Clone(normal), slices.Clone(odd)
	slices.Sort(a)
	slices.Sort(b)
	xy = plotter.XYs{{X: 0, Y: 0}}
	for i, j := len(a), len(b); i > 0 || j > 0; {
		top := math.Inf(-1)
		if i > 0 {
			top = a[i-1]
		}
		if j > 0 {
			top = max(top, b[j-1])
		}
		for i > 0 && a[i-1] == top {
			i--
		}
		for j > 0 && b[j-1] == top {
			j--
		}
		last := xy[len(xy)-1]
		next := plotter.XY{X: 1 - float64(i)/float64(len(a)), Y: 1 - float64(j)/float64(len(b))}
		area += (next.X - last.X) * (next.Y + last.Y) / 2
		xy = append(xy, next)
	}
	return xy, area
}

// Scores returns histograms of the scores of normal and of odd rows, odd may be
// nil, with a line at the threshold unless that is NaN.
//
// It panics if normal is empty or a score is NaN.
func Scores(normal, odd []float64, threshold float64) *plot.Plot {
	checkScores("Scores", normal, append([]float64{0}, odd...))
	p := newPlot("", "score", "density")
	all := slices.Concat(normal, odd)
	all = slices.DeleteFunc(all, func(v float64) bool { return math.IsInf(v, 0) })
	if len(all) == 0 {
		return p
	}
	slices.Sort(all)
	lo, hi := all[0], all[len(all)-1-len(all)/200]
	if !(lo < hi) {
		lo, hi = lo-1, hi+1
	}
	span := [2]float64{lo, hi + 0.02*(hi-lo)}
	histogram(p, "normal", normal, span, 50, faded(Blue, 150))
	if len(odd) > 0 {
		histogram(p, "odd", odd, span, 50, faded(Orange, 150))
	}
	if !math.IsNaN(threshold) {
		line(p, "threshold", Grey, 1.5, true, plotter.XYs{{X: threshold, Y: 0}, {X: threshold, Y: p.Y.Max}})
	}
	p.X.Min, p.X.Max, p.Y.Min = span[0], max(span[1], threshold), 0
	return p
}

func checkScores(what string, lists ...[]float64) {
	for _, l := range lists {
		if len(l) == 0 {
			panic(fmt.Sprintf("plot: %s: got no scores", what))
		}
		for i, v := range l {
			if math.IsNaN(v) {
				panic(fmt.Sprintf("plot: %s: got NaN as score %d", what, i))
			}
		}
	}
}
