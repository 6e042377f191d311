package plot

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// PIT returns a histogram of column j of u, which is flat if the model is
// calibrated, with the band that holds 95 % of its bars then. Bars high at both
// ends mean a density too narrow, high in the middle one too wide.
//
// It panics if there is no such column.
func PIT(u *calibration.Uniformity, j int, name string) *plot.Plot {
	need.One("plot: PIT", "result", u)
	n, d := u.U.Dims()
	if j < 0 || j >= d {
		panic(fmt.Sprintf("plot: PIT: got column %d, want 0 to %d", j, d-1))
	}
	bins := min(20, max(5, n/20))
	p := newPlot(name, "distribution function", "rows")
	b := distuv.Binomial{N: float64(n), P: 1 / float64(bins)}
	lo, hi := binomialQuantile(b, 0.025), binomialQuantile(b, 0.975)
	counts := make([]float64, bins)
	for _, v := range mat.Col(nil, j, u.U) {
		counts[min(int(v*float64(bins)), bins-1)]++
	}
	bars(p, "", faded(Blue, 170), 0, 1/float64(bins), counts)
	band(p, "95 % if calibrated", faded(Grey, 90), []float64{0, 1}, []float64{lo, lo}, []float64{hi, hi})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1.25*max(hi, slices.Max(counts))
	return p
}

// binomialQuantile returns the smallest k with P(X ≤ k) ≥ p.
func binomialQuantile(b distuv.Binomial, p float64) float64 {
	k := 0.0
	for b.CDF(k) < p {
		k++
	}
	return k
}

// Coverage returns the share of column j of u at or below each level, with the
// diagonal on which it lies if the model is calibrated and the band that holds
// 95 % of the curve's points then. For [calibration.Coverage] a curve below the
// diagonal means regions too small.
//
// It panics if there is no such column.
func Coverage(u *calibration.Uniformity, j int, name string) *plot.Plot {
	need.One("plot: Coverage", "result", u)
	n, _ := u.U.Dims()
	p := newPlot(name, "stated mass", "observed share")
	levels, lo, hi := make([]float64, 101), make([]float64, 101), make([]float64, 101)
	for i := range levels {
		levels[i] = float64(i) / 100
		b := distuv.Binomial{N: float64(n), P: levels[i]}
		switch i {
		case 0:
		case 100:
			lo[i], hi[i] = 1, 1
		default:
			lo[i], hi[i] = binomialQuantile(b, 0.025)/float64(n), binomialQuantile(b, 0.975)/float64(n)
		}
	}
	band(p, "95 % if calibrated", faded(Grey, 70), levels, lo, hi)
	line(p, "", Grey, 1, true, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	var curve plotter.XYs
	for i, share := range u.Curve(j, levels) {
		curve = append(curve, plotter.XY{X: levels[i], Y: share})
	}
	line(p, "observed", Blue, 1.8, false, curve)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.Legend.Top, p.Legend.Left = true, true
	return p
}

// Reliability returns the observed share of events by their stated probability, with the diagonal on which it lies if the
// probabilities are calibrated and bars that hold 95 % of the shares then.
func Reliability(c *calibration.ReliabilityCurve, name string) *plot.Plot {
	need.One("plot: Reliability", "curve", c)
	p := newPlot(name, "stated probability", "observed share")
	line(p, "", Grey, 1, true, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	var curve plotter.XYs
	for k, stated := range c.Stated {
		n := float64(c.Counts[k])
		if stated > 0 && stated < 1 {
			b := distuv.Binomial{N: n, P: stated}
			title := ""
			if len(curve) == 0 {
				title = "95 % if calibrated"
			}
			line(p, title, faded(Grey, 150), 3, false, plotter.XYs{{X: stated, Y: binomialQuantile(b, 0.025) / n}, {X: stated, Y: binomialQuantile(b, 0.975) / n}})
		}
		curve = append(curve, plotter.XY{X: stated, Y: c.Observed[k]})
	}
	line(p, "observed", Blue, 1.8, false, curve)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.Legend.Top, p.Legend.Left = true, true
	return p
}
