package nn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A Conv2D is a convolution of images: every pixel of the result is a linear
// map of the Size×Size pixels around it, zeros beyond the edge, followed by an
// activation:
//
//	y[o, i, j] = Act(B[o] + Σ_{a,b,c} W[(a·Size+b)·C + c, o]·x[c, i+a−r, j+b−r]),  r = (Size−1)/2
//
// A row holds the Height·Width values of its first channel, image line by image line, then
// those of the next. As a layer of [ConvNet] and [ResConv] it works on
// pixels as rows, see [Pixels].
//
// With Gain the weights are normalised: column o of W is used as
// Gain[o]·W[:,o]/‖W[:,o]‖. T. Salimans and D. Kingma, Weight Normalization,
// arXiv 1602.07868. With Norm, too, the results z of W/‖W‖ are normalised by running
// statistics of each channel before gain and bias, Gain·(z − m)/√(v+ε) + B.
type Conv2D struct {
	Height, Width int
	Size          int             // odd
	W             *autodiff.Param // (Size·Size·C)×out
	B             *autodiff.Param // 1×out
	Gain          *autodiff.Param // 1×out, or nil
	Norm          *BatchNorm      // or nil; with a Gain only
	Act           Activation
}

// NewConv2D returns a convolution of images of in×height×width values to
// out×height×width. Weights and biases are drawn from U(−a, a), a =
// 1/(size·√in), as PyTorch's Conv2d does by default; nil src is the
// process-wide source.
//
// It panics if a count or size is not positive, size is even, or act is not the name
// of an activation.
func NewConv2D(in, out, height, width, size int, act Activation, src rand.Source) *Conv2D {
	if in < 1 || out < 1 || size < 1 {
		panic(fmt.Sprintf("nn: NewConv2D: got %d to %d channels and size %d, want positive numbers", in, out, size))
	}
	c := &Conv2D{Height: height, Width: width, Size: size, Act: act,
		W: autodiff.NewParam(size*size*in, out, nil), B: autodiff.NewParam(1, out, nil)}
	must(c.Restore())
	a := 1 / math.Sqrt(float64(size*size*in))
	uniform(c.W.Data(), a, src)
	uniform(c.B.Data(), a, src)
	return c
}

// Normalise makes the weights normalised, with the gains that leave them as they
// are, and returns c.
func (c *Conv2D) Normalise() *Conv2D {
	_, out := c.W.Dims()
	c.Gain = autodiff.NewParam(1, out, nil)
	g := c.Gain.Data()
	for i, w := range c.W.Data() {
		g[i%out] = kernel.FMA(w, w, g[i%out])
	}
	for o := range g {
		g[o] = math.Sqrt(g[o])
	}
	return c
}

// NormaliseBatch makes weights and results normalised, with gains 1, biases 0 and
// running statistics of the given decay, see [BatchNorm], and returns c.
func (c *Conv2D) NormaliseBatch(decay float64) *Conv2D {
	_, out := c.W.Dims()
	c.Gain, c.Norm = autodiff.NewParam(1, out, nil), NewBatchNorm(out, decay)
	g := c.Gain.Data()
	for o := range g {
		g[o] = 1
	}
	clear(c.B.Data())
	return c
}

// Zero makes the result zero everywhere: it sets the biases and the weights,
// or the gains of normalised weights, to 0.
func (c *Conv2D) Zero() {
	clear(c.B.Data())
	if c.Gain != nil {
		clear(c.Gain.Data())
		return
	}
	clear(c.W.Data())
}

// Restore checks the fields.
func (c *Conv2D) Restore() error {
	if c.Height < 1 || c.Width < 1 || c.Size < 1 || c.Size%2 == 0 {
		return fmt.Errorf("nn: Conv2D: got %d×%d pixels and size %d, want positive numbers and an odd size", c.Height, c.Width, c.Size)
	}
	if c.W == nil || c.B == nil {
		return fmt.Errorf("nn: Conv2D: got no weights or no bias, want both")
	}
	rows, out := c.W.Dims()
	if rows%(c.Size*c.Size) != 0 {
		return fmt.Errorf("nn: Conv2D: got weights of %d×%d, want a multiple of %d rows", rows, out, c.Size*c.Size)
	}
	if in, out := c.channels(); float64(c.Height)*float64(c.Width)*float64(max(in, out)) > math.MaxInt32 {
		return fmt.Errorf("nn: Conv2D: got %d and %d channels of %d×%d pixels, want at most 2³¹ numbers", in, out, c.Height, c.Width)
	}
	for _, p := range []*autodiff.Param{c.B, c.Gain} {
		if p == nil {
			continue
		}
		if r, n := p.Dims(); r != 1 || n != out {
			return fmt.Errorf("nn: Conv2D: got a bias or gain of %d×%d, want 1×%d", r, n, out)
		}
	}
	if c.Norm != nil {
		if c.Gain == nil {
			return fmt.Errorf("nn: Conv2D: got a normalisation of the results without a gain, want both")
		}
		if err := c.Norm.check(out); err != nil {
			return err
		}
	}
	return c.Act.Check()
}

// follows returns an error unless c takes what a layer with the given
// channels gives.
func (c *Conv2D) follows(channels int, first *Conv2D) error {
	if err := c.Restore(); err != nil {
		return err
	}
	if in, _ := c.channels(); in != channels || c.Height != first.Height || c.Width != first.Width {
		return fmt.Errorf("nn: Conv2D: got %d channels of %d×%d pixels, want %d of %d×%d", in, c.Height, c.Width, channels, first.Height, first.Width)
	}
	return nil
}

// channels returns the number of channels in and out.
func (c *Conv2D) channels() (in, out int) {
	rows, out := c.W.Dims()
	return rows / (c.Size * c.Size), out
}

// pixels returns the number of pixels.
func (c *Conv2D) pixels() int { return c.Height * c.Width }

// In returns the length of a row of x: channels·Height·Width.
func (c *Conv2D) In() int { in, _ := c.channels(); return in * c.pixels() }

// Out returns the length of a row of the result.
func (c *Conv2D) Out() int { _, out := c.channels(); return out * c.pixels() }

// Apply returns the convolution, n×In → n×Out, at a cost of about 2·Size² operations per
// pixel and pair of channels. Besides the result it takes a bounded amount
// of memory. It panics if x has another width.
func (c *Conv2D) Apply(x autodiff.Var) autodiff.Var { return c.pass(x, (*Conv2D).apply) }

func (c *Conv2D) pass(x autodiff.Var, f layerFunc) autodiff.Var {
	if x.Cols() != c.In() {
		panic(fmt.Sprintf("nn: Conv2D: got %d columns, want %d", x.Cols(), c.In()))
	}
	in, _ := c.channels()
	return Channels(f(c, Pixels(x, in, 1)), c.pixels(), 1)
}

// Initialize sets the running statistics, if there are any, from the rows of x, once.
func (c *Conv2D) Initialize(x autodiff.Var) { c.pass(x, (*Conv2D).initialize) }

// Observe moves the running statistics, if there are any, towards those of the rows of x.
func (c *Conv2D) Observe(x autodiff.Var) { c.pass(x, (*Conv2D).observe) }

// Statistics returns the running statistics.
func (c *Conv2D) Statistics() []*autodiff.Param { return statistics(c) }

// apply maps pixels as rows, (n·Height·Width)×in → (n·Height·Width)×out.
func (c *Conv2D) apply(x autodiff.Var) autodiff.Var {
	w, b := c.effective(x.Tape())
	return c.convolve(x, w, b, c.Act)
}

// applySingle is apply in float32.
func (c *Conv2D) applySingle(x autodiff.Var) autodiff.Var {
	w, b := c.effective(x.Tape())
	return c.convolveSingle(x, w, b, c.Act)
}

// effective returns weights and biases, with the normalisations in them.
func (c *Conv2D) effective(t *autodiff.Tape) (w, b autodiff.Var) {
	w, b = t.Use(c.W), t.Use(c.B)
	if c.Gain != nil {
		scale := t.Use(c.Gain)
		if n := c.Norm; n != nil {
			scale = scale.Div(t.Use(n.Var).AddConst(n.Eps).Sqrt())
			b = b.Sub(scale.Mul(t.Use(n.Mean)))
		}
		w = w.Mul(scale.Div(norms(w)))
	}
	return w, b
}

// norms returns ‖W[:,o]‖, 1×out.
func norms(w autodiff.Var) autodiff.Var { return w.Square().ColSum().Sqrt() }

// linear returns the results of W/‖W‖ for pixels x, whose statistics Norm holds.
func (c *Conv2D) linear(x autodiff.Var) autodiff.Var {
	w := x.Tape().Use(c.W)
	return c.convolve(x, w.Div(norms(w)), x.Tape().Zeros(1, w.Cols()), Linear)
}

// convolve returns the convolution of pixels by weights w and biases b.
func (c *Conv2D) convolve(x, w, b autodiff.Var, act Activation) autodiff.Var {
	if c.Size == 1 {
		return act.dense(x, w, b)
	}
	args := autodiff.Args{A: float64(c.Height), B: float64(c.Width), J: c.Size}
	switch act {
	case ReLU:
		args.I, act = int(autodiff.ReLU), Linear
	case Tanh:
		args.I, act = int(autodiff.Tanh), Linear
	}
	return act.Apply(convOp.Apply(x.Tape(), args, autodiff.Shape{Rows: x.Rows(), Cols: w.Cols()}, x, w, b))
}
