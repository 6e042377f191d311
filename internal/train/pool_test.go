package train

import (
	"sync/atomic"
	"testing"
	"time"
)

// Every task of every job is done exactly once and before run returns, whether the
// workers are awake or asleep.
func TestPool(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		const n = 7
		var done [n]atomic.Int32
		c := newPool(workers)
		task := func(worker, i int) {
			if worker < 0 || worker > workers {
				t.Errorf("got worker %d of %d", worker, workers)
			}
			if i == 3 {
				time.Sleep(time.Millisecond) // longer than anyone spins
			}
			done[i].Add(1)
		}
		for job := 1; job <= 200; job++ {
			if job%50 == 0 {
				time.Sleep(5 * time.Millisecond)
			}
			c.run(n, task)
			for i := range done {
				if got := done[i].Load(); got != int32(job) {
					t.Fatalf("%d workers, job %d: task %d was done %d times", workers, job, i, got)
				}
			}
			var other atomic.Int32
			c.run(job%5, func(_, i int) { other.Add(int32(1 + i)) })
			if k := int32(job % 5); other.Load() != k*(k+1)/2 {
				t.Fatalf("%d workers, job %d: got %d of the other job, want %d", workers, job, other.Load(), k*(k+1)/2)
			}
		}
		c.close()
	}
}
