package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/train"
)

// startFrom sets the model's data-dependent parameters from the first rows.
func (m *Transformed) startFrom(first *train.Batch) {
	t := autodiff.NewTape() // large, so not kept
	t.NoGrad(true)
	y, c := first.On(t, 0, first.N)
	m.initialize(y, c)
}

// firstRows is how many of the rows that there are (0 if that is not known) the
// data-dependent parameters are set from: 4096 or a batch, or as many as fit on a
// tape of reasonable size.
func (m *Transformed) firstRows(batch, have int) int {
	const most = 4096
	n := min(most, max(batch, m.fittingRows()))
	if have > 0 {
		n = min(n, have)
	}
	return n
}

// fittingRows returns how many rows fit on a tape of reasonable size.
func (m *Transformed) fittingRows() int { return 5e6/(m.row+1) + 1 }
