package flow

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Rows are scored and mapped a chunk at a time: few enough that what they need
// stays near the cache, enough that matrix products run at speed.
const (
	mostRows  = 512
	chunkRoom = 2e6 // numbers on a tape
	leastRoom = 1e5 // numbers for each core, at least: some 50 µs
)

// chunk returns how many rows are scored or mapped at a time.
func (m *Transformed) chunk() int { return max(1, min(mostRows, chunkRoom/(m.row+1))) }

// tapes for evaluation without gradients.
var tapes = sync.Pool{New: func() any {
	t := autodiff.NewTape()
	t.NoGrad(true)
	return t
}}

func borrow() *autodiff.Tape { return tapes.Get().(*autodiff.Tape) }

func giveBack(t *autodiff.Tape) {
	t.Reset()
	tapes.Put(t)
}

// eachChunk calls f for the chunks of n rows, on all cores if there are several: as
// many chunks for each, of one size.
func (m *Transformed) eachChunk(n int, f func(t *autodiff.Tape, i, j int)) {
	worth := float64(n) * float64(m.row) / leastRoom
	workers := max(int(min(float64(min(runtime.GOMAXPROCS(0), n)), worth)), 1)
	rounds := (n + workers*m.chunk() - 1) / (workers * m.chunk())
	chunk := (n + workers*rounds - 1) / (workers * rounds)
	var shared *autodiff.Shared
	if chunk < n {
		shared = new(autodiff.Shared)
	}
	if workers == 1 {
		runChunks(chunk, n, new(atomic.Int64), shared, f)
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed any
	var once sync.Once
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() {
				if r := recover(); r != nil {
					once.Do(func() { failed = r })
				}
			}()
			runChunks(chunk, n, &next, shared, f)
		}()
	}
	wg.Wait()
	if failed != nil {
		panic(failed) // on the caller's goroutine, where it can be recovered
	}
}

func runChunks(chunk, n int, next *atomic.Int64, shared *autodiff.Shared, f func(t *autodiff.Tape, i, j int)) {
	t := borrow()
	t.Share(shared)
	for {
		i := (int(next.Add(1)) - 1) * chunk
		if i >= n {
			break
		}
		f(t, i, min(i+chunk, n))
		t.Reset()
	}
	t.Share(nil)
	giveBack(t)
}

// viewRows puts rows i to j−1 of m on a tape without copying.
func viewRows(t *autodiff.Tape, m *mat.Dense, i, j int) autodiff.Var {
	raw := m.RawMatrix()
	if raw.Stride == raw.Cols {
		return t.View(j-i, raw.Cols, raw.Data[i*raw.Cols:j*raw.Cols])
	}
	return t.Matrix(m.Slice(i, j, 0, raw.Cols))
}

// dense returns m itself if it is a *mat.Dense, else a copy.
func dense(m mat.Matrix) *mat.Dense {
	if d, ok := m.(*mat.Dense); ok {
		return d
	}
	return mat.DenseCopyOf(m)
}

// setRows copies the values of v to rows i, i+1, … of m.
func setRows(m *mat.Dense, i int, v autodiff.Var) {
	data, d := v.Data(), v.Cols()
	for k := range v.Rows() {
		copy(m.RawRowView(i+k), data[k*d:(k+1)*d])
	}
}
