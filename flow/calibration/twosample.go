package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A TwoSample is a distance between two samples and its place among the
// distances of random relabellings.
type TwoSample struct {
	Distance float64   // of the samples
	P        float64   // share of permutations at least as far, the samples themselves counted
	Null     []float64 // distances of the permutations, ascending
	Rows     [2]int    // rows of either sample
	name     string
}

// String says whether the samples differ.
func (t *TwoSample) String() string {
	words := "no difference beyond chance"
	if t.P < 0.05 {
		words = "the samples differ"
	}
	return fmt.Sprintf("%s %.4g between %d and %d rows (%s by %d permutations): %s",
		t.name, t.Distance, t.Rows[0], t.Rows[1], pText(t.P), len(t.Null), words)
}

// EnergyDistance returns 2E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖ of two samples with its
// permutation p-value; 0 permutations are 200. Columns are first divided by the
// deviations of the pooled rows.
//
// It panics if the samples differ in their columns or have fewer than two rows.
// It costs (n + m)² distances, in as many float64 of memory, and as many
// additions per permutation: thin out samples of more than a few thousand rows.
//
// G. Székely and M. Rizzo, Energy statistics: A class of statistics based on
// distances, J. Statistical Planning and Inference 143, 2013.
func EnergyDistance(x, y mat.Matrix, permutations int, src rand.Source) *TwoSample {
	need.One("calibration: EnergyDistance", "matrix", x)
	need.One("calibration: EnergyDistance", "matrix", y)
	d2 := squaredDistances("EnergyDistance", x, y)
	for i, v := range d2.data {
		d2.data[i] = -math.Sqrt(v)
	}
	return d2.test("energy distance", permutations, src)
}

// MMD returns the squared maximum mean discrepancy E k(X, X') + E k(Y, Y') −
// 2E k(X, Y) of two samples, with Gauss's kernel of the median distance, and its
// permutation p-value; arguments, panics and cost are those of [EnergyDistance].
//
// A. Gretton, K. Borgwardt, M. Rasch, B. Schölkopf and A. Smola, A Kernel Two-Sample
// Test, J. Machine Learning Research 13, 2012.
func MMD(x, y mat.Matrix, permutations int, src rand.Source) *TwoSample {
	need.One("calibration: MMD", "matrix", x)
	need.One("calibration: MMD", "matrix", y)
	d2 := squaredDistances("MMD", x, y)
	var off []float64
	for i := range d2.n {
		off = append(off, d2.row(i)[:i]...)
	}
	slices.Sort(off)
	width := off[len(off)/2]
	if width == 0 {
		width = 1
	}
	for i, v := range d2.data {
		d2.data[i] = special.Exp(-v / (2 * width))
	}
	return d2.test("squared maximum mean discrepancy", permutations, src)
}

// pairs is a symmetric kernel matrix of n rows, the first of which belong to x.
type pairs struct {
	n, first int
	data     []float64
}

func (k *pairs) row(i int) []float64 { return k.data[i*k.n : (i+1)*k.n] }

func squaredDistances(what string, x, y mat.Matrix) *pairs {
	checkSamples(what, x, y)
	n, d := x.Dims()
	m, _ := y.Dims()
	if n < 2 || m < 2 {
		panic(fmt.Sprintf("calibration: %s: got samples of %d and %d rows, want at least 2 of each", what, n, m))
	}
	var all mat.Dense
	all.Stack(x, y)
	for j := range d {
		s := deviation(mat.Col(nil, j, &all))
		for i := range n + m {
			all.Set(i, j, all.At(i, j)/s)
		}
	}
	k := &pairs{n: n + m, first: n, data: make([]float64, (n+m)*(n+m))}
	for i := range n + m {
		a := all.RawRowView(i)
		for l := range i {
			var s float64
			for j, v := range all.RawRowView(l) {
				s += (a[j] - v) * (a[j] - v)
			}
			k.data[i*k.n+l], k.data[l*k.n+i] = s, s
		}
	}
	return k
}

// test returns the unbiased statistic Σk/n(n−1) + Σk/m(m−1) − 2Σk/nm of the
// samples and of random relabellings.
func (k *pairs) test(name string, permutations int, src rand.Source) *TwoSample {
	if permutations == 0 {
		permutations = 200
	}
	r := generator(src)
	label := make([]float64, k.n) // 1 for x, 0 for y
	for i := range k.first {
		label[i] = 1
	}
	t := &TwoSample{Distance: k.statistic(label), name: name, Rows: [2]int{k.first, k.n - k.first}}
	more := 1
	for range permutations {
		r.Shuffle(k.n, func(i, j int) { label[i], label[j] = label[j], label[i] })
		s := k.statistic(label)
		t.Null = append(t.Null, s)
		if s >= t.Distance {
			more++
		}
	}
	slices.Sort(t.Null)
	t.P = float64(more) / float64(permutations+1)
	return t
}

func (k *pairs) statistic(label []float64) float64 {
	var xx, all, xAll float64
	for i := range k.n {
		row := k.row(i)
		var inX, sum float64
		for j, v := range row[:i] {
			inX += v * label[j]
			sum += v
		}
		xx += label[i] * inX
		xAll += inX + label[i]*sum
		all += sum
	}
	// xx sums pairs in x, xAll pairs with one end in x, those in x twice
	xy := xAll - 2*xx
	yy := all - xx - xy
	n, m := float64(k.first), float64(k.n-k.first)
	return 2*xx/(n*(n-1)) + 2*yy/(m*(m-1)) - 2*xy/(n*m)
}
