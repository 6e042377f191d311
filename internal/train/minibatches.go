package train

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// An Objective is a function of parameters in one vector that a [Training]
// minimises: it sees a value and a gradient for each step.
type Objective interface {
	// Params returns the parameters.
	Params() *autodiff.Vector
	// Next returns the loss and its gradient for the next step, at the parameters as they are.
	// The gradient is the caller's until the next call.
	Next() (loss float64, grad []float64, err error)
	// Position returns where in its data the objective stands, for checkpoints.
	Position() Position
	// Resume goes to a position, before the first Next.
	Resume(to Position) error
}

// Minibatches is the objective that is the mean loss of the next batches of a cursor.
type Minibatches struct {
	Cursor
	Gradient   *Gradient
	Batch      *Batch // read last
	Size       int    // rows of a batch
	Accumulate int    // batches a step
	// Reduce adds the sums of all machines, two by two: first those of ranks 2k and 2k+1, then those of
	// pairs, and so on; every machine has the result. Each reads all batches. Nil if there is one.
	Reduce func(sum []float64) error

	total Sum // over several batches
}

// Params returns the learned parameters.
func (m *Minibatches) Params() *autodiff.Vector { return m.Gradient.Params }

// Close ends the reading and the workers.
func (m *Minibatches) Close() {
	m.Cursor.Close()
	m.Gradient.Close()
}

// Next returns the mean of the batches' losses, each with the weight of its rows.
func (m *Minibatches) Next() (float64, []float64, error) {
	total, err := m.next()
	if err != nil {
		return 0, nil, err
	}
	if m.Accumulate > 1 {
		if total, err = m.mean(total); err != nil {
			return 0, nil, err
		}
	}
	return total.Loss(), total.Grad(), nil
}

// mean returns the mean over the first batch, which has been read, and the others of a step.
func (m *Minibatches) mean(first Sum) (Sum, error) {
	if m.total == nil {
		m.total = make(Sum, len(first))
	}
	weight := m.Batch.Weight()
	kernel.Scale(m.total, first, weight)
	for range m.Accumulate - 1 {
		s, err := m.next()
		if err != nil {
			return nil, err
		}
		w := m.Batch.Weight()
		kernel.Axpy(m.total, s, w)
		weight += w
	}
	kernel.Scale(m.total, m.total, 1/weight)
	return m.total, nil
}

// next returns the gradient and loss of the next batch, of all machines.
func (m *Minibatches) next() (Sum, error) {
	if err := m.Fill(m.Batch, m.Size); err != nil {
		return nil, err
	}
	sum := m.Gradient.Of(m.Batch)
	if m.Reduce != nil {
		return sum, m.Reduce(sum)
	}
	return sum, nil
}
