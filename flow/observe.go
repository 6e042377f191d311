package flow

import "github.com/normflow/normflow/bijector"

// observe shows the first n rows of the batch to a model that keeps running
// statistics, as many as fit on a tape of reasonable size.
func (f *fit) observe(n int) {
	if len(f.statistics) == 0 {
		return
	}
	n = min(n, max(f.room(), 2))
	t := borrow()
	defer giveBack(t)
	y := viewRows(t, f.batch.rows, 0, n)
	if f.batch.context == nil {
		bijector.Observe(f.model.Map, y)
		return
	}
	bijector.Observe(f.model.Map.Given(viewRows(t, f.batch.context, 0, n)), y)
}

// state appends the learned parameters and the running statistics.
func (f *fit) state(to []float64) []float64 {
	to = append(to, f.trainer.vec.Data...)
	for _, p := range f.statistics {
		to = append(to, p.Data()...)
	}
	return to
}

// restore sets what state has noted.
func (f *fit) restore(from []float64) {
	from = from[copy(f.trainer.vec.Data, from):]
	for _, p := range f.statistics {
		from = from[copy(p.Data(), from):]
	}
}
