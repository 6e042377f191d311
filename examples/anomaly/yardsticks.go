package main

import (
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// yardsticks adds scores that anybody would try first, of columns standardised by the training rows.
func (j *judged) yardsticks(train, test table) error {
	x, y := standardised(train.x, test.x)
	normal, err := dist.FitGaussianMixture(x, &dist.MixtureSettings{Components: 1, MinScale: 0.01})
	if err != nil {
		return err
	}
	mixture, err := dist.FitGaussianMixture(x, &dist.MixtureSettings{MinScale: 0.01, Budget: 1e10})
	if err != nil {
		return err
	}
	n, _ := y.Dims()
	a, b := make([]float64, n), make([]float64, n)
	for i := range n {
		a[i], b[i] = -normal.LogProb(y.RawRowView(i)), -mixture.LogProb(y.RawRowView(i))
	}
	j.add("normal", a, test.odd)
	j.add("mixture", b, test.odd)
	j.add("5th neighbour", neighbours(x, y, train.x == test.x), test.odd)
	return nil
}

// standardised returns both with the columns' means and deviations of train.
func standardised(train, test *mat.Dense) (x, y *mat.Dense) {
	x, y = mat.DenseCopyOf(train), mat.DenseCopyOf(test)
	_, d := x.Dims()
	for j := range d {
		m, v := stat.PopMeanVariance(mat.Col(nil, j, train), nil)
		s := math.Sqrt(v)
		if s == 0 {
			s = 1
		}
		for _, z := range []*mat.Dense{x, y} {
			n, _ := z.Dims()
			for i := range n {
				z.Set(i, j, (z.At(i, j)-m)/s)
			}
		}
	}
	return x, y
}

// neighbours returns the distance of each row of y to the fifth nearest row of x, itself left out.
func neighbours(x, y *mat.Dense, same bool) []float64 {
	const k = 5
	n, _ := y.Dims()
	m, _ := x.Dims()
	out := make([]float64, n)
	for i := range n {
		nearest := make([]float64, 0, k+2)
		row := y.RawRowView(i)
		for c := range m {
			if same && c == i {
				continue
			}
			sum := 0.0
			for j, v := range x.RawRowView(c) {
				sum += (v - row[j]) * (v - row[j])
			}
			if len(nearest) < k || sum < nearest[len(nearest)-1] {
				at, _ := slices.BinarySearch(nearest, sum)
				nearest = slices.Insert(nearest, at, sum)
				nearest = nearest[:min(len(nearest), k)]
			}
		}
		out[i] = math.Sqrt(nearest[len(nearest)-1])
	}
	return out
}
