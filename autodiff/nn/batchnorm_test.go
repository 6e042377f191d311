package nn

import (
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// channelMoments returns means and variances of the channels of images.
func channelMoments(y autodiff.Var, channels int) (mean, variance []float64) {
	mean, variance = make([]float64, channels), make([]float64, channels)
	n, d := y.Dims()
	pixels := d / channels
	for c := range channels {
		var sum, square float64
		for i := range n {
			for p := range pixels {
				v := y.At(i, c*pixels+p)
				sum += v
				square += v * v
			}
		}
		k := float64(n * pixels)
		mean[c] = sum / k
		variance[c] = square/k - mean[c]*mean[c]
	}
	return mean, variance
}

// Initialize gives the channels mean 0 and variance 1, and then gain and bias apply.
func TestBatchNormOfConv(t *testing.T) {
	for _, size := range []int{1, 3} {
		c := NewConv2D(2, 3, 4, 3, size, Linear, rng.New(1)).NormaliseBatch(0.5)
		x := autodiff.NewTape().Matrix(randomRows(20, c.In()))
		c.Initialize(x)
		y := c.Apply(x)
		mean, variance := channelMoments(y, 3)
		for j := range mean {
			if v := c.Norm.Var.Data()[j]; math.Abs(mean[j]) > 1e-13 || math.Abs(variance[j]-v/(v+c.Norm.Eps)) > 1e-13 {
				t.Errorf("size %d, channel %d: got mean %v and variance %v, want 0 and almost 1", size, j, mean[j], variance[j])
			}
			c.Gain.Data()[j], c.B.Data()[j] = 3, float64(j)
		}
		scaled := c.Apply(autodiff.NewTape().Matrix(x.Dense()))
		for i, v := range scaled.Data() {
			if want := 3*y.Data()[i] + float64(i%c.Out()/12); math.Abs(v-want) > 1e-13 {
				t.Fatalf("size %d: element %d: got %v, want %v", size, i, v, want)
			}
		}
	}
}

// Observe moves the statistics by the decay, and no evaluation does; Initialize sets them once.
func TestBatchNormStatistics(t *testing.T) {
	c := NewConv2D(1, 1, 1, 1, 1, ReLU, rng.New(1)).NormaliseBatch(0.75)
	c.W.Data()[0] = -5 // W/‖W‖ is −1
	check := func(what string, mean, variance float64) {
		t.Helper()
		if m, v := c.Norm.Mean.Data()[0], c.Norm.Var.Data()[0]; m != mean || v != variance {
			t.Errorf("%s: got mean %v and variance %v, want %v and %v", what, m, v, mean, variance)
		}
	}
	rows := func(x ...float64) autodiff.Var { return autodiff.NewTape().Matrix(mat.NewDense(len(x), 1, x)) }
	check("new", 0, 1)
	c.Initialize(rows(1, 3))
	check("initialised", -2, 1)
	c.Initialize(rows(10, 14))
	check("initialised again", -2, 1)
	c.Apply(rows(10, 14))
	check("evaluated", -2, 1)
	c.Observe(rows(10, 14))
	check("observed", 0.75*-2+0.25*-12, 0.75*1+0.25*4)
	if n := len(c.Statistics()); n != 2 {
		t.Errorf("got %d statistics, want 2", n)
	}
	c.Norm.Decay = 1
	c.Observe(rows(1, 3))
	check("of the first data only", -4.5, 1.75)
	if n := len(c.Statistics()); n != 0 {
		t.Errorf("got %d statistics that do not move, want none", n)
	}
}

// observers are networks with normalised layers, which are counted.
func observers() map[string]struct {
	Observer
	norms []*BatchNorm
} {
	type observer = struct {
		Observer
		norms []*BatchNorm
	}
	residual := func() (*ResConv, []*BatchNorm) {
		m := NewResConv(2, 3, 2, 4, 3, 3, 2, 2, rng.New(7)).NormaliseBatch(0)
		norms := []*BatchNorm{m.First.Norm}
		for i := range m.Blocks {
			norms = append(norms, m.Blocks[i].A.Norm, m.Blocks[i].B.Norm)
		}
		return m, norms
	}
	res, norms := residual()
	inner, innerNorms := residual()
	plain := NewConvNet(2, 3, 4, 3, 3, 2, 2, rng.New(6))
	plain.Layers[1].NormaliseBatch(0)
	return map[string]observer{
		"ResConv": {res, norms},
		"ConvNet": {plain, []*BatchNorm{plain.Layers[1].Norm}},
		"Rewired": {NewRewired(inner, []int{3, 1, 18, 19, 7}, []int{0, 1, 4}), innerNorms},
	}
}

// With decay 0, what Observe leaves are the statistics of the rows given those before: shown the
// same rows again and again, layer after layer comes to what Initialize finds at once.
func TestObserveReachesAllLayers(t *testing.T) {
	for name, o := range observers() {
		x := randomRows(15, o.In())
		if n := len(o.Statistics()); n != 2*len(o.norms) {
			t.Errorf("%s: got %d statistics, want %d", name, n, 2*len(o.norms))
		}
		o.Initialize(autodiff.NewTape().Matrix(x))
		var want []float64
		for _, b := range o.norms {
			if !b.Initialized {
				t.Errorf("%s: got a layer that is not initialised", name)
			}
			want = append(append(want, b.Mean.Data()...), b.Var.Data()...)
			clear(b.Mean.Data())
		}
		for range o.norms {
			o.Observe(autodiff.NewTape().Matrix(x))
		}
		var got []float64
		for _, b := range o.norms {
			got = append(append(got, b.Mean.Data()...), b.Var.Data()...)
		}
		for i, v := range got {
			if math.Abs(v-want[i]) > 1e-12 {
				t.Errorf("%s: element %d: got %v, want %v", name, i, v, want[i])
			}
		}
	}
}

// Statistics that an Observe changes have served before: what it computes is what
// Apply does, on the same tape.
func TestObserveIsApplyBefore(t *testing.T) {
	for name, o := range observers() {
		x := randomRows(9, o.In())
		want := o.Apply(autodiff.NewTape().Matrix(x)).Dense()
		tape := autodiff.NewTape()
		v := tape.Matrix(x)
		o.Observe(v)
		if got := o.Apply(v).Dense(); !mat.Equal(got, want) {
			t.Errorf("%s: got other results on the tape of Observe", name)
		}
		if got := o.Apply(autodiff.NewTape().Matrix(x)).Dense(); mat.Equal(got, want) {
			t.Errorf("%s: got the same results after Observe", name)
		}
	}
}

func TestBatchNormGradients(t *testing.T) {
	for name, o := range observers() {
		t.Run(name, func(t *testing.T) {
			x := randomRows(4, o.In())
			o.Initialize(autodiff.NewTape().Matrix(x))
			gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return o.Apply(x[0]) }, x)
		})
	}
}

func TestBatchNormRestore(t *testing.T) {
	for want, change := range map[string]func(c *Conv2D){
		"nn: Conv2D: got a normalisation":    func(c *Conv2D) { c.Gain = nil },
		"nn: BatchNorm: got no means":        func(c *Conv2D) { c.Norm.Mean = nil },
		"nn: BatchNorm: got no means or":     func(c *Conv2D) { c.Norm.Var = nil },
		"nn: BatchNorm: got statistics":      func(c *Conv2D) { c.Norm.Var = autodiff.NewParam(1, 2, nil) },
		"nn: BatchNorm: got ε = 0":           func(c *Conv2D) { c.Norm.Eps = 0 },
		"nn: BatchNorm: got ε = 1e-05 and d": func(c *Conv2D) { c.Norm.Decay = 1.5 },
		"nn: BatchNorm: got variance -1":     func(c *Conv2D) { c.Norm.Var.Data()[1] = -1 },
		"nn: BatchNorm: got variance NaN":    func(c *Conv2D) { c.Norm.Var.Data()[2] = math.NaN() },
	} {
		c := NewConv2D(2, 3, 4, 3, 3, Linear, rng.New(1)).NormaliseBatch(0.5)
		if err := c.Restore(); err != nil {
			t.Fatalf("got %v of a good one", err)
		}
		change(c)
		if err := c.Restore(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
