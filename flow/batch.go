package flow

import (
	"runtime"
	"sync/atomic"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/parallel"
)

// Rows are scored and mapped a chunk at a time: few enough that what they need
// stays near the cache, enough that matrix products run at speed.
const (
	mostRows    = 512
	chunkValues = 2e6 // values on a tape
	leastValues = 1e5 // values for each core, at least: some 50 µs

	enoughRows = 64 // of one context for a chunk of their own: networks work on it once
)

// chunk returns how many rows are scored or mapped at a time.
func (m *Transformed) chunk() int { return max(1, min(mostRows, chunkValues/(m.row+1))) }

// chunks cut n rows into groups and these into chunks, of one size but for each group's last.
type chunks struct{ n, group, size int }

// count returns how many there are.
func (c chunks) count() int { return c.n / c.group * c.perGroup() }

func (c chunks) perGroup() int { return (c.group + c.size - 1) / c.size }

// bounds returns the first row of chunk u and that after its last.
func (c chunks) bounds(u int) (i, j int) {
	g, k := u/c.perGroup(), u%c.perGroup()
	i = g*c.group + k*c.size
	return i, min(i+c.size, (g+1)*c.group)
}

// chunksOf returns chunks of n rows, about as many for each of some workers. None has rows of two
// contexts unless it has all rows of each.
func (m *Transformed) chunksOf(n, workers int) chunks {
	rounds := (n + workers*m.chunk() - 1) / (workers * m.chunk())
	c := chunks{n, n, (n + workers*rounds - 1) / (workers * rounds)}
	if k := m.each; k > min(c.size, enoughRows) {
		c.group, c.size = k, min(c.size, k)
	} else if k > 0 {
		c.size -= c.size % k
	}
	return c
}

// workers returns on how many cores n rows are worth while.
func (m *Transformed) workers(n int) int {
	worth := float64(n) * float64(m.row) / leastValues
	return max(int(min(float64(min(runtime.GOMAXPROCS(0), n)), worth)), 1)
}

// eachChunk calls f, on behalf of what, for the chunks of n rows, on all cores if there are several.
func (m *Transformed) eachChunk(what string, n int, f func(t *autodiff.Tape, i, j int)) {
	if n == 0 {
		return
	}
	if m.ctx != nil {
		m.checkContext(what, n)
	}
	workers := m.workers(n)
	all := m.chunksOf(n, workers)
	shared := m.kept.shared()
	if shared == nil && all.count() > 1 {
		shared = new(autodiff.Shared)
	}
	var next atomic.Int64
	parallel.Together(workers, func() { runChunks(all, &next, shared, f) })
}

func runChunks(all chunks, next *atomic.Int64, shared *autodiff.Shared, f func(t *autodiff.Tape, i, j int)) {
	t := autodiff.Borrow()
	t.Share(shared)
	for n := all.count(); ; {
		u := int(next.Add(1)) - 1
		if u >= n {
			break
		}
		i, j := all.bounds(u)
		f(t, i, j)
		t.Reset()
	}
	t.Share(nil)
	t.Release()
}
