//go:build mpi

package main

/*
#cgo pkg-config: mpi
#include <mpi.h>

static int start(int *rank, int *ranks) {
	int provided, e = MPI_Init_thread(0, 0, MPI_THREAD_SERIALIZED, &provided);
	if (e == MPI_SUCCESS && provided < MPI_THREAD_SERIALIZED) return -1;
	if (e == MPI_SUCCESS) e = MPI_Comm_rank(MPI_COMM_WORLD, rank);
	if (e == MPI_SUCCESS) e = MPI_Comm_size(MPI_COMM_WORLD, ranks);
	return e;
}

static int swap(const double *mine, double *theirs, int n, int partner) {
	return MPI_Sendrecv(mine, n, MPI_DOUBLE, partner, 0, theirs, n, MPI_DOUBLE, partner, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static int finish(void) { return MPI_Finalize(); }
*/
import "C"

import (
	"fmt"
	"time"

	"github.com/normflow/normflow/flow"
)

// join starts MPI and returns this process as one of its machines. Sums are swapped with the rank that differs in the lowest
// bit, then the next: the fixed binary tree of flow.Machines, in log₂ Ranks messages of the whole vector.
// MPI ends the job when a process is lost.
func join(latency time.Duration) (m *flow.Machines, finish func(), err error) {
	var rank, ranks C.int
	if e := C.start(&rank, &ranks); e != 0 {
		return nil, nil, fmt.Errorf("MPI_Init_thread: error %d", e)
	}
	var theirs []float64
	m = &flow.Machines{Rank: int(rank), Ranks: int(ranks)}
	m.Reduce = func(sum []float64) error {
		if len(theirs) < len(sum) {
			theirs = make([]float64, len(sum))
		}
		for s := 1; s < m.Ranks; s *= 2 {
			time.Sleep(latency)
			if e := C.swap((*C.double)(&sum[0]), (*C.double)(&theirs[0]), C.int(len(sum)), C.int(m.Rank^s)); e != 0 {
				return fmt.Errorf("MPI_Sendrecv with rank %d: error %d", m.Rank^s, e)
			}
			for i := range sum {
				sum[i] += theirs[i]
			}
		}
		return nil
	}
	return m, func() { C.finish() }, nil
}
