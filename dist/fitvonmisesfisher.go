package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// FitVonMisesFisher returns the von Mises–Fisher distribution of the greatest likelihood for the rows
// of data, points of the unit sphere, one weight for each or nil: their mean is the distribution's.
// Its parameters are constants. It costs O(n·d).
//
// It returns an error if a row is not of length 1 within 10⁻⁸, or if all are the same, so that
// the likelihood grows without end. Suvrit Sra, A short note on parameter approximation for von
// Mises–Fisher distributions, 2012.
func FitVonMisesFisher(data mat.Matrix, weights []float64) (*VonMisesFisher, error) {
	need.One("dist: FitVonMisesFisher", "matrix", data)
	const what = "FitVonMisesFisher"
	n, d := data.Dims()
	z := &standardised{d: d}
	if err := z.take(what, data, weights); err != nil {
		return nil, err
	}
	if d < 2 || z.n == 0 {
		return nil, fmt.Errorf("dist: %s: got %d rows with a weight and %d columns, want rows of at least two columns", what, z.n, d)
	}
	for i := range n {
		if l := length(mat.Row(nil, i, data)); math.Abs(l-1) > 1e-8 && (weights == nil || weights[i] > 0) {
			return nil, fmt.Errorf("dist: %s: row %d: got a point of length %v, want 1", what, i, l)
		}
	}
	z.countWeights()
	sum, total := make([]float64, d), 0.0
	for i := range z.n {
		w := z.weight(i)
		total += w
		for j := range sum {
			sum[j] = kernel.FMA(w, z.x[i*d+j], sum[j])
		}
	}
	r := length(sum) / total
	if r == 0 {
		sum[0] = 1 // any direction
	}
	l, rest := length(sum), 0.0
	for i := range z.n {
		x := z.x[i*d : (i+1)*d]
		rest = kernel.FMA(z.weight(i)/total, versine(x, sum, length(x), l), rest)
	}
	if rest < 1e-30 {
		return nil, fmt.Errorf("dist: %s: all rows are the same point, want at least two", what)
	}
	for j := range sum {
		sum[j] /= l
	}
	return NewVonMisesFisher(autodiff.Fixed(sum...), autodiff.Fixed(concentrationOf(d, r, rest))), nil
}

// concentrationOf returns the κ at which the mean length is a, given rest = 1 − a.
func concentrationOf(d int, a, rest float64) float64 {
	if a == 0 {
		return 0
	}
	start := a * (float64(d) - float64(a*a)) / (rest * (1 + a))
	return special.Exp(special.Root(special.Log(start), func(u float64) (v, slope float64) {
		κ := special.Exp(u)
		got, left, da := special.BesselRatio(0.5*float64(d)-1, κ)
		if rest < 0.5 {
			return special.Log(rest / left), κ * da / left
		}
		return special.Log(got / a), κ * da / got
	}))
}
