// Sbibm measures simulation-based inference on the tasks of a benchmark with reference posteriors: J.-M. Lueckmann, J.
// Boelts, D. Greenberg, P. Gonçalves, J. Macke, Benchmarking Simulation-Based Inference, 2021, arXiv:2101.04653.
//
//	go run ./internal/sbibm -data DIR -task two_moons -observation 1 -budget 1000 -method best -draws FILE
//
// DIR has for each task and observation TASK/O/observation.csv and TASK/O/reference_posterior_samples.csv.bz2. A task,
// observation or budget may be a list with commas: each gives a line of JSON on standard output, and those of one task and budget
// share a training but in rounds. FILE gets 10,000 draws; with several lines, {} in its name stands for task, observation and
// budget. cpu_s is the time of training and of 10,000 draws, train_cpu_s that of training alone. Models are kept in the folder
// that -models names.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

type options struct {
	data, tasks, observations, budgets, method, draws, models string
	rows, pairs, rounds                                       int
	seed                                                      uint64

	last *trained // the model of the line before
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of the benchmark")
	flag.StringVar(&o.tasks, "task", "", "tasks, with commas between them")
	flag.StringVar(&o.observations, "observation", "1", "observations, with commas between them")
	flag.StringVar(&o.budgets, "budget", "1000", "simulations, with commas between them")
	flag.StringVar(&o.method, "method", "best", "npe: p(θ | x) alone; best: the posterior with a likelihood")
	flag.IntVar(&o.rounds, "rounds", 1, "rounds of simulations, each where the posterior of one observation has its mass after those before; 1 is a posterior for all observations")
	flag.StringVar(&o.draws, "draws", "", "file for 10,000 draws")
	flag.StringVar(&o.models, "models", "", "folder that keeps models; empty for none")
	flag.IntVar(&o.rows, "rows", 10000, "draws and reference draws that the classifier is given, at most")
	flag.IntVar(&o.pairs, "calibrate", 0, "new simulations by which ranks and coverage are tested: p-values, and the mean mass of regions with the truth at their edge, beside the rest")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of simulations, training and draws")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if !o.run(ctx) {
		os.Exit(1)
	}
}

// A line is what is printed of a task, observation and budget.
type line struct {
	Task        string   `json:"task"`
	Observation int      `json:"observation"`
	Budget      int      `json:"budget"`
	Method      string   `json:"method"`
	Rounds      int      `json:"rounds,omitempty"`
	C2ST        *float64 `json:"c2st,omitempty"`
	HeldOutNLL  *float64 `json:"heldout_nll,omitempty"`
	CPU         float64  `json:"cpu_s"`
	Training    float64  `json:"train_cpu_s,omitempty"`
	Ranks       *float64 `json:"ranks_p,omitempty"`
	Coverage    *float64 `json:"coverage_p,omitempty"`
	Mass        *float64 `json:"mean_mass,omitempty"`
	Error       string   `json:"error,omitempty"`
}

// run prints all lines, and returns whether none has an error.
func (o *options) run(ctx context.Context) bool {
	fine := true
	for _, task := range strings.Split(o.tasks, ",") {
		for _, b := range strings.Split(o.budgets, ",") {
			for _, obs := range strings.Split(o.observations, ",") {
				l := line{Task: task, Method: o.method}
				start := cpu()
				if err := o.measure(ctx, &l, b, obs); err != nil {
					l.Error, fine = err.Error(), false
				}
				if l.CPU == 0 {
					l.CPU = cpu() - start
				}
				text, err := json.Marshal(l)
				if err != nil {
					text = fmt.Appendf(nil, `{"task":%q,"error":%q}`, task, err)
					fine = false
				}
				fmt.Println(string(text))
			}
		}
	}
	return fine
}

// whole reads a positive whole number.
func whole(what, text string) (int, error) {
	v, err := strconv.Atoi(text)
	if err != nil || v < 1 {
		return 0, fmt.Errorf("got %s %q, want a positive whole number", what, text)
	}
	return v, nil
}
