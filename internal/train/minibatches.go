package train

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// An Objective is a function of parameters in one vector that a [Training]
// minimises, of which it sees a value and a gradient for each step.
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

	sum []float64 // of the gradients, if there are several batches
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
	if m.Accumulate == 1 {
		loss, err := m.next()
		return loss, m.Gradient.Sum, err
	}
	if m.sum == nil {
		m.sum = make([]float64, len(m.Gradient.Sum))
	}
	clear(m.sum)
	var loss, weight float64
	for range m.Accumulate {
		l, err := m.next()
		if err != nil {
			return 0, nil, err
		}
		w := m.Batch.Weight()
		loss += float64(l * w)
		kernel.Axpy(m.sum, m.Gradient.Sum, w)
		weight += w
	}
	kernel.Scale(m.Gradient.Sum, m.sum, 1/weight)
	return loss / weight, m.Gradient.Sum, nil
}

func (m *Minibatches) next() (float64, error) {
	if err := m.Fill(m.Batch, m.Size); err != nil {
		return 0, err
	}
	return m.Gradient.Of(m.Batch), nil
}
