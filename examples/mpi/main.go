// Mpi trains one flow on several machines, to the bits that one machine gives.
//
//	go build -tags mpi
//	mpirun -np 4 ./mpi -out model.safetensors -checkpoint checkpoint
//
// Without the tag it needs no MPI and trains on this machine alone. README.md says when more machines pay.
//
//ci:run -steps 20 -out $out/model
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"time"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

func main() {
	log.SetFlags(0)
	o := options{}
	flag.IntVar(&o.steps, "steps", 200, "steps of the optimizer")
	flag.IntVar(&o.batch, "batch", 2048, "rows of a step, on all machines together")
	flag.IntVar(&o.hidden, "hidden", 128, "width of the networks")
	flag.IntVar(&o.dim, "dim", 16, "columns")
	flag.StringVar(&o.out, "out", "model.safetensors", "file of the model")
	flag.StringVar(&o.checkpoint, "checkpoint", "", "file that all machines see, to go on from")
	latency := flag.Duration("latency", 0, "added to every message, as by a slower network")
	flag.Parse()

	m, finish, err := join(*latency)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("rank %d of %d is process %d\n", m.Rank, m.Ranks, os.Getpid())
	if err := o.train(m); err != nil {
		log.Fatalf("rank %d: %v", m.Rank, err) // mpirun then ends the others
	}
	finish()
}

// options are what the flags say.
type options struct {
	steps, batch, hidden, dim int
	out, checkpoint           string
}

// train fits the model together with the other machines; that of rank 0 saves it.
func (o *options) train(m *flow.Machines) error {
	model := flow.MAF(flow.Arch{Dim: o.dim, Hidden: []int{o.hidden, o.hidden}}, rand.NewPCG(1, 2))
	s := &flow.Settings{Steps: o.steps, Batch: o.batch, Every: max(1, o.steps/10), Seed: 1, Checkpoint: o.checkpoint, Machines: m}
	var first time.Time
	if m.Rank == 0 {
		s.Report = func(r flow.Record) {
			if first.IsZero() {
				first = time.Now()
			}
			fmt.Printf("step %d of %d: NLL %.4f\n", r.Step, r.Steps, r.Loss)
		}
	}
	result, err := flow.Fit(context.Background(), model, flow.Fresh(o.dim, draw), s)
	if err != nil || m.Rank > 0 {
		return err
	}
	if n := result.Steps - result.Resumed - s.Every; n > 0 {
		fmt.Printf("%.2f ms a step\n", 1e3*time.Since(first).Seconds()/float64(n))
	}
	f, err := os.Create(o.out)
	if err != nil {
		return err
	}
	if err := model.Save(f); err != nil {
		return err
	}
	return f.Close()
}

// draw fills rows of which each column is about the square of the one before.
func draw(x *mat.Dense, src rand.Source) {
	r := rand.New(src)
	n, d := x.Dims()
	for i := range n {
		row := x.RawRowView(i)
		row[0] = r.NormFloat64()
		for j := 1; j < d; j++ {
			row[j] = 0.5*row[j-1]*row[j-1] - 0.5 + 0.5*r.NormFloat64()
			row[j] = max(-4, min(row[j], 4)) + 0.01*r.NormFloat64()
		}
	}
}
