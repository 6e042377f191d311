package main

import (
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/plot"
)

// draw shows, set by set, test rows beside as many samples of the model, in the first
// two columns; a single column is shown against its rank.
func draw(name string, all []drawn, seed uint64) error {
	var plots [][]*gonum.Plot
	for _, d := range all {
		n, cols := d.test.Dims()
		n = min(n, 2000)
		test := mat.DenseCopyOf(d.test.Slice(0, n, 0, cols))
		sample := mat.NewDense(n, cols, nil)
		d.model.Draw(sample, rand.NewPCG(seed, 2))
		if cols == 1 {
			test, sample = ranked(test), ranked(sample)
		}
		w := window(test)
		var row []*gonum.Plot
		for _, x := range []struct {
			title string
			rows  *mat.Dense
		}{{d.set + ": test rows", test}, {d.method + ": samples", sample}} {
			p := plot.Empty(w, x.title)
			plot.Points(p, x.rows, 0, 1, "", plot.Blue)
			row = append(row, p)
		}
		plots = append(plots, row)
	}
	return plot.Save(name, 340, 300, plots)
}

// ranked returns two columns: the share of the numbers that are less, and the numbers.
func ranked(x *mat.Dense) *mat.Dense {
	v := mat.Col(nil, 0, x)
	slices.Sort(v)
	r := mat.NewDense(len(v), 2, nil)
	for i, v := range v {
		r.SetRow(i, []float64{float64(i) / float64(len(x.RawMatrix().Data)), v})
	}
	return r
}

// window holds the middle 98 % of the first two columns, and half as much around it.
func window(x *mat.Dense) plot.Window {
	lo, hi := [2]float64{}, [2]float64{}
	for j := range 2 {
		v := mat.Col(nil, j, x)
		slices.Sort(v)
		a, b := v[len(v)/100], v[len(v)-1-len(v)/100]
		pad := 0.25 * (b - a)
		if pad == 0 {
			pad = 1
		}
		lo[j], hi[j] = a-pad, b+pad
	}
	return plot.Window{X0: lo[0], X1: hi[0], Y0: lo[1], Y1: hi[1]}
}
