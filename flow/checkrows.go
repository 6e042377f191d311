package flow

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// checkRows returns an error that names the first row in memory that the maps at the data's end,
// up to the first whose parameters are not known yet or come from a network, do not reach.
func (f *fit) checkRows() error {
	if _, lifted := f.added.(*lifting); f.target != nil || lifted {
		return nil
	}
	if m, ok := f.Held.source.(*train.Memory); ok && f.Held.noise == nil {
		if err := f.model.checkRange(m.Rows, "held-out row"); err != nil {
			return err
		}
	}
	if m, ok := f.data.source.(*train.Memory); ok && f.data.noise == nil {
		return f.model.checkRange(m.Rows, "row")
	}
	return nil
}

// checkRange returns an error that names the first row outside the range of a map.
func (m *Transformed) checkRange(rows *mat.Dense, what string) error {
	n, d := rows.Dims()
	t := autodiff.Borrow()
	defer t.Release()
	part := m.fittingRows()
	for i := 0; i < n; i += part {
		j := min(i+part, n)
		from := viewRows(t, rows, i, j)
		y := from
		for k := len(m.Map) - 1; k >= 0; k-- {
			b := m.Map[k]
			if bijector.CondDim(b) > 0 || pending(b) || networked(b) {
				break
			}
			x := b.Inverse(y)
			if x.Finite() {
				y = x
				continue
			}
			r, c := firstNotFinite(x)
			row := rows.RawRowView(i + r)
			if x.Cols() == d && y.Cols() == d {
				return fmt.Errorf("%s %d, column %d: got %v, outside the range of bijector %d, %T", what, i+r, c, row[c], k, b)
			}
			return fmt.Errorf("%s %d: got a row that begins with %v, outside the range of bijector %d, %T", what, i+r, row[:min(4, d)], k, b)
		}
		t.Reset()
	}
	return nil
}

// networked reports whether b is a map of networks, whose range has no bounds and which costs too
// much to ask.
func networked(b bijector.Bijector) bool {
	switch b.(type) {
	case *bijector.Coupling, *bijector.Autoregressive:
		return true
	}
	return false
}

// pending reports whether b, or a part of it, takes parameters from data.
func pending(b bijector.Bijector) bool {
	found := false
	eachPart(b, func(part bijector.Bijector) {
		_, ok := part.(bijector.Initializer)
		found = found || ok
	})
	return found
}

func firstNotFinite(x autodiff.Var) (row, col int) {
	for i, v := range x.Data() {
		if math.IsNaN(v - v) {
			return i / x.Cols(), i % x.Cols()
		}
	}
	return 0, 0
}

// unlike warns of rows that do not look like those that the model was standardised by before: their
// column means or deviations are far from what its standardizer says.
func (m *Transformed) unlike(first *train.Batch) (warnings []string) {
	t := autodiff.NewTape()
	t.NoGrad(true)
	y, c := first.On(t, 0, first.N)
	walk(m, y, c, func(f bijector.Bijector, y autodiff.Var) {
		eachStandardizer(f, y, func(s *bijector.Standardizer, y autodiff.Var) {
			if !s.Initialized {
				return
			}
			mean, sd := kernel.Moments(s.Inverse(y).Data(), y.Rows(), y.Cols())
			for j := range mean {
				if math.Abs(mean[j]) > 3 || sd[j] > 5 {
					warnings = append(warnings, fmt.Sprintf("column %d: the model was standardised by rows of mean %.4g and deviation %.3g, and these are %.3g deviations away with %.3g times the spread: "+
						"a new model would take them better", j, s.Shift.Data()[j], s.Scale.Data()[j], mean[j], sd[j]))
				}
			}
		})
	})
	if c != (autodiff.Var{}) {
		warnings = append(warnings, m.unlikeContexts(c)...)
	}
	return warnings
}

// unlikeContexts does the same for contexts.
func (m *Transformed) unlikeContexts(c autodiff.Var) (warnings []string) {
	_, chain := m.flat()
	for _, b := range chain {
		e, ok := b.(*bijector.Embedded)
		if !ok {
			continue
		}
		s, ok := e.Net.(*nn.Standardizer)
		if !ok || !s.Initialized {
			continue
		}
		mean, sd := kernel.Moments(c.Data(), c.Rows(), c.Cols())
		for j, scale := range s.Scale.Data() {
			if off := (mean[j] - s.Shift.Data()[j]) / scale; math.Abs(off) > 3 || sd[j]/scale > 5 {
				warnings = append(warnings, fmt.Sprintf("context column %d: the model was standardised by rows of mean %.4g and deviation %.3g, and these are %.3g deviations away with %.3g times the spread: "+
					"a new model would take them better", j, s.Shift.Data()[j], scale, off, sd[j]/scale))
			}
		}
	}
	return warnings
}

// eachStandardizer visits the standardizers at the data's end of a map.
func eachStandardizer(f bijector.Bijector, y autodiff.Var, visit func(s *bijector.Standardizer, y autodiff.Var)) {
	chain, ok := f.(bijector.Chain)
	if !ok {
		return
	}
	for k := len(chain) - 1; k >= 0; k-- {
		if s, ok := chain[k].(*bijector.Standardizer); ok {
			visit(s, y)
			return
		}
		if bijector.CondDim(chain[k]) > 0 || pending(chain[k]) {
			return
		}
		y = chain[k].Inverse(y)
	}
}
