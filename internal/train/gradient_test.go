package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A network is a loss with so many operations that batches are cut into shards.
type network struct{ w, v *autodiff.Param }

func newNetwork() *network {
	r := rand.New(rng.New(1))
	w, v := make([]float64, 2*2000), make([]float64, 2000)
	for i := range w {
		w[i] = r.NormFloat64()
	}
	for i := range v {
		v[i] = 0.01 * r.NormFloat64()
	}
	return &network{autodiff.NewParam(2, 2000, w), autodiff.NewParam(2000, 1, v)}
}

func (n *network) loss(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
	return y.MatMul(t.Use(n.w)).Tanh().MatMul(t.Use(n.v)).Sub(c).Square()
}

// points are rows of two values and what the network should make of them.
func points(n int) *Memory {
	r := rand.New(rng.New(2))
	m := &Memory{Rows: mat.NewDense(n, 2, nil), Contexts: mat.NewDense(n, 1, nil)}
	for i := range n {
		m.Rows.SetRow(i, []float64{r.NormFloat64(), r.NormFloat64()})
		m.Contexts.Set(i, 0, r.NormFloat64())
	}
	return m
}

// machines makes the gradients of all ranks of so many machines.
func machines(t *testing.T, ranks int, batch *Batch) (all []*Gradient) {
	t.Helper()
	for rank := range ranks {
		g, err := NewPart(newNetwork().loss, nil, batch, 1024, rank, ranks)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

// pairwise adds the sums of ranks two by two, and then those of pairs.
func pairwise(sums []Sum) Sum {
	if len(sums) == 1 {
		return slices.Clone(sums[0])
	}
	left, right := pairwise(sums[:len(sums)/2]), pairwise(sums[len(sums)/2:])
	for i, v := range right {
		left[i] += v
	}
	return left
}

// Any number of workers, and of machines, gives the same bits, also where batches
// are short or there are more machines than shards.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range []int{1024, 777, 3} {
		batch := points(1024).All()
		batch.N = n
		var want Sum
		for _, procs := range []int{1, 2, 3, 64} {
			runtime.GOMAXPROCS(procs)
			for _, ranks := range []int{1, 2, 4, 16} {
				var sums []Sum
				for _, g := range machines(t, ranks, batch) {
					if g.shards != 8 {
						t.Fatalf("got %d shards, want 8", g.shards)
					}
					g.Of(batch)
					sums = append(sums, slices.Clone(g.Of(batch)))
					g.Close()
				}
				got := pairwise(sums)
				if want == nil {
					want = got
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d rows, %d processors, %d machines: the gradient has other bits", n, procs, ranks)
				}
			}
		}
	}
}

// The gradient is that of the mean loss, however the batch is cut.
func TestGradient(t *testing.T) {
	data := points(900)
	data.Weights = make([]float64, 900)
	var weight float64
	for i := range data.Weights {
		data.Weights[i] = float64(i % 3)
		weight += data.Weights[i]
	}
	batch := data.All()
	n := newNetwork()
	tape := autodiff.NewTape()
	y, c := batch.On(tape, 0, 900)
	loss := n.loss(tape, y, c).Mul(tape.View(900, 1, batch.Weights)).Sum().MulConst(1 / weight)
	tape.Backward(loss)
	want := append(slices.Clone(tape.Grad(n.w)), tape.Grad(n.v)...)
	want = append(want, loss.Value())

	g, err := NewGradient(newNetwork().loss, nil, batch, 1024)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for i, v := range g.Of(batch) {
		if math.Abs(v-want[i]) > 1e-13 {
			t.Fatalf("value %d: got %v, want %v", i, v, want[i])
		}
	}
}

// No more sums are in memory than one a level of the tree for one worker.
func TestTreeIsSmall(t *testing.T) {
	for _, c := range []struct{ leaves, workers, want int }{{1, 1, 1}, {2, 1, 2}, {4, 1, 3}, {32, 1, 6}, {4, 2, 3}, {8, 2, 4}, {32, 3, 7}, {8, 8, 8}} {
		if got := len(newTree(c.leaves, c.workers, 1).free); got != c.want {
			t.Errorf("%d leaves and %d workers: got %d buffers, want %d", c.leaves, c.workers, got, c.want)
		}
	}
}

// A tree comes to its end however workers meet, and its sum is that of all leaves.
func TestTree(t *testing.T) {
	for _, leaves := range []int{1, 2, 4, 8, 32} {
		for _, workers := range []int{1, 2, 3, 5, 8, 32} {
			tree := newTree(leaves, workers, 1)
			for range 300 {
				tree.begin()
				var all sync.WaitGroup
				for range workers {
					all.Go(func() {
						for leaf, sum, ok := tree.take(); ok; leaf, sum, ok = tree.take() {
							sum[0] = float64(leaf)
							tree.add(leaf, sum)
						}
					})
				}
				all.Wait()
				for i := range tree.parts() {
					tree.addPart(i)
				}
				if got, want := tree.root()[0], float64(leaves*(leaves-1)/2); got != want {
					t.Fatalf("%d leaves, %d workers: got %v, want %v", leaves, workers, got, want)
				}
			}
		}
	}
}

// The first of several panics, in the order of the rows, reaches the caller, and the next
// gradient is as if nothing had been.
func TestPanics(t *testing.T) {
	batch := points(1024).All()
	n, bad := newNetwork(), false
	g, err := NewGradient(func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
		if bad && y.Rows() > 1 {
			panic(fmt.Sprint("row ", y.At(0, 0)))
		}
		return n.loss(t, y, c)
	}, nil, batch, 1024)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	want := slices.Clone(g.Of(batch))
	for range 3 {
		bad = true
		func() {
			defer func() {
				if got, want := recover(), any(fmt.Sprint("row ", batch.Rows[0])); got != want {
					t.Errorf("got panic %v, want %v", got, want)
				}
			}()
			g.Of(batch)
		}()
		bad = false
		if !slices.Equal(g.Of(batch), want) {
			t.Error("the gradient after a panic has other bits")
		}
	}
}

// exchange is how machines add their sums: each in turn sends its own to the
// machine whose rank differs in one bit, from the lowest on, and adds what it receives.
type exchange struct {
	ranks int
	mail  [][]chan []float64 // from, to
}

func newExchange(ranks int) *exchange {
	e := &exchange{ranks: ranks, mail: make([][]chan []float64, ranks)}
	for i := range e.mail {
		for range ranks {
			e.mail[i] = append(e.mail[i], make(chan []float64, 1))
		}
	}
	return e
}

func (e *exchange) reduce(rank int, sum []float64) error {
	for bit := 1; bit < e.ranks; bit *= 2 {
		other := rank ^ bit
		e.mail[rank][other] <- slices.Clone(sum)
		for i, v := range <-e.mail[other][rank] {
			sum[i] += v
		}
	}
	return nil
}

// Machines that train together end with the same bits as one that trains alone.
func TestMachines(t *testing.T) {
	data := points(3000)
	train := func(ranks, rank int, e *exchange) []float64 {
		g, err := NewPart(newNetwork().loss, nil, data.All(), 1024, rank, ranks)
		if err != nil {
			t.Error(err)
			return nil
		}
		m := &Minibatches{Cursor: data.Open(0, rng.New(7), nil), Gradient: g, Batch: data.NewBatch(1024), Size: 1024, Accumulate: 2,
			Reduce: func(sum []float64) error { return e.reduce(rank, sum) }}
		defer m.Close()
		tr := &Training{Config: Config{Steps: 4, Every: 2, MaxSkipped: 1, Clip: 1, Schedule: optim.Constant(0.01), Optimizer: new(optim.Adam)}, Objective: m}
		if err := tr.Run(context.Background()); err != nil {
			t.Error(err)
		}
		return append(slices.Clone(g.Params.Data), tr.Result.Loss)
	}
	want := train(1, 0, newExchange(1))
	for _, ranks := range []int{2, 4, 16} {
		e := newExchange(ranks)
		var all sync.WaitGroup
		for rank := range ranks {
			all.Go(func() {
				if got := train(ranks, rank, e); !slices.Equal(got, want) {
					t.Errorf("rank %d of %d: other bits than one machine's", rank, ranks)
				}
			})
		}
		all.Wait()
	}
}
