// Made fits MADE, an autoregressive distribution of bits, and prints its
// negative log-likelihood on test rows beside that of the paper: M. Germain,
// K. Gregor, I. Murray and H. Larochelle, MADE: Masked Autoencoder for
// Distribution Estimation, arXiv 1502.03509.
//
//	go run ./examples/made                            # bars and stripes, whose entropy is known
//	go run ./examples/made -set digits                # handwritten digits of 8×8 bits
//	go run ./examples/made -data DIR -set mushrooms   # or adult, connect4, dna, mnist
//
// DIR holds SET.train.txt.gz, SET.valid.txt.gz and SET.test.txt.gz, in which a
// line of characters 0 and 1 is a row, or the files of MNIST. With several masks the model is an
// ensemble of networks with common weights and different orders. Training stops
// when the validation rows do not become likelier, or at an interrupt, and what is
// judged is the best model so far. All results are the same on any number of cores. The last line
// of output is for machines.
//
//ci:run -epochs 3
//ci:run -epochs 3 -masks 4
//ci:run -epochs 3 -set digits
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
)

// options are what a run is made of.
type options struct {
	dir, set                        string
	masks, hidden, epochs, patience int
	rate, decay                     float64
	seed                            uint64
}

func main() {
	var o options
	flag.StringVar(&o.dir, "data", "", "folder of the data")
	flag.StringVar(&o.set, "set", "bars", "data set: bars and digits need no folder")
	flag.IntVar(&o.masks, "masks", 0, "networks in the ensemble; 0 is the set's own number, as below")
	flag.IntVar(&o.hidden, "hidden", 0, "hidden units")
	flag.Float64Var(&o.rate, "rate", 0, "learning rate")
	flag.Float64Var(&o.decay, "decay", 0, "weight decay: each step shrinks weights by rate·decay")
	flag.IntVar(&o.epochs, "epochs", 2000, "passes over the training rows, at most")
	flag.IntVar(&o.patience, "patience", 30, "passes without a better validation NLL before training stops")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of weights, masks and order of rows")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program
	if err := run(ctx, o.withDefaults()); err != nil {
		fmt.Fprintln(os.Stderr, "made:", err)
		os.Exit(1)
	}
}

// recipes are the best of a handful of tries for the validation rows.
var recipes = map[string]options{
	"bars":      {masks: 1, hidden: 100, rate: 0.01, decay: 0.001},
	"adult":     {masks: 4, hidden: 300, rate: 1e-3, decay: 0.1},
	"connect4":  {masks: 1, hidden: 300, rate: 1e-3, decay: 0.1},
	"digits":    {masks: 8, hidden: 400, rate: 1e-3, decay: 0.03},
	"dna":       {masks: 32, hidden: 200, rate: 2e-3, decay: 0.05},
	"mnist":     {masks: 1, hidden: 500, rate: 1e-3, decay: 0.03},
	"mushrooms": {masks: 4, hidden: 600, rate: 1e-3, decay: 0.03},
}

// withDefaults returns the options with zeros replaced by the set's recipe.
func (o options) withDefaults() options {
	r, ok := recipes[o.set]
	if !ok {
		r = recipes["mushrooms"]
	}
	for _, v := range []struct{ to, from *int }{{&o.masks, &r.masks}, {&o.hidden, &r.hidden}} {
		if *v.to == 0 {
			*v.to = *v.from
		}
	}
	for _, v := range []struct{ to, from *float64 }{{&o.rate, &r.rate}, {&o.decay, &r.decay}} {
		if *v.to == 0 {
			*v.to = *v.from
		}
	}
	return o
}

func run(ctx context.Context, o options) error {
	if o.masks < 1 || o.hidden < 1 || o.epochs < 1 || o.patience < 1 || !(o.rate > 0) || !(o.decay > 0) {
		return fmt.Errorf("got %d masks, %d hidden units, %d epochs, patience %d, rate %v, decay %v, want positive numbers",
			o.masks, o.hidden, o.epochs, o.patience, o.rate, o.decay)
	}
	data, err := load(o.dir, o.set)
	if err != nil {
		return err
	}
	model := o.model(data)
	start := time.Now()
	best := newTrainer(o, model, data).run(ctx, rand.NewPCG(o.seed+1, 0))
	seconds := time.Since(start).Seconds()
	mean, se := nll(model, data.test)
	if ctx.Err() != nil {
		fmt.Println("interrupted: what follows is the best model so far")
	}
	fmt.Printf("%s: best after %d passes, %.0f s in all\n", o.set, best, seconds)
	fmt.Printf("test NLL %.3f ± %.3f nats", mean, se)
	if data.entropy > 0 {
		fmt.Printf(", entropy %.3f", data.entropy)
	}
	paper := math.NaN()
	if p, ok := published[o.set]; ok {
		fmt.Printf(", in the paper %.2f with one mask and %.2f with mask sampling", p[0], p[1])
		paper = p[min(o.masks-1, 1)]
	}
	fmt.Printf("\nmade set=%s masks=%d nll=%.4f se=%.4f paper=%.2f entropy=%.4f epochs=%d seconds=%.1f\n",
		o.set, o.masks, mean, se, paper, data.entropy, best, seconds)
	return nil
}

// model returns a network with direct connections from bits to bits, as the
// paper has them, and one hidden layer.
func (o options) model(data *split) *dist.MADE {
	_, d := data.train.Dims()
	spec := masked.Spec{Dim: d, Hidden: []int{o.hidden}, Act: nn.ReLU, Direct: true}
	if o.masks == 1 {
		return dist.NewMADE(spec, dist.BernoulliHead{}, rand.NewPCG(o.seed, 0))
	}
	return dist.NewMADEEnsemble(spec, dist.BernoulliHead{}, o.masks, true, rand.NewPCG(o.seed, 0))
}
