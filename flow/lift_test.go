package flow_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// shaken returns a flow that is not the identity.
func shaken(dim, cond int, seed uint64) *flow.Transformed {
	return shake(flow.NSF(flow.Arch{Dim: dim, Cond: cond, Layers: 2, Hidden: []int{8}}, rng.New(seed)), seed+10)
}

// column returns the numbers from lo to hi in steps.
func column(lo, hi, step float64) *mat.Dense {
	var x []float64
	for v := lo; v <= hi; v += step {
		x = append(x, v)
	}
	return mat.NewDense(len(x), 1, x)
}

// pairs returns all categories of two columns.
func pairs(k, l int) *mat.Dense {
	y := mat.NewDense(k*l, 2, nil)
	for i := range k * l {
		y.SetRow(i, []float64{float64(i / l), float64(i % l)})
	}
	return y
}

func TestLifts(t *testing.T) {
	target := dist.NewNormal(1, autodiff.Fixed(0.5), autodiff.Fixed(1.5))
	for _, c := range []struct {
		name  string
		of    *flow.Transformed
		by    flow.Lift
		y     *mat.Dense
		cell  float64
		draws int
	}{
		{"Dequantizer", shaken(1, 0, 1), flow.NewDequantizer(shaken(1, 1, 2)), column(-30, 30, 1), 1, 2000},
		{"Argmax", shaken(5, 0, 3), flow.NewArgmax([]int{3, 2}, shaken(5, 5, 4)), pairs(3, 2), 1, 4000},
		{"Metropolis", shaken(1, 0, 5), flow.NewMetropolis(target, 3, 1), column(-12, 12, 0.1), 0.1, 2000},
		{"Langevin", shaken(1, 0, 6), flow.NewLangevin(target, 3, 0.2), column(-12, 12, 0.1), 0.1, 2000},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := flow.NewLifted(c.of, c.by)
			l.Draws = c.draws
			flowtest.Lift(t, l, c.y, c.cell, 0.002)
		})
	}
}

// Metropolis steps leave their own density as it is, so that every estimate is exact.
func TestMetropolisKeepsItsTarget(t *testing.T) {
	target := dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1))
	l := flow.NewLifted(flow.New(dist.NewStdNormal(1)), flow.NewMetropolis(target, 5, 1))
	lp, se := l.LogProbs(mat.NewDense(2, 1, []float64{0.3, -2}))
	for i, x := range []float64{0.3, -2} {
		if want := dist.LogProb(target, []float64{x}); !(math.Abs(lp[i]-want) < 1e-12 && se[i] < 1e-7) {
			t.Errorf("got log p = %v ± %v of %v, want %v", lp[i], se[i], x, want)
		}
	}
}

// What nothing maps to has no probability, and NaN is NaN.
func TestLiftedOutside(t *testing.T) {
	l := flow.NewLifted(shaken(5, 0, 3), flow.NewArgmax([]int{3, 2}, shaken(5, 5, 4)))
	lp, _ := l.LogProbs(mat.NewDense(4, 2, []float64{3, 0, 0.5, 1, nan, 0, 1, 1}))
	if !math.IsInf(lp[0], -1) || !math.IsInf(lp[1], -1) || !math.IsNaN(lp[2]) || !(lp[3] < 0) {
		t.Errorf("got %v, want −Inf for what is no category, NaN for NaN", lp)
	}
	_, err := flow.FitLifted(background, l, flow.Rows(mat.NewDense(2, 2, []float64{1, 1, 1, 2})), nil)
	wantError(t, err, "row 1")
	mustPanic(t, "want 5", func() { flow.NewLifted(shaken(4, 0, 1), l.By) })
	mustPanic(t, "at least 2", func() { flow.NewArgmax([]int{1}, shaken(1, 1, 1)) })
	mustPanic(t, "conditional flow", func() { flow.NewDequantizer(shaken(1, 0, 1)) })
	mustPanic(t, "positive numbers", func() { flow.NewLangevin(dist.NewStdNormal(1), 0, 1) })
}

// Training by the bound finds the probabilities of dependent categories, and goes on from a checkpoint bit for bit.
func TestFitLifted(t *testing.T) {
	table := []float64{0.3, 0.05, 0.05, 0.25, 0.1, 0.25} // of pairs(3, 2)
	rows := mat.NewDense(3000, 2, nil)
	r := rand.New(rng.New(1))
	for i := range 3000 {
		u, k := r.Float64(), 0
		for ; u > table[k]; k++ {
			u -= table[k]
		}
		rows.SetRow(i, []float64{float64(k / 2), float64(k % 2)})
	}
	train := func(file string, ctx context.Context, report func(flow.Record)) (*flow.Lifted, *flow.Result, error) {
		of := flow.NSF(flow.Arch{Dim: 5, Hidden: []int{16}}, rng.New(1))
		q := flow.RealNVP(flow.Arch{Dim: 5, Cond: 5, Layers: 2, Hidden: []int{16}}, rng.New(2))
		l := flow.NewLifted(of, flow.NewArgmax([]int{3, 2}, q))
		res, err := flow.FitLifted(ctx, l, flow.Rows(rows), &flow.Settings{Steps: 400, Batch: 128, Schedule: fast, Every: 100, Checkpoint: file, Report: report})
		return l, res, err
	}
	l, res, err := train("", background, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(res); !strings.Contains(s, "held out: mean") || strings.Contains(s, "PANIC") {
		t.Errorf("got the result %q, want what held-out rows say", s)
	}
	l.Draws = 2000
	lp, se := l.LogProbs(pairs(3, 2))
	for k, p := range table {
		if got := math.Exp(lp[k]); !(math.Abs(got-p) < 0.04+5*se[k]*p) {
			t.Errorf("got a probability of %.3f ± %.3f of outcome %d, want %v", got, got*se[k], k, p)
		}
	}
	if !(res.Loss > -res.Held.Value) {
		t.Errorf("got a bound of %v and an NLL of %v, want less of that", res.Loss, -res.Held.Value)
	}
	file := filepath.Join(t.TempDir(), "training")
	ctx, cancel := context.WithCancel(background)
	train(file, ctx, func(r flow.Record) {
		if r.Step == 200 {
			cancel()
		}
	})
	cancel()
	again, _, err := train(file, background, nil)
	if err != nil || !slices.Equal(bits(again.Of), bits(l.Of)) {
		t.Errorf("a resumed training ended with other bits, or %v", err)
	}
}

// Categories given a context: training finds the table of each, a batch may have a context for each row, and a lifted model is bound as any other.
func TestFitLiftedGiven(t *testing.T) {
	share := func(c float64) float64 { return 0.2 + 0.6*c } // of category 1
	rows, contexts := mat.NewDense(2000, 1, nil), mat.NewDense(2000, 1, nil)
	r := rand.New(rng.New(1))
	for i := range 2000 {
		c := float64(i % 2)
		contexts.Set(i, 0, c)
		if r.Float64() < share(c) {
			rows.Set(i, 0, 1)
		}
	}
	of := flow.NSF(flow.Arch{Dim: 2, Cond: 1, Layers: 2, Hidden: []int{16}}, rng.New(1))
	l := flow.NewLifted(of, flow.NewArgmax([]int{2}, flow.RealNVP(flow.Arch{Dim: 2, Cond: 2, Layers: 2, Hidden: []int{16}}, rng.New(2))))
	res, err := flow.FitLifted(background, l, flow.Rows(rows).Given(contexts), &flow.Settings{Steps: 500, Batch: 128, Schedule: fast})
	if err != nil || res.Held == nil || !(res.Held.Value > -0.6) { // ½·log 2 and more without the contexts
		t.Fatalf("got %v, %v, want a held-out log-density of about −0.50", res, err)
	}
	each := mat.NewDense(2, 1, []float64{0, 1})
	lp, se := l.Given(each).LogProbs(mat.NewDense(2, 1, []float64{1, 1}))
	for i, c := range each.RawMatrix().Data {
		if got := math.Exp(lp[i]); !(math.Abs(got-share(c)) < 0.1+5*se[i]*got) {
			t.Errorf("got a probability of %v ± %v given %v, want %v", got, se[i]*got, c, share(c))
		}
		one, _ := l.Given(each.Slice(i, i+1, 0, 1)).LogProbs(mat.NewDense(1, 1, []float64{1}))
		if one[0] != lp[i] {
			t.Errorf("got %v alone and %v in a batch, want the same bits", one[0], lp[i])
		}
	}
	drawn, ones := mat.NewDense(4000, 1, nil), 0.0
	l.Given(each.Slice(1, 2, 0, 1)).Draw(drawn, rng.New(3))
	for _, y := range drawn.RawMatrix().Data {
		ones += y / 4000
	}
	if !(math.Abs(ones-share(1)) < 0.1) {
		t.Errorf("got a share of %v among draws, want %v", ones, share(1))
	}
	mustPanic(t, "want 1 columns by Given", func() { l.LogProbs(drawn) })
	mustPanic(t, "2 rows of context", func() { l.Given(each).LogProbs(drawn) })
	mustPanic(t, "bound to a context: true", func() { flow.NewLifted(of.Given(each), l.By) })
	_, err = flow.FitLifted(background, l, flow.Rows(rows), nil)
	wantError(t, err, "context")
}

// Whole numbers get the probabilities that they were drawn with.
func ExampleFitLifted() {
	rows := mat.NewDense(2000, 1, nil)
	r := rand.New(rand.NewPCG(1, 0))
	for i := range 2000 {
		rows.Set(i, 0, float64(r.IntN(2)+r.IntN(2))) // 0, 1, 2 with ¼, ½, ¼
	}
	of := flow.NSF(flow.Arch{Dim: 1, Hidden: []int{16}}, rand.NewPCG(2, 0))
	q := flow.NSF(flow.Arch{Dim: 1, Cond: 1, Layers: 1, Hidden: []int{16}}, rand.NewPCG(3, 0))
	l := flow.NewLifted(of, flow.NewDequantizer(q))
	if _, err := flow.FitLifted(context.Background(), l, flow.Rows(rows), &flow.Settings{Steps: 400}); err != nil {
		panic(err)
	}
	lp, _ := l.LogProbs(mat.NewDense(2, 1, []float64{1, 1.5}))
	fmt.Printf("%.1f %.1f\n", math.Exp(lp[0]), math.Exp(lp[1]))
	// Output: 0.5 0.0
}

func ExampleLifted() {
	l := flow.NewLifted(flow.New(dist.NewStdNormal(1)), flow.NewMetropolis(dist.NewStdNormal(1), 4, 1))
	y := mat.NewDense(1000, 1, nil)
	l.Draw(y, rand.NewPCG(1, 0))
	lp, se := l.LogProbs(y.Slice(0, 1, 0, 1))
	fmt.Println(l.Dim(), lp[0] < 0, se[0] < 1e-6)
	// Output: 1 true true
}

func ExampleDequantizer() {
	q := flow.NSF(flow.Arch{Dim: 2, Cond: 2}, rand.NewPCG(1, 0))
	x, y, noise := flow.NewDequantizer(q).Dims()
	fmt.Println(x, y, noise)
	// Output: 2 2 2
}

func ExampleArgmax() {
	q := flow.NSF(flow.Arch{Dim: 5, Cond: 5}, rand.NewPCG(1, 0))
	b := flow.NewArgmax([]int{3, 2}, q)
	y := mat.NewDense(1, 2, nil)
	b.Lower(y, mat.NewDense(1, 5, []float64{0.1, 2, -1, 0.5, 0.4}), nil)
	fmt.Println(y.RawRowView(0), b.Holds([]float64{2, 1}), b.Holds([]float64{3, 1}))
	// Output: [1 0] true false
}

func ExampleMetropolis() {
	b := flow.NewMetropolis(dist.NewStdNormal(2), 3, 0.5)
	x, y, noise := b.Dims()
	fmt.Println(x, y, noise)
	// Output: 2 2 12
}

func ExampleLangevin() {
	b := flow.NewLangevin(dist.NewStdNormal(2), 3, 0.1)
	x, y, noise := b.Dims()
	fmt.Println(x, y, noise)
	// Output: 2 2 6
}

func ExampleLift() {
	var b flow.Lift = flow.NewMetropolis(dist.NewStdNormal(1), 3, 0.5)
	fmt.Println(b.Holds([]float64{0.5}))
	// Output: true
}
