// Posterior learns the parameters of a simulator from what it gives. Two moons is a simulator whose posterior has two
// crescents, and is known exactly: draws of both are compared by a classifier and in a picture.
//
//	go run ./examples/posterior                          # two moons, beside exact draws
//	go run ./examples/posterior -data DIR -task slcp     # beside the reference draws of a benchmark
//
// DIR has TASK/1/observation.csv and TASK/1/reference_posterior_samples.csv.bz2 of the benchmark of J.-M. Lueckmann,
// J. Boelts, D. Greenberg, P. Gonçalves, J. Macke, Benchmarking Simulation-Based Inference, 2021, arXiv:2101.04653. The last
// line of output is for machines.
//
//ci:run -simulations 1500 -budget 1e10 -draws 1000 -out $out/posterior.png
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/plot"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
)

func main() {
	data := flag.String("data", "", "folder of the benchmark; empty for exact draws of two_moons")
	task := flag.String("task", "two_moons", "two_moons or slcp")
	simulations := flag.Int("simulations", 10000, "how many simulations to learn from")
	budget := flag.Float64("budget", 0, "multiply-adds of each training; 0 is the default")
	draws := flag.Int("draws", 5000, "draws to compare, at most")
	seed := flag.Uint64("seed", 1, "seed of simulations, training and draws")
	out := flag.String("out", "posterior.png", "file for the picture; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	settings := &sbi.Settings{Simulations: *simulations, Budget: int64(*budget), Seed: *seed}
	if err := run(ctx, *data, *task, *draws, *out, settings); err != nil {
		fmt.Fprintln(os.Stderr, "posterior:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, data, task string, draws int, out string, settings *sbi.Settings) error {
	simulator, ok := simulators[task]
	if !ok || data == "" && task != "two_moons" {
		return fmt.Errorf("got task %q, want two_moons, or with -data slcp", task)
	}
	if draws < 10 {
		return fmt.Errorf("got %d draws, want at least 10", draws)
	}
	seen, truth, err := reference(data, task, draws, settings.Seed)
	if err != nil {
		return err
	}
	posterior, report, err := sbi.Learn(ctx, simulator, settings)
	if err != nil {
		return err
	}
	fmt.Print(report)
	n, d := truth.Dims()
	samples, err := posterior.Sample(ctx, seen, n, settings.Seed)
	if err != nil {
		return err
	}
	c := calibration.C2ST(truth, samples.Theta, nil)
	fmt.Printf("%v\nagainst the truth: %v\n", samples.Observations[0].Importance, c)
	check, err := posterior.Calibrate(ctx, simulator, 100, 50, settings.Seed+1)
	if err != nil {
		return err
	}
	fmt.Println(check)
	if out != "" {
		names := []string{"θ₁", "θ₂", "θ₃", "θ₄", "θ₅"}[:d]
		if err := plot.Save(out, 300, 300, plot.Corner(truth, samples.Theta, names)); err != nil {
			return err
		}
	}
	fmt.Printf("posterior task=%s simulations=%d nll=%.4f c2st=%.4f\n", task, report.Simulations, report.NLL, c.Accuracy.Value)
	return nil
}

// reference returns an observation and draws of its true posterior: those of the benchmark, or exact ones.
func reference(data, task string, n int, seed uint64) (seen, truth *mat.Dense, err error) {
	if data == "" {
		seen = mat.NewDense(1, 2, []float64{0, 0})
		return seen, exactMoons(seen.RawRowView(0), n, rand.New(rand.NewPCG(seed, 1))), nil
	}
	if seen, err = readCSV(filepath.Join(data, task, "1", "observation.csv")); err != nil {
		return nil, nil, err
	}
	if truth, err = readCSV(filepath.Join(data, task, "1", "reference_posterior_samples.csv.bz2")); err != nil {
		return nil, nil, err
	}
	rows, d := truth.Dims()
	return seen, truth.Slice(0, min(n, rows), 0, d).(*mat.Dense), nil
}
