package flow

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// prepare looks at the rows, and takes them through the fixed maps at the data's end.
func (l *learner) prepare(d *train.Memory) error {
	l.report.look(d)
	n := d.Len()
	l.slope, l.rows = make([]float64, n), make([]int, n)
	for i := range l.rows {
		l.rows[i] = i
	}
	l.data = d
	if l.Map != nil {
		if err := l.through(l.Map); err != nil {
			return err
		}
	} else if err := l.dropConstants(); err != nil {
		return err
	}
	if err := l.drop(); err != nil {
		return err
	}
	l.features()
	return l.through(l.standardizer())
}

// through takes the rows back through a map.
func (l *learner) through(b bijector.Bijector) error {
	t := autodiff.NewTape()
	t.NoGrad(true)
	from := l.data.Rows
	n, d := from.Dims()
	var to *mat.Dense
	const chunk = 4096
	for i := 0; i < n; i += chunk {
		j := min(i+chunk, n)
		y := viewRows(t, from, i, j)
		x := b.Inverse(y)
		ldj := b.ILDJ(y).Expand(j-i, 1).Data()
		if to == nil {
			to = mat.NewDense(n, x.Cols(), nil)
		}
		setRows(to, i, x)
		for k := i; k < j; k++ {
			l.slope[k] += ldj[k-i]
			if row := to.RawRowView(k); !allFinite(row) || math.IsNaN(ldj[k-i]-ldj[k-i]) {
				return outside(l.rows[k], from.RawRowView(k), row, d)
			}
		}
		t.Reset()
	}
	l.data = &train.Memory{Rows: to, Contexts: l.data.Contexts, Weights: l.data.Weights}
	l.ends = append([]bijector.Bijector{b}, l.ends...)
	return nil
}

// outside names a value that a map does not reach.
func outside(i int, y, x []float64, d int) error {
	for j, v := range x {
		if math.IsNaN(v-v) && len(x) == d {
			return fmt.Errorf("data row %d, column %d: got %v, which is outside the range of LearnSettings.Map", i, j, y[j])
		}
	}
	return fmt.Errorf("data row %d: got %v, which is outside the range of LearnSettings.Map", i, y[:min(len(y), 4)])
}

func allFinite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v - v) {
			return false
		}
	}
	return true
}

// dropConstants makes point masses of the columns that are constant.
func (l *learner) dropConstants() error {
	var keep []int
	for j, c := range l.report.Columns {
		if !c.Constant {
			keep = append(keep, j)
		}
	}
	n, d := l.data.Rows.Dims()
	switch len(keep) {
	case d:
		return nil
	case 0:
		return fmt.Errorf("got %d rows that are all the same, want rows that differ", n)
	}
	b := bijector.NewInsert(d, keep, l.data.Rows.RawRowView(0))
	return l.through(b)
}

// standardizer returns the map that gives columns location 0 and scale 1: mean and deviation,
// or median and quantiles where the deviation is that of a few outliers.
func (l *learner) standardizer() *bijector.Standardizer {
	n, d := l.data.Rows.Dims()
	s := bijector.NewStandardizer(d)
	for j := range d {
		x := mat.Col(nil, j, l.data.Rows)
		most := 0.0
		for _, v := range x {
			most = max(most, math.Abs(v))
		}
		if most == 0 {
			continue
		}
		kernel.Scale(x, x, 1/most) // no square overflows
		mean, sd := kernel.Moments(x, n, 1)
		slices.Sort(x)
		lo, hi := quantile(x, 0.16), quantile(x, 0.84)
		loc, scale := mean[0], sd[0]
		if half := 0.5 * (hi - lo); half > 0 && scale > 3*half {
			loc, scale = quantile(x, 0.5), half
		}
		if scale > 0 {
			s.Scale.Data()[j] = max(scale*most, 0x1p-1022)
		}
		s.Shift.Data()[j] = loc * most
	}
	s.Initialized = true
	return s
}

// quantile returns a quantile of sorted values.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((at-float64(i))*(sorted[i+1]-sorted[i]))
}
