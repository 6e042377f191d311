package flow

import (
	"fmt"
	"math"
	"runtime"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A trainer computes the gradient of a mean loss over a minibatch. The batch
// is cut into lanes, whose number depends on the model and the batch and never
// on the machine; each lane has its own sum of gradients and goes through its rows
// a few at a time; workers, each with a tape, take lanes; the sums are added in
// the order of the lanes. So any number of workers gives the same bits.
type trainer struct {
	loss   loss
	batch  *Data
	vec    *autodiff.Vector
	lanes  []*lane
	tapes  []*autodiff.Tape  // of the workers, the first the caller's
	shared *autodiff.Shared  // by the tapes, for one gradient
	frozen []*autodiff.Param // used, but not learned
	shard  int               // rows on a tape at a time
	grad   []float64         // the first lane's, and in the end the sum of all

	rows     int     // of the last batch
	weight   float64 // of the last batch
	lastNorm float64

	crew       *crew
	runs, sums func(worker, i int) // runLane and sumLanes, made once
}

// A loss is what is minimised in the mean over rows: n×1 for rows y and their
// contexts c, the zero Var if there are none.
type loss func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var

type lane struct {
	grad   []float64
	i, j   int     // its rows
	sum    float64 // of its losses, weighted
	failed any     // what it panicked with
}

const (
	laneWork = 1e7 // operations of a lane, at least: some 100 µs
	laneRows = 128 // rows of a lane, at least: each goes through all weights and gradients
	maxLanes = 32
	large    = 1e6     // numbers of a model whose memory counts
	laneRoom = 6e6     // numbers that the gradients of all lanes may take
	tapeRoom = 1e6     // numbers on a tape that stay in the cache
	maxShard = 256     // rows on a tape at a time
	sumPart  = 1 << 14 // numbers of gradients that are added at a time
)

// leastRows returns how many rows a lane has at least, when a row takes perRow
// numbers on a tape: laneRows, and fewer where a convolution uses its weights
// many times a row.
func leastRows(perRow, numbers int) float64 {
	reuse := 8 * float64(perRow) / float64(numbers)
	return max(8, laneRows/(1+float64(reuse*reuse)))
}

// laneCount returns into how many lanes n rows are cut: also two of half the rows
// that they should have, for two cores.
func laneCount(n, perRow, numbers int) int {
	rows, work := float64(n), float64(n)*(6*float64(numbers)+20*float64(perRow))
	most := rows / leastRows(perRow, numbers)
	most = max(most, min(2*most, 2))
	lanes := max(int(min(work/laneWork, maxLanes, laneRoom/float64(numbers), most)), 1)
	if numbers < 1e6 && lanes > 1 {
		lanes &^= 1 // an even number, for two cores
	}
	return lanes
}

// shardRows returns how many of a lane's rows are on a tape at a time, each with
// perRow numbers: equal parts that take what stays in the cache, or no more than the
// model's numbers, through all of which every part goes once more.
func shardRows(rows, perRow, numbers int) int {
	most := max(min(max(tapeRoom, numbers)/perRow, maxShard), 1)
	parts := (rows + most - 1) / most
	return (rows + parts - 1) / parts
}

// newTrainer finds the parameters by evaluating the loss on a few of the first
// rows. It is for batches of n.
func newTrainer(l loss, batch, first *Data, n int) (*trainer, error) {
	tr := &trainer{loss: l, batch: first, shared: new(autodiff.Shared)}
	params, perRow, fixed := tr.probe(min(n, 16))
	tr.batch = batch
	numbers := 0
	for _, p := range params {
		numbers += p.Len()
	}
	if numbers == 0 {
		return nil, fmt.Errorf("flow: Fit: got a model without parameters to learn, want at least one")
	}
	tr.vec = autodiff.NewVector(params)
	if numbers > large {
		runtime.GC() // the parameters' former memory, before much more is set aside
	}

	lanes := laneCount(n, perRow, numbers)
	tr.shard = shardRows((n+lanes-1)/lanes, perRow, numbers)
	for range lanes {
		tr.lanes = append(tr.lanes, &lane{grad: make([]float64, numbers)})
	}
	tr.grad = tr.lanes[0].grad
	workers := min(runtime.GOMAXPROCS(0), lanes)
	for range workers {
		tr.tapes = append(tr.tapes, tr.newTape(fixed+perRow*tr.shard))
	}
	tr.crew, tr.runs, tr.sums = newCrew(workers-1), tr.runLane, tr.sumLanes
	return tr, nil
}

// newTape returns a tape with room for so many numbers.
func (tr *trainer) newTape(numbers int) *autodiff.Tape {
	t := autodiff.NewTape()
	t.Share(tr.shared)
	t.Grow(numbers)
	return t
}

// probe evaluates the loss on n rows and returns the parameters to learn and how
// many numbers a row takes on a tape, and what rows have in common.
func (tr *trainer) probe(n int) (params []*autodiff.Param, perRow, fixed int) {
	tape := tr.newTape(0)
	tr.record(tape, 0, n)
	for _, p := range tape.Params() {
		if p.Frozen() {
			tr.frozen = append(tr.frozen, p)
		} else {
			params = append(params, p)
		}
	}
	rows, fixed := tape.Size()
	return params, rows/n + 1, fixed
}

// close ends the workers.
func (tr *trainer) close() { tr.crew.close() }

// gradient sets tr.grad to the gradient of the mean loss of the batch's first n
// rows and returns the loss.
func (tr *trainer) gradient(n int) float64 {
	tr.shared.Forget()
	tr.rows, tr.weight = n, float64(n)
	if w := tr.batch.weights; w != nil {
		tr.weight = kernel.Sum(w[:n])
	}
	k := len(tr.lanes)
	for i, l := range tr.lanes {
		l.i, l.j = n*i/k, n*(i+1)/k
	}
	tr.crew.run(k, tr.runs)
	sum := tr.lanes[0].sum
	for _, l := range tr.lanes {
		if l.failed != nil {
			panic(l.failed)
		}
	}
	for _, l := range tr.lanes[1:] {
		sum += l.sum
	}
	if k > 1 {
		tr.crew.run((len(tr.grad)+sumPart-1)/sumPart, tr.sums)
	}
	return sum / tr.weight
}

// sumLanes adds part i of the lanes' gradients to the first's.
func (tr *trainer) sumLanes(_, i int) {
	from, to := i*sumPart, min((i+1)*sumPart, len(tr.grad))
	for _, l := range tr.lanes[1:] {
		kernel.Accumulate(tr.grad[from:to], l.grad[from:to])
	}
}

// runLane computes the gradient of a lane on the tape of a worker.
func (tr *trainer) runLane(worker, i int) {
	t, l := tr.tapes[worker], tr.lanes[i]
	defer func() { l.failed = recover() }()
	t.Accumulate(tr.vec, l.grad)
	defer t.Accumulate(nil, nil)
	l.sum = 0
	for i := l.i; i < l.j; i += tr.shard {
		t.Reset()
		sum := tr.record(t, i, min(i+tr.shard, l.j))
		l.sum += sum.Value()
		t.Backward(sum.MulConst(1 / tr.weight))
	}
}

// record puts the weighted sum of the losses of rows i to j−1 on a tape.
func (tr *trainer) record(t *autodiff.Tape, i, j int) autodiff.Var {
	y, c := tr.batch.on(t, i, j)
	loss := tr.loss(t, y, c)
	if w := tr.batch.weights; w != nil {
		loss = loss.Mul(t.View(j-i, 1, w[i:j]))
	}
	return loss.Sum()
}

// norm returns the Euclidean norm of the gradient.
func (tr *trainer) norm() float64 {
	tr.lastNorm = math.Sqrt(kernel.Dot(tr.grad, tr.grad))
	return tr.lastNorm
}

// scale multiplies the gradient by a.
func (tr *trainer) scale(a float64) { kernel.Scale(tr.grad, tr.grad, a) }

// culprit names the first number of the gradient that is not finite, or tells its norm.
func (tr *trainer) culprit(names map[*autodiff.Param]string) string {
	for i, g := range tr.grad {
		if math.IsNaN(g - g) {
			p, at := tr.vec.Find(i)
			r, c := p.Dims()
			for k, q := range tr.vec.Params {
				if q == p {
					return fmt.Sprintf("gradient of %s (%d×%d) is %v at number %d", nameOf(q, k, names), r, c, g, at)
				}
			}
		}
	}
	return fmt.Sprintf("the gradient's norm is %v", tr.lastNorm)
}
