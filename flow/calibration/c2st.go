package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// C2STSettings of [C2ST]; the zero value and nil are the settings of the
// benchmark of J.-M. Lueckmann, J. Boelts, D. Greenberg, P. Gonçalves and J. Macke,
// Benchmarking Simulation-Based Inference, arXiv 2101.04653.
type C2STSettings struct {
	Folds  int   // of the cross-validation; 0 is 5
	Hidden []int // widths of the hidden layers; nil is two of 10·d
	Epochs int   // at most, over a fold's rows; 0 is 1000
	Seed   uint64
}

// A Classifier tells how well two samples can be told apart.
type Classifier struct {
	Accuracy Estimate // share of held-out rows classified right; ½ if the samples are alike
	AUROC    float64  // area under the ROC curve of the held-out rows
	Folds    []float64
	Rows     int
}

// String says whether the samples can be told apart.
func (c *Classifier) String() string {
	words := "the classifier cannot tell the samples apart"
	if z := (c.Accuracy.Value - 0.5) / c.Accuracy.SE; z > 1.645 {
		words = "the classifier tells the samples apart"
	}
	return fmt.Sprintf("C2ST %.3f ± %.3f over %d rows (AUROC %.3f): %s", c.Accuracy.Value, c.Accuracy.SE, c.Rows, c.AUROC, words)
}

// C2ST is the classifier two-sample test: the cross-validated accuracy of a
// network that learns to tell the rows of x from those of y, ½ if they come from
// one distribution and 1 if they are apart. Columns are standardised by x. The
// network has two hidden layers of rectified units and is trained by Adam until
// its loss no longer falls. The error is that of a binomial share of ½ times √(1 + k/(k−1)) for k folds, as these are
// not independent.
//
// D. Lopez-Paz and M. Oquab, Revisiting Classifier Two-Sample Tests, arXiv 1610.06545; C. Nadeau and Y. Bengio,
// Inference for the Generalization Error, 2003.
//
// It panics if the samples differ in their columns or fewer rows than
// folds, or a value is not finite. It takes a few seconds for 5,000 rows of two columns a
// side and half a minute for five columns, on all cores; the result does not depend on their number.
func C2ST(x, y mat.Matrix, s *C2STSettings) *Classifier {
	need.One("calibration: C2ST", "matrix", x)
	need.One("calibration: C2ST", "matrix", y)
	checkSamples("C2ST", x, y)
	var c C2STSettings
	if s != nil {
		c = *s
	}
	n, d := x.Dims()
	m, _ := y.Dims()
	if c.Folds == 0 {
		c.Folds = 5
	}
	if c.Epochs == 0 {
		c.Epochs = 1000
	}
	if c.Hidden == nil {
		c.Hidden = []int{10 * d, 10 * d}
	}
	if c.Folds < 2 || n < c.Folds || m < c.Folds || c.Epochs < 1 {
		panic(fmt.Sprintf("calibration: C2ST: got %d and %d rows, %d folds and %d epochs, want at least 2 folds, as many rows of each sample, an epoch", n, m, c.Folds, c.Epochs))
	}
	a, b := standardized(x, y)
	var all mat.Dense
	all.Stack(a, b)
	for i := range n + m {
		for j, v := range all.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				panic(fmt.Sprintf("calibration: C2ST: got %v in row %d, column %d of the rows of both samples", v, i, j))
			}
		}
	}
	order := rand.New(rng.New(c.Seed)).Perm(n + m)
	logits, right := make([]float64, n+m), make([]float64, c.Folds)
	var wg sync.WaitGroup
	for f := range c.Folds {
		wg.Add(1)
		go func() {
			defer wg.Done()
			right[f] = c.fold(&all, n, order, f, logits)
		}()
	}
	wg.Wait()
	r := &Classifier{Folds: right, Rows: n + m, AUROC: auroc(logits, n)}
	for _, v := range right {
		r.Accuracy.Value += v / float64(c.Folds)
	}
	r.Accuracy.SE = 0.5 * math.Sqrt((1+float64(c.Folds)/float64(c.Folds-1))/float64(n+m))
	return r
}

// fold trains on all rows but those of fold f, writes the logits of these and
// returns the share that is right.
func (c *C2STSettings) fold(all *mat.Dense, first int, order []int, f int, logits []float64) float64 {
	lo, hi := f*len(order)/c.Folds, (f+1)*len(order)/c.Folds
	train := append(append([]int(nil), order[:lo]...), order[hi:]...)
	net := newBinaryClassifier(all.RawMatrix().Cols, c.Hidden, c.Seed+uint64(f)+1)
	net.train(all, func(i int) float64 { return label(i, first) }, train, c.Epochs)
	test := order[lo:hi]
	right := 0
	for i, v := range net.logits(all, test) {
		logits[test[i]] = v
		if (v > 0) == (label(test[i], first) == 1) {
			right++
		}
	}
	return float64(right) / float64(len(test))
}

func label(i, first int) float64 {
	if i < first {
		return 0
	}
	return 1
}

// A binaryClassifier is a network whose output is the logit of class 1.
type binaryClassifier struct {
	net    *nn.MLP
	params []*autodiff.Param
	rng    *rand.Rand
}

// newBinaryClassifier draws weights and biases as scikit-learn does: uniform within
// √(6/(in + out)), √(2/(in + out)) for the last layer.
func newBinaryClassifier(in int, hidden []int, seed uint64) *binaryClassifier {
	src := rng.New(seed)
	b := &binaryClassifier{net: nn.NewMLP(in, hidden, 1, nn.ReLU, src), rng: rand.New(src)}
	for i, l := range b.net.Layers {
		gain := 6.0
		if i == len(b.net.Layers)-1 {
			gain = 2
		}
		bound := math.Sqrt(gain / float64(l.In()+l.Out()))
		for _, p := range []*autodiff.Param{l.W, l.B} {
			for k := range p.Data() {
				p.Data()[k] = bound * (2*b.rng.Float64() - 1)
			}
			b.params = append(b.params, p)
		}
	}
	return b
}

// train minimises the cross-entropy with a weight decay of 1e−4 by Adam at rate
// 1e−3 in batches of 200, until it has not fallen by 1e−4 for ten epochs.
func (b *binaryClassifier) train(all *mat.Dense, label func(i int) float64, rows []int, epochs int) {
	const (
		batch    = 200
		rate     = 1e-3
		decay    = 1e-4
		least    = 1e-4
		patience = 10
	)
	d := all.RawMatrix().Cols
	t := autodiff.NewTape()
	adam := make([]optim.Adam, len(b.params))
	x, y := make([]float64, batch*d), make([]float64, batch)
	best, worse := math.Inf(1), 0
	for range epochs {
		b.rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		var sum float64
		for at := 0; at < len(rows); at += batch {
			part := rows[at:min(at+batch, len(rows))]
			for i, row := range part {
				copy(x[i*d:], all.RawRowView(row))
				y[i] = label(row)
			}
			n := len(part)
			logit := b.net.Apply(t.View(n, d, x[:n*d]))
			loss := logit.Softplus().Sub(logit.Mul(t.View(n, 1, y[:n]))).Mean()
			t.Backward(loss)
			value := loss.Value()
			for k, p := range b.params {
				g := t.Grad(p)
				if k%2 == 0 { // weights, not biases
					for i, w := range p.Data() {
						g[i] += decay * w / float64(n)
						value += 0.5 * decay * w * w / float64(n)
					}
				}
				adam[k].Step(p.Data(), g, rate)
			}
			sum += value * float64(n)
			t.Reset()
		}
		loss := sum / float64(len(rows))
		if loss > best-least {
			worse++
		} else {
			worse = 0
		}
		best = min(best, loss)
		if worse > patience {
			return
		}
	}
}

func (b *binaryClassifier) logits(all *mat.Dense, rows []int) []float64 {
	t := autodiff.Borrow()
	defer t.Release()
	var out []float64
	d := all.RawMatrix().Cols
	for at := 0; at < len(rows); at += chunk {
		part := rows[at:min(at+chunk, len(rows))]
		x := make([]float64, 0, len(part)*d)
		for _, i := range part {
			x = append(x, all.RawRowView(i)...)
		}
		out = append(out, b.net.Apply(t.View(len(part), d, x)).Data()...)
		t.Reset()
	}
	return out
}

// auroc returns the share of pairs of a row of y and one of x that are in the
// right order, ties counted half.
func auroc(score []float64, first int) float64 {
	ranks := midranks(score)
	var sum float64
	for _, r := range ranks[first:] {
		sum += r
	}
	n, m := float64(first), float64(len(score)-first)
	return (sum - m*(m+1)/2) / (n * m)
}
