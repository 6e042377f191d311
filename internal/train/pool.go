package train

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A pool is workers that run the tasks of one job after the other, the caller
// among them. Jobs follow each other within microseconds, and to wake a thread takes
// tens of them, so a worker without a task spins for a while before it sleeps.
type pool struct {
	task func(worker, i int)
	todo atomic.Int64 // tasks not yet taken; at most 0 between jobs
	left atomic.Int64 // tasks not yet done
	over atomic.Bool

	mu       sync.Mutex
	asleep   atomic.Int32 // workers that wait for tasks
	work     *sync.Cond   // there are tasks, or it is over
	waits    atomic.Bool  // the caller, for the last task
	finished *sync.Cond   // no task is left
}

// spins is how often a worker looks for a task before it sleeps: some 100 µs.
const spins = 1000

// newPool returns a pool of the caller and so many others.
func newPool(others int) *pool {
	p := new(pool)
	p.work, p.finished = sync.NewCond(&p.mu), sync.NewCond(&p.mu)
	for w := range others {
		go p.serve(w + 1)
	}
	return p
}

// run does a job of n tasks and returns when all are done. Worker 0 is the caller; who does
// a task, and when, must not matter.
func (p *pool) run(n int, task func(worker, i int)) {
	p.task = task
	p.left.Store(int64(n))
	p.todo.Store(int64(n))
	if p.asleep.Load() > 0 {
		p.mu.Lock()
		p.work.Broadcast()
		p.mu.Unlock()
	}
	p.take(0)
	for range spins {
		if p.left.Load() == 0 {
			return
		}
		runtime.Gosched()
	}
	p.mu.Lock()
	p.waits.Store(true)
	for p.left.Load() > 0 {
		p.finished.Wait()
	}
	p.waits.Store(false)
	p.mu.Unlock()
}

// take does tasks until all are taken, and reports whether there was one.
func (p *pool) take(worker int) (some bool) {
	for p.todo.Load() > 0 {
		i := p.todo.Add(-1)
		if i < 0 {
			break
		}
		some = true
		p.task(worker, int(i))
		if p.left.Add(-1) == 0 && p.waits.Load() {
			p.mu.Lock()
			p.finished.Signal()
			p.mu.Unlock()
		}
	}
	return some
}

// serve takes the tasks of one job after the other until it is over.
func (p *pool) serve(worker int) {
	for idle := 0; !p.over.Load(); idle++ {
		if p.take(worker) {
			idle = 0
		}
		if idle < spins {
			runtime.Gosched()
			continue
		}
		p.mu.Lock()
		p.asleep.Add(1)
		for p.todo.Load() <= 0 && !p.over.Load() {
			p.work.Wait()
		}
		p.asleep.Add(-1)
		p.mu.Unlock()
		idle = 0
	}
}

// close ends the workers, which must have no task.
func (p *pool) close() {
	p.over.Store(true)
	p.mu.Lock()
	p.work.Broadcast()
	p.mu.Unlock()
}
