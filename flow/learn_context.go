package flow

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// clipContext bounds features of contexts.
const clipContext = 8

// features sets the network that makes contexts fit to be looked at, and takes the rows' contexts
// through it: every column with mean 0 and deviation 1, and of one that is nowhere negative and
// skewed to the right the logarithm as well. Columns that are constant are left out, but the last
// one if all are.
func (l *learner) features() {
	if l.data.Contexts == nil {
		return
	}
	n, width := l.data.Contexts.Dims()
	var plain, logs []int
	var least, shift, scale, shiftLogs, scaleLogs []float64
	for j := range width {
		x := mat.Col(nil, j, l.data.Contexts)
		if slices.Min(x) == slices.Max(x) && !(j == width-1 && len(plain) == 0) {
			continue // nothing is known of other values
		}
		loc, sd := location(x)
		plain, shift, scale = append(plain, j), append(shift, loc), append(scale, sd)
		e, ok := logOffset(x)
		if !ok {
			continue
		}
		for i, v := range x {
			x[i] = v + e
		}
		kernel.Log(x, x)
		loc, sd = location(x)
		logs, least = append(logs, j), append(least, e)
		shiftLogs, scaleLogs = append(shiftLogs, loc), append(scaleLogs, sd)
	}
	l.net = nn.NewFeatures(width, plain, logs, least, append(shift, shiftLogs...), append(scale, scaleLogs...), clipContext)
	t := autodiff.NewTape()
	t.NoGrad(true)
	seen := mat.NewDense(n, l.net.Out(), nil)
	setRows(seen, 0, l.net.Apply(viewRows(t, l.data.Contexts, 0, n)))
	l.data = &train.Memory{Rows: l.data.Rows, Contexts: seen, Weights: l.data.Weights}
}

// location returns mean and deviation, 1 for values that are all the same.
func location(x []float64) (loc, sd float64) {
	most := 0.0
	for _, v := range x {
		most = max(most, math.Abs(v))
	}
	if slices.Min(x) == slices.Max(x) {
		return x[0], 1
	}
	y := make([]float64, len(x))
	kernel.Scale(y, x, 1/most) // no square overflows
	m, s := kernel.Moments(y, len(y), 1)
	return m[0] * most, max(s[0]*most, 0x1p-1022)
}

// logOffset reports whether values are at least 0 and their skewness more than 1, and returns what to add
// before a logarithm: half of the smallest that is positive, and next to nothing if all are.
func logOffset(x []float64) (float64, bool) {
	if slices.Min(x) < 0 || slices.Min(x) == slices.Max(x) {
		return 0, false
	}
	loc, sd := location(x)
	skew, least, zero := 0.0, math.Inf(1), false
	for _, v := range x {
		z := (v - loc) / sd
		skew += float64(z*z) * z / float64(len(x))
		if v > 0 {
			least = min(least, v)
		} else {
			zero = true
		}
	}
	if !zero {
		return max(least*0x1p-40, 0x1p-1074), skew > 1
	}
	return max(least/2, 0x1p-1074), skew > 1
}
