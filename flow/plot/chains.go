package plot

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Learning returns the training loss and, if held is not nil, the held-out loss
// over the steps of a training, with a mark at the best held-out one. The vertical
// axis leaves out what is above the first tenth's median, so that the end can be read.
//
// It panics if lengths differ or there are no steps.
func Learning(steps []int, train, held []float64) *plot.Plot {
	if len(steps) == 0 || len(train) != len(steps) || held != nil && len(held) != len(steps) {
		panic(fmt.Sprintf("plot: Learning: got %d steps, %d and %d losses, want as many", len(steps), len(train), len(held)))
	}
	p := newPlot("", "step", "negative log-likelihood [nats a row]")
	curve := func(y []float64) (xy plotter.XYs) {
		for i, v := range y {
			if v-v == 0 { // finite
				xy = append(xy, plotter.XY{X: float64(steps[i]), Y: v})
			}
		}
		return xy
	}
	line(p, "training", faded(Grey, 200), 1.2, false, curve(train))
	if h := curve(held); len(h) > 0 {
		line(p, "held out", Blue, 1.8, false, h)
		best := slices.MinFunc(h, func(a, b plotter.XY) int { return cmp.Compare(a.Y, b.Y) })
		scatter(p, fmt.Sprintf("best %.3f at %.0f", best.Y, best.X), Orange, 3, plotter.XYs{best})
	}
	first := append(slices.Clone(train[:max(1, len(train)/10)]), held[:min(len(held), max(1, len(held)/10))]...)
	slices.Sort(first)
	if top := first[len(first)/2]; top > p.Y.Min {
		p.Y.Max = min(p.Y.Max, top)
	}
	return p
}

// Trace returns the values of Markov chains of one quantity over their steps,
// which look alike once they have forgotten where they began.
//
// It panics if there are no chains.
func Trace(chains [][]float64, name string) *plot.Plot {
	if len(chains) == 0 {
		panic("plot: Trace: got no chains")
	}
	p := newPlot("", "step", name)
	for k, c := range chains {
		xy := make(plotter.XYs, len(c))
		for i, v := range c {
			xy[i] = plotter.XY{X: float64(i), Y: v}
		}
		line(p, "", faded(cycle[k%len(cycle)], 190), 0.8, false, xy)
	}
	return p
}

// Ranks returns for each chain a histogram of its values' ranks among those of all
// chains, flat if the chains agree (A. Vehtari, A. Gelman, D. Simpson, B. Carpenter
// and P.-C. Bürkner, Rank-Normalization, Folding, and Localization, arXiv 1903.08008).
//
// It panics if there are no chains or they are empty.
func Ranks(chains [][]float64, name string) [][]*plot.Plot {
	type value struct {
		v     float64
		chain int
	}
	var all []value
	for k, c := range chains {
		for _, v := range c {
			all = append(all, value{v, k})
		}
	}
	if len(all) == 0 {
		panic("plot: Ranks: got no values")
	}
	slices.SortStableFunc(all, func(a, b value) int { return cmp.Compare(a.v, b.v) })
	const bins = 20
	counts := mat.NewDense(len(chains), bins, nil)
	for r, v := range all {
		k := r * bins / len(all)
		counts.Set(v.chain, k, counts.At(v.chain, k)+1)
	}
	row := make([]*plot.Plot, len(chains))
	top := mat.Max(counts)
	for k := range chains {
		p := newPlot(fmt.Sprintf("chain %d", k), "rank of "+name, "draws")
		bars(p, "", faded(cycle[k%len(cycle)], 170), 0, float64(len(all))/bins, counts.RawRowView(k))
		flat := float64(len(chains[k])) / bins
		line(p, "", Grey, 1, true, plotter.XYs{{X: 0, Y: flat}, {X: float64(len(all)), Y: flat}})
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, float64(len(all)), 0, 1.1*top
		row[k] = small(p, 8)
	}
	return [][]*plot.Plot{row}
}
