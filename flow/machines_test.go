package flow_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// together calls do for each of so many machines, which are goroutines, and returns their errors. Their Reduce fails once one is gone.
func together(ranks int, do func(m *flow.Machines) error) []error {
	links := make([][]chan []float64, ranks) // from and to
	for i := range links {
		for range ranks {
			links[i] = append(links[i], make(chan []float64, 1))
		}
	}
	gone, once := make(chan struct{}), sync.Once{}
	errs := make([]error, ranks)
	var wg sync.WaitGroup
	for rank := range ranks {
		wg.Go(func() {
			errs[rank] = do(&flow.Machines{Rank: rank, Ranks: ranks, Reduce: func(sum []float64) error {
				for s := 1; s < ranks; s *= 2 { // with the partner of each level: a + b has the bits of b + a
					links[rank][rank^s] <- slices.Clone(sum)
					select {
					case other := <-links[rank^s][rank]:
						for i, v := range other {
							sum[i] += v
						}
					case <-gone:
						return errors.New("a machine is lost")
					}
				}
				return nil
			}})
			if errs[rank] != nil {
				once.Do(func() { close(gone) })
			}
		})
	}
	wg.Wait()
	return errs
}

// machinesSettings are of batches in eight shards.
func machinesSettings() flow.Settings {
	return flow.Settings{Steps: 12, Every: 4, Batch: 1024, Seed: 9}
}

func machinesModel() *flow.Transformed {
	return flow.NSF(flow.Arch{Dim: 2, Hidden: []int{64, 64}}, rng.New(1))
}

// One, two and four machines train a model to the same bits, by rows, with accumulated batches, and towards a density.
func TestMachinesGiveTheSameBits(t *testing.T) {
	x := bananas(2500, 1)
	var want [3][]uint64
	for _, ranks := range []int{1, 2, 4} {
		for kind := range want {
			models := make([]*flow.Transformed, ranks)
			errs := together(ranks, func(m *flow.Machines) (err error) {
				s := machinesSettings()
				if s.Machines = m; ranks == 1 {
					s.Machines = nil
				}
				models[m.Rank] = machinesModel()
				switch kind {
				case 1:
					s.Accumulate = 2
					fallthrough
				case 0:
					_, err = flow.Fit(context.Background(), models[m.Rank], flow.Rows(x), &s)
				case 2:
					_, err = flow.FitDensity(context.Background(), models[m.Rank], bananaDensity, &s)
				}
				return err
			})
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			for rank, m := range models {
				if want[kind] == nil {
					want[kind] = bits(m)
				} else if !slices.Equal(bits(m), want[kind]) {
					t.Errorf("training %d: machine %d of %d has other bits", kind, rank, ranks)
				}
			}
		}
	}
}

// A machine that is lost ends the training of all; it goes on from the checkpoint, on as many machines or
// another number, and ends with the bits of one that was never disturbed.
func TestLostMachine(t *testing.T) {
	x := bananas(2500, 1)
	whole := machinesModel()
	s := machinesSettings()
	if _, err := flow.Fit(context.Background(), whole, flow.Rows(x), &s); err != nil {
		t.Fatal(err)
	}
	for _, later := range []int{1, 2, 4} {
		file := filepath.Join(t.TempDir(), "checkpoint")
		train := func(ranks, lost int) ([]*flow.Transformed, []*flow.Result, []error) {
			models, results := make([]*flow.Transformed, ranks), make([]*flow.Result, ranks)
			errs := together(ranks, func(m *flow.Machines) (err error) {
				s := machinesSettings()
				s.Checkpoint, s.Machines, models[m.Rank] = file, m, machinesModel()
				reduce, calls := m.Reduce, 0
				m.Reduce = func(sum []float64) error {
					if calls++; calls == lost && m.Rank == ranks-1 {
						return errors.New("power failure")
					}
					return reduce(sum)
				}
				results[m.Rank], err = flow.Fit(context.Background(), models[m.Rank], flow.Rows(x), &s)
				return err
			})
			return models, results, errs
		}
		if _, _, errs := train(2, 8); errs[0] == nil || errs[1] == nil { // the first call is before the first step
			t.Fatalf("got errors %v, want one on each machine", errs)
		}
		models, results, errs := train(later, 0)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		for rank, m := range models {
			if results[rank].Resumed != 4 || !slices.Equal(bits(m), bits(whole)) {
				t.Errorf("machine %d of %d resumed after %d steps, want 4, and the bits of a whole training", rank, later, results[rank].Resumed)
			}
		}
	}
}

// Machines that do not have the same training say so before the first step, all of them.
func TestMachinesMustAgree(t *testing.T) {
	for name, change := range map[string]func(rank int, s *flow.Settings, m **flow.Transformed, x **mat.Dense){
		"settings": func(rank int, s *flow.Settings, _ **flow.Transformed, _ **mat.Dense) { s.Seed = uint64(rank) },
		"weights": func(rank int, _ *flow.Settings, m **flow.Transformed, _ **mat.Dense) {
			*m = flow.NSF(flow.Arch{Dim: 2}, rng.New(uint64(rank)))
		},
		"data":  func(rank int, _ *flow.Settings, _ **flow.Transformed, x **mat.Dense) { *x = bananas(300, uint64(rank)) },
		"ranks": func(_ int, s *flow.Settings, _ **flow.Transformed, _ **mat.Dense) { s.Machines.Rank = 1 },
	} {
		errs := together(4, func(m *flow.Machines) error {
			s, model, x := flow.Settings{Steps: 2}, machinesModel(), bananas(300, 1)
			s.Machines = &flow.Machines{Rank: m.Rank, Ranks: 4, Reduce: m.Reduce}
			change(m.Rank/2, &s, &model, &x)
			_, err := flow.Fit(context.Background(), model, flow.Rows(x), &s)
			return err
		})
		for rank, err := range errs {
			if err == nil || !strings.Contains(err.Error(), "Machines") {
				t.Errorf("%s: machine %d: got error %v, want one that names Settings.Machines", name, rank, err)
			}
		}
	}
	for _, m := range []flow.Machines{{Ranks: 3, Reduce: func([]float64) error { return nil }}, {Rank: 2, Ranks: 2, Reduce: func([]float64) error { return nil }}, {Ranks: 2}} {
		if _, err := flow.Fit(context.Background(), machinesModel(), flow.Rows(bananas(300, 1)), &flow.Settings{Machines: &m}); err == nil {
			t.Errorf("got no error for rank %d of %d", m.Rank, m.Ranks)
		}
	}
}

// Two machines, here goroutines that swap their sums, train one model.
func ExampleMachines() {
	x := bananas(1000, 1)
	swap := [2]chan []float64{make(chan []float64, 1), make(chan []float64, 1)}
	var models [2]*flow.Transformed
	var wg sync.WaitGroup
	for rank := range models {
		models[rank] = flow.NSF(flow.Arch{Dim: 2}, rand.NewPCG(1, 2))
		wg.Go(func() {
			m := &flow.Machines{Rank: rank, Ranks: 2, Reduce: func(sum []float64) error {
				swap[rank] <- slices.Clone(sum)
				for i, v := range <-swap[1-rank] {
					sum[i] += v
				}
				return nil
			}}
			if _, err := flow.Fit(context.Background(), models[rank], flow.Rows(x), &flow.Settings{Steps: 10, Batch: 512, Machines: m}); err != nil {
				fmt.Println(err)
			}
		})
	}
	wg.Wait()
	one := flow.NSF(flow.Arch{Dim: 2}, rand.NewPCG(1, 2))
	if _, err := flow.Fit(context.Background(), one, flow.Rows(x), &flow.Settings{Steps: 10, Batch: 512}); err != nil {
		fmt.Println(err)
	}
	y := []float64{1, 2}
	fmt.Println(models[0].LogProb(y) == one.LogProb(y), models[1].LogProb(y) == one.LogProb(y))
	// Output: true true
}
