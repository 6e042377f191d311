package pytorch

import (
	"slices"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/special"
)

// leastDiagonal is nflows' eps of linear layers.
const leastDiagonal = 1e-3

// luLinear writes y = P·L·U·x + b as an LULinear if there is no permutation and the diagonal is as nflows can make it, else by its matrix.
func (e *exporter) luLinear(path string, b *bijector.LU, d int) any {
	factors, diagonal := b.Factors.Data(), numbersOf(b.Diag, d, 1)
	if b.Perm != nil || slices.Min(diagonal) <= leastDiagonal {
		return e.naiveLinear(path, luMatrix(factors, diagonal, b.Perm, d), numbersOf(b.Shift, d, 0), d)
	}
	var lower, upper, raw []float64
	for i := range d {
		lower = append(lower, factors[i*d:i*d+i]...)
		upper = append(upper, factors[i*d+i+1:(i+1)*d]...)
		raw = append(raw, softplusInverse(diagonal[i]-leastDiagonal))
	}
	e.add(path+"lower_entries", lower, len(lower))
	e.add(path+"upper_entries", upper, len(upper))
	e.add(path+"unconstrained_upper_diag", raw, d)
	e.add(path+"bias", numbersOf(b.Shift, d, 0), d)
	e.say(trim(path), "LULinear", map[string]any{"eps": leastDiagonal})
	return call("nflows.transforms.LULinear", map[string]any{"features": d, "eps": leastDiagonal})
}

// softplusInverse returns log(eˣ − 1).
func softplusInverse(x float64) float64 { return x + special.Log(-special.Expm1(-x)) }

// luMatrix returns P·L·U.
func luMatrix(factors, diagonal []float64, perm []int, d int) []float64 {
	m := make([]float64, d*d)
	for i := range d {
		row := i
		if perm != nil {
			row = perm[i]
		}
		for j := range d {
			for k := range min(row, j) + 1 {
				l, u := 1.0, factors[k*d+j]
				if k < row {
					l = factors[row*d+k]
				}
				if k == j {
					u = diagonal[k]
				}
				m[i*d+j] += float64(l * u)
			}
		}
	}
	return m
}

// naiveLinear writes y = W·x + b.
func (e *exporter) naiveLinear(path string, w, bias []float64, d int) any {
	e.add(path+"_weight", w, d, d)
	e.add(path+"bias", bias, d)
	e.say(trim(path), "NaiveLinear", nil)
	return call("nflows.transforms.NaiveLinear", map[string]any{"features": d})
}
