package flow

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// tenfold simulates x = θ + noise of deviation 1 or a tenth of it, each for half of the rows.
func tenfold(n int, r *rand.Rand) (x, theta *mat.Dense) {
	x, theta = mat.NewDense(n, 2, nil), mat.NewDense(n, 2, nil)
	for i := range n {
		sd := 1.0
		if r.IntN(2) == 0 {
			sd = 0.1
		}
		for j := range 2 {
			theta.Set(i, j, 2*r.Float64()-1)
			x.Set(i, j, theta.At(i, j)+sd*r.NormFloat64())
		}
	}
	return x, theta
}

// Rows with much noise count less: the regression is as exact as the others allow.
func TestRegressionWeighsNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var robust, plain float64 // sums of squared errors of intercepts
	for range 20 {
		x, theta := tenfold(400, r)
		for _, b := range newRegression(x, theta, nil).b {
			robust += b * b
		}
		for _, b := range leastSquares(x, theta, nil).b {
			plain += b * b
		}
	}
	if robust > plain/10 { // by the narrow rows alone it is a 25th
		t.Errorf("mean squared error %.2g, want a tenth of %.2g, that of least squares", robust/40, plain/40)
	}
}

func TestRegressionOfNormalNoise(t *testing.T) {
	x, c := normalDense(300, 2, 1, 1), normalDense(300, 2, 1, 2)
	got, want := newRegression(x, c, nil), leastSquares(x, c, nil)
	if !slices.Equal(got.w, want.w) || !slices.Equal(got.b, want.b) {
		t.Errorf("got W %v, b %v, want those of least squares, %v, %v", got.w, got.b, want.w, want.b)
	}
}

// Residuals are those by the other rows, with their weights.
func TestLeaveOneOut(t *testing.T) {
	const n = 40
	x, c := normalDense(n, 1, 1, 1), normalDense(n, 2, 1, 2)
	for i := range n {
		x.Set(i, 0, x.At(i, 0)+100*c.At(i, 0))
	}
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 0.1 + float64(i%7)
	}
	r := leastSquares(x, c, weights)
	for i := range n {
		none := slices.Clone(weights)
		none[i] = 0
		others := leastSquares(x, c, none)
		want := x.At(i, 0) - others.b[0] - others.w[0]*c.At(i, 0) - others.w[1]*c.At(i, 1)
		if got := r.residuals.At(i, 0) * r.scale[0]; !(math.Abs(got-want) < 1e-3) {
			t.Errorf("row %d: got residual %v, want %v", i, got, want)
		}
	}
}

// Noise of two kinds: the candidate comes near to the truth's NLL, 1.1365 by 4·10⁵ draws.
func TestMixtureResiduals(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	f := &Fold{Seed: 1, Work: 1e10}
	f.X, f.Context = tenfold(1000, r)
	m, err := fitMixtureResiduals(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	x, theta := tenfold(20000, r)
	lps := m.Given(theta).LogProbs(nil, x)
	got, se := -stat.Mean(lps, nil), stat.StdErr(stat.StdDev(lps, nil), 20000)
	if !(got < 1.1365+0.02+3*se) {
		t.Errorf("got NLL %.4f ± %.4f, want 1.137 to 1.157", got, se)
	}
}

// What .ci/run compares on several processors.
func TestRegressionSameBits(t *testing.T) {
	const n = 300
	x, c := mat.NewDense(n, 2, nil), mat.NewDense(n, 2, nil) // by exact operations only
	src := rng.New(5)
	for i := range n {
		for j := range 2 {
			c.Set(i, j, float64(src.Uint64()>>40)/(1<<23)-1)
			noise := float64(src.Uint64()>>40)/(1<<23) - 1
			if i%3 == 0 {
				noise *= 32
			}
			x.Set(i, j, noise+c.At(i, j))
		}
	}
	r := newRegression(x, c, nil)
	if slices.Equal(r.w, leastSquares(x, c, nil).w) {
		t.Error("all rows count the same")
	}
	m, err := fitMixtureResiduals(context.Background(), &Fold{X: x, Context: c, Seed: 1, Work: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	for _, lp := range append(m.Given(c).LogProbs(nil, x), r.residuals.RawMatrix().Data...) {
		binary.Write(h, binary.LittleEndian, lp)
	}
	t.Logf("same bits: mixture on residuals %016x", h.Sum64())
}
