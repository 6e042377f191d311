package flow

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A crew runs the pieces of one job after the other on several goroutines, the
// caller's among them. Jobs follow each other within microseconds, and to wake a thread takes
// tens of them, so who has nothing to do looks out for a while before it sleeps.
type crew struct {
	piece func(worker, i int)
	todo  atomic.Int64 // pieces that nobody has taken; 0 and less between jobs
	left  atomic.Int64 // pieces not yet done
	over  atomic.Bool

	mu       sync.Mutex
	asleep   atomic.Int32 // workers that wait for work
	work     *sync.Cond   // there are pieces, or it is over
	waits    atomic.Bool  // the caller, for done
	finished *sync.Cond   // no piece is left
}

// patience is how often a goroutine looks before it sleeps: some 100 µs.
const patience = 1000

// newCrew returns a crew of workers and the caller.
func newCrew(workers int) *crew {
	c := new(crew)
	c.work, c.finished = sync.NewCond(&c.mu), sync.NewCond(&c.mu)
	for w := range workers {
		go c.serve(w + 1)
	}
	return c
}

// run does a job of n pieces and returns when all are done. Worker 0 is the caller; who does
// a piece, and when, must not matter.
func (c *crew) run(n int, piece func(worker, i int)) {
	c.piece = piece
	c.left.Store(int64(n))
	c.todo.Store(int64(n))
	if c.asleep.Load() > 0 {
		c.mu.Lock()
		c.work.Broadcast()
		c.mu.Unlock()
	}
	c.take(0)
	for range patience {
		if c.left.Load() == 0 {
			return
		}
		runtime.Gosched()
	}
	c.mu.Lock()
	c.waits.Store(true)
	for c.left.Load() > 0 {
		c.finished.Wait()
	}
	c.waits.Store(false)
	c.mu.Unlock()
}

// take does pieces until all are taken, and reports whether there was one.
func (c *crew) take(worker int) (some bool) {
	for c.todo.Load() > 0 {
		i := c.todo.Add(-1)
		if i < 0 {
			break
		}
		some = true
		c.piece(worker, int(i))
		if c.left.Add(-1) == 0 && c.waits.Load() {
			c.mu.Lock()
			c.finished.Signal()
			c.mu.Unlock()
		}
	}
	return some
}

// serve takes pieces of one job after the other until it is over.
func (c *crew) serve(worker int) {
	for idle := 0; !c.over.Load(); idle++ {
		if c.take(worker) {
			idle = 0
		}
		if idle < patience {
			runtime.Gosched()
			continue
		}
		c.mu.Lock()
		c.asleep.Add(1)
		for c.todo.Load() <= 0 && !c.over.Load() {
			c.work.Wait()
		}
		c.asleep.Add(-1)
		c.mu.Unlock()
		idle = 0
	}
}

// close ends the workers, which must have nothing to do.
func (c *crew) close() {
	c.over.Store(true)
	c.mu.Lock()
	c.work.Broadcast()
	c.mu.Unlock()
}
