// Digits learns the handwritten digits of 8×8 pixels with Glow or RealNVP, and
// shows what it has learned: bits per pixel on held-out digits beside the uniform
// density's, samples at several temperatures, digits of each class, ways through
// the latent space from one digit to another, and how exactly digits come back.
//
//	go run ./examples/digits                 # Glow
//	go run ./examples/digits -model realnvp
//	go run ./examples/digits -splines       # couplings of splines, not of affine maps
//	go run ./examples/digits -quick          # seconds, and not a good model
//
// On 297 held-out digits Glow has 1.89 bits per pixel and RealNVP 1.80, with -splines 1.83 and 1.76, each
// ± 0.02; a uniform density has 4.09.
//
// Pictures are written to the folder that -out names. The last line of output
// is for machines.
//
// # Beside other libraries
//
// Bits per pixel on the same digits, 8 draws of the noise each, and seconds of one core for the training, with
// the split, networks, steps, batches, learning rates and choice of the best step that this example has; means of
// three trainings, which spread by 0.01:
//
//	                   normflows 1.7.3   nflows 0.14   same model here   this example
//	Glow                  2.04  18 s     2.03  21 s      2.02   7 s         1.88
//	Glow, -splines                       1.86  66 s      1.84  19 s         1.83
//	RealNVP                              1.93  32 s      1.92  28 s         1.81
//	RealNVP, -splines                    1.80  82 s      1.76  40 s         1.75
//
// This example's models have one thing more than those models: learned splines of single
// pixels next to the data, [flow.ImageArch.Marginals]. The other libraries ran in PyTorch 2.6 and
// float32, this one in float64. normflows' Glow sees the class in its base distributions only. nflows' were put together
// from its parts, with the same networks: ActNorm, 1×1 convolutions or checkerboards and channel masks, couplings.
package main

//ci:run -quick -steps 30 -out $out

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/progress"
	"gonum.org/v1/gonum/mat"
)

func main() {
	var o options
	flag.StringVar(&o.model, "model", "glow", "glow or realnvp")
	flag.StringVar(&o.data, "data", "testdata/digits8x8.csv.gz", "the digits")
	flag.IntVar(&o.steps, "steps", 0, "training steps; 0 is the model's own number")
	flag.BoolVar(&o.splines, "splines", false, "couplings of splines")
	flag.BoolVar(&o.quick, "quick", false, "a small model and few steps")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the split, weights, training and samples")
	flag.StringVar(&o.out, "out", "digits", "folder for the pictures; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "digits:", err)
		os.Exit(1)
	}
}

type options struct {
	model, data, out string
	steps            int
	splines, quick   bool
	seed             uint64
}

func run(ctx context.Context, o options) error {
	r, err := recipe(o)
	if err != nil {
		return err
	}
	src := rand.NewPCG(o.seed, 0)
	all, err := readDigits(o.data)
	if err != nil {
		return err
	}
	train, test := all.split(1500, rand.New(src))
	model := r.preset(r.arch, src)

	bar := progress.New(os.Stderr)
	start := time.Now()
	result, err := flow.Fit(ctx, model, flow.Rows(train.pixels).Given(train.class).Dequantized(), &flow.Settings{
		Steps: r.steps, Batch: 128, Schedule: optim.WarmUp{Steps: r.steps / 20, Then: optim.Cosine{Start: r.rate}}, Patience: -1, Seed: src.Uint64(), Report: bar.Report,
	})
	seconds := time.Since(start).Seconds()
	bar.Close()
	if err != nil {
		return err
	}

	bits, se := heldOut(model, test, src)
	trained, _ := heldOut(model, train, src)
	worst := reconstruction(model, test, src)
	fmt.Printf("trained %s for %d steps of 128 digits in %.0f s; the best was after %d steps\n", o.model, result.Steps, seconds, result.Best)
	fmt.Printf("bits per pixel on %d held-out digits: %.3f ± %.3f (training digits %.3f, uniform density %.3f)\n", test.len(), bits, se, trained, math.Log2(levels))
	fmt.Printf("from digits to latents and back: largest error %.1e of %d intensities\n", worst, levels)
	if o.out != "" {
		if err := draw(o.out, o.model, model, test, src); err != nil {
			return err
		}
		fmt.Printf("pictures in %s\n", o.out)
	}
	fmt.Printf("digits model=%s bits=%.4f se=%.4f uniform=%.4f steps=%d seconds=%.1f error=%.1e\n", o.model, bits, se, math.Log2(levels), result.Steps, seconds, worst)
	return nil
}

// heldOut returns the mean bits per pixel given the class, over several draws
// of the noise, and its standard error over digits.
func heldOut(m *flow.Transformed, d digits, src rand.Source) (mean, se float64) {
	const draws = 8
	bits := make([]float64, d.len())
	y := mat.NewDense(d.len(), size*size, nil)
	for range draws {
		flow.Dequantize(y, d.pixels, src)
		for i, lp := range m.Given(d.class).LogProbs(nil, y) {
			bits[i] += flow.BitsPerDim([]float64{lp}, size*size) / draws
		}
	}
	var sum, square float64
	for _, b := range bits {
		sum += b
	}
	n := float64(len(bits))
	mean = sum / n
	for _, b := range bits {
		square += (b - mean) * (b - mean)
	}
	return mean, math.Sqrt(square/(n-1)) / math.Sqrt(n)
}

// reconstruction returns the largest difference between digits and what
// decoding their latents gives back.
func reconstruction(m *flow.Transformed, d digits, src rand.Source) float64 {
	given := m.Given(d.class)
	y := flow.Dequantize(nil, d.pixels, src)
	back := given.Decode(nil, given.Encode(nil, y))
	back.Sub(back, y)
	return math.Max(mat.Max(back), -mat.Min(back))
}
