package flow

import (
	"errors"
	"fmt"
	"hash/crc64"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/train"
)

// Machines share the work of one training, see [Settings]: each calls [Fit] with the same model, data and settings, but for its
// Rank, computes the gradient of its part of every batch, and takes the same steps. Gradients are added
// by a fixed binary tree, so any number of machines gives the same bits as one.
//
// Every machine reads all batches, draws all samples and judges by all held-out rows; what is shared is the gradient, of
// batches large enough to be cut: a step costs what one machine takes for 1/Ranks of the batch, and one Reduce
// of as many numbers as there are parameters, and one.
//
// The machine of rank 0 writes the checkpoint; all read it, so it stands where all see it. It may be gone
// on from with another number of machines.
type Machines struct {
	// Rank is this machine's number, from 0.
	Rank int
	// Ranks is how many there are, a power of two, at most 1024.
	Ranks int
	// Reduce replaces each number by the sum over all machines, added two by two: first those of ranks 2k and
	// 2k+1, then those of these pairs, and so on, or in any other way that has the same bits on all. It
	// returns an error, which ends Fit, if a machine is lost.
	Reduce func(sum []float64) error
}

// check returns an error that names a field out of its range.
func (m *Machines) check() error {
	switch {
	case m == nil:
		return nil
	case m.Ranks < 1 || m.Ranks > 1024 || m.Ranks&(m.Ranks-1) != 0:
		return fmt.Errorf("Settings.Machines.Ranks: got %d, want a power of two, at most 1024", m.Ranks)
	case m.Rank < 0 || m.Rank >= m.Ranks:
		return fmt.Errorf("Settings.Machines.Rank: got %d, want 0 to %d", m.Rank, m.Ranks-1)
	case m.Reduce == nil:
		return errors.New("Settings.Machines.Reduce: got none")
	}
	return nil
}

// agree returns an error, on all machines, unless they train the same model by the same data and
// settings from the same step.
func (f *fit) agree() error {
	m := f.Machines
	h := crc64.New(crc64.MakeTable(crc64.ECMA))
	id := f.identify()
	fmt.Fprintf(h, "%s\n%s\n%s\n%d\n", id.Model, id.Training, id.Plan, f.training.Result.Steps)
	for _, p := range f.model.Params() {
		for _, v := range p.Data() {
			fmt.Fprintf(h, "%x ", math.Float64bits(v))
		}
	}
	// Numbers are equal if and only if n·Σx² = (Σx)²: exact for so many pieces of 16 bits.
	n, sum := float64(m.Ranks), h.Sum64()
	v := []float64{1, float64(m.Rank)}
	for s := 0; s < 64; s += 16 {
		piece := float64(sum >> s & 0xffff)
		v = append(v, piece, piece*piece)
	}
	if err := m.Reduce(v); err != nil {
		return fmt.Errorf("Settings.Machines.Reduce: %w", err)
	}
	if v[0] != n || v[1] != n*(n-1)/2 {
		return fmt.Errorf("Settings.Machines: got ranks that add up to %v on %v machines, want each of 0 to %v once", v[1], v[0], n-1)
	}
	for i := 2; i < len(v); i += 2 {
		if n*v[i+1] != v[i]*v[i] {
			return errors.New("Settings.Machines: the machines have different models, data, settings or checkpoints, want the same")
		}
	}
	return nil
}

// newGradient returns the gradient of a loss, or this machine's part of it.
func (f *fit) newGradient(l train.Loss, own []*autodiff.Param, first *train.Batch) (*train.Gradient, error) {
	n := min(first.N, f.Batch)
	switch m := f.Machines; {
	case m != nil:
		return train.NewPart(l, own, first, n, m.Rank, m.Ranks)
	case f.serial:
		return train.NewSerial(l, own, first, n)
	}
	return train.NewGradient(l, own, first, n)
}
