// Package parallel runs work on several cores.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Together calls work on so many goroutines, on this one if it is one, and panics with what the first of them panicked with.
func Together(workers int, work func()) {
	if workers <= 1 {
		work()
		return
	}
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
			work()
		}()
	}
	wg.Wait()
	if failed != nil {
		panic(failed) // on the caller's goroutine, where it can be recovered
	}
}

// grain is how many items a goroutine takes at a time.
const grain = 16

// Each calls what work returns, once for each goroutine, for the numbers 0 to n−1, on all cores.
func Each(n int, work func() func(i int)) {
	var next atomic.Int64
	Together(min(runtime.GOMAXPROCS(0), (n+grain-1)/grain), func() {
		f := work()
		for lo := int(next.Add(grain)) - grain; lo < n; lo = int(next.Add(grain)) - grain {
			for i := lo; i < min(lo+grain, n); i++ {
				f(i)
			}
		}
	})
}

// Pieces calls f for the pieces i to j−1 of n items, of size items but for the last, on all cores.
func Pieces(n, size int, f func(i, j int)) {
	pieces := (n + size - 1) / size
	var next atomic.Int64
	Together(min(runtime.GOMAXPROCS(0), pieces), func() {
		for k := int(next.Add(1)) - 1; k < pieces; k = int(next.Add(1)) - 1 {
			f(k*size, min((k+1)*size, n))
		}
	})
}
