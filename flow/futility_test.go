package flow

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// The limit of lags is that of a geometric series; lags that rise have come to theirs, and those that fall ever faster have none.
func TestFutilityLimit(t *testing.T) {
	for name, c := range map[string]struct {
		lag  func(i float64) float64
		n    int
		want float64
	}{
		"geometric": {func(i float64) float64 { return 0.5 + 2*math.Pow(0.8, i) }, 13, 0.5},
		"crossing":  {func(i float64) float64 { return -1 + 3*math.Pow(0.9, i) }, 13, -1},
		"level":     {func(float64) float64 { return 0.7 }, 13, 0.7},
		"rising":    {func(i float64) float64 { return 0.1 * i }, 13, 1.2},
		"straight":  {func(i float64) float64 { return -0.25 * i }, 13, math.Inf(-1)},
		"faster":    {func(i float64) float64 { return 9 - i*i }, 13, math.Inf(-1)},
		"few":       {func(float64) float64 { return 1 }, 4, math.Inf(-1)},
	} {
		u := &futility{}
		for i := range c.n {
			u.lags = append(u.lags, c.lag(float64(i)))
		}
		if got := u.limit(); got != c.want && !(math.Abs(got-c.want) < 1e-12) {
			t.Errorf("%s: got limit %v, want %v", name, got, c.want)
		}
	}
}

// What lags in every row stops after a quarter of the steps; what lags in the mean and wins some rows does not, nor what has NaN.
func TestFutilityStops(t *testing.T) {
	for name, c := range map[string]struct {
		lp   func(i int) float64
		stop bool
	}{
		"behind":      {func(i int) float64 { return -2 }, true},
		"level":       {func(i int) float64 { return -1.05 }, false},
		"ahead":       {func(i int) float64 { return -0.5 }, false},
		"wins a few":  {func(i int) float64 { return -3 + 6*float64(max(i%5-3, 0)) }, false},
		"NaN":         {func(i int) float64 { return math.NaN() }, false},
		"no density":  {func(i int) float64 { return math.Inf(-1) }, false},
		"one without": {func(i int) float64 { return -math.Inf(max(0, 1-i)) - 0.5 }, false},
	} {
		u := &futility{}
		for range 200 {
			u.stack = append(u.stack, -1)
		}
		lps := make([]float64, 200)
		for i := range lps {
			lps[i] = c.lp(i)
		}
		for step := range 9 {
			u.see(lps)
			if u.stop(train.Record{Step: step, Steps: 100}) {
				t.Errorf("%s: stopped before a quarter of the steps", name)
			}
		}
		if got := u.stop(train.Record{Step: 25, Steps: 100}); got != c.stop {
			t.Errorf("%s: stopped %v, want %v: limit %v, gain %v", name, got, c.stop, u.limit(), u.gain())
		}
	}
}

// A candidate that comes ahead by less than its steps are worth stops from a third of them on.
func TestFutilityWorth(t *testing.T) {
	for _, worth := range []float64{0, 1e-4, 1e-2} {
		u := &futility{worth: worth}
		for range 200 {
			u.stack = append(u.stack, -1)
		}
		stopped := 0
		for i := range 21 {
			lps := make([]float64, 200)
			for k := range lps {
				lps[k] = -9 - 0.3*float64(i)/9 // the lag rises
				if k%10 == 0 {
					lps[k] = 1 + 0.2*float64(i)
				}
			}
			u.see(lps)
			if i > 0 && u.stop(train.Record{Step: 5 * i, Steps: 100}) && stopped == 0 {
				stopped = i
			}
		}
		if want := map[float64]int{1e-2: 6}[worth]; stopped != want {
			t.Errorf("worth %v a step: stopped after record %d, want %d", worth, stopped, want)
		}
	}
}

// Where one flow will be taken, what will stay behind stops after twelve records, by few rows too; what comes near does not.
func TestFutilitySingle(t *testing.T) {
	for name, c := range map[string]struct {
		lag  func(i float64) float64
		stop bool
	}{
		"behind":   {func(float64) float64 { return 0.2 }, true},
		"near":     {func(float64) float64 { return 0.05 }, false},
		"to .5":    {func(i float64) float64 { return 0.5 + 3*math.Pow(0.8, i) }, true},
		"from far": {func(i float64) float64 { return 0.5 + 30*math.Pow(0.6, i) }, false},
		"ahead":    {func(i float64) float64 { return -1 + 3*math.Pow(0.95, i) }, false},
	} {
		u := &futility{stack: make([]float64, 5), single: true}
		for i := range 13 {
			lps := make([]float64, 5)
			for k := range lps {
				lps[k] = -c.lag(float64(i))
			}
			u.see(lps)
			if got := u.stop(train.Record{Step: 20 * i, Steps: 2000}); got != (c.stop && i == 12) {
				t.Errorf("%s: record %d: stopped %v; limit %v", name, i, got, u.limit())
			}
		}
	}
}

// Below 1,500 rows the one flow of Single is looked for beside the best candidate before, else beside a mixture.
func TestSingleBeside(t *testing.T) {
	for _, n := range []int{300, 1500} {
		var stack []float64
		all := map[string][]float64{}
		s := &LearnSettings{Single: true, Candidates: []Candidate{{Name: "flow", trained: true, Fit: func(_ context.Context, f *Fold) (*Transformed, error) {
			stack = f.before()
			for name, scale := range map[string]float64{"narrow": 0.5, "wide": 3} {
				all[name] = f.judge(New(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(scale))))
			}
			return New(dist.NewStdNormal(1)), nil
		}}}}
		for name, scale := range map[string]float64{"narrow": 0.5, "wide": 3} {
			s.Candidates = append(s.Candidates, Candidate{Name: name, Fit: func(context.Context, *Fold) (*Transformed, error) {
				return New(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(scale))), nil
			}})
		}
		if _, _, err := Learn(context.Background(), Rows(normalDense(n, 1, 1, 1)), s); err != nil {
			t.Fatal(err)
		}
		alone := slices.Equal(stack, all["narrow"]) || slices.Equal(stack, all["wide"])
		if alone != (n < oneSplit) {
			t.Errorf("%d rows: beside the best candidate alone: %v", n, alone)
		}
	}
}

// Late candidates are judged beside those that are trained before.
func TestLateCandidates(t *testing.T) {
	var before, late []float64
	fit := func(scale float64, stack *[]float64) func(context.Context, *Fold) (*Transformed, error) {
		return func(_ context.Context, f *Fold) (*Transformed, error) {
			*stack = f.before()
			return New(dist.NewNormal(2, autodiff.Fixed(0), autodiff.Fixed(scale))), nil
		}
	}
	s := &LearnSettings{Budget: 1e9, Candidates: []Candidate{
		{Name: "last", Fit: fit(1, &late), trained: true, late: true},
		{Name: "second", Fit: fit(1, &before), trained: true},
		{Name: "first", Fit: fit(5, new([]float64))},
	}}
	_, r, err := Learn(context.Background(), Rows(normalDense(1500, 2, 1, 1)), s)
	if err != nil {
		t.Fatal(err)
	}
	first, second := r.Parts[2].NLL, r.Parts[1].NLL
	if a, b := -stat.Mean(before, nil), -stat.Mean(late, nil); a <= b || math.Abs((a-b)-(first-second)) > 0.01 {
		t.Errorf("trained candidates are beside a stack of NLL %v, late ones %v; want %v apart", a, b, first-second)
	}
}

func normalDense(n, d int, scale float64, seed uint64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 0))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, scale*r.NormFloat64())
		}
	}
	return x
}

// A fold behind a map has the log-densities of the candidates before as if they were densities there.
func TestFoldBefore(t *testing.T) {
	f := &Fold{X: normalDense(300, 2, 3, 1), Held: normalDense(120, 2, 3, 2), Context: normalDense(300, 1, 1, 3), HeldContext: normalDense(120, 1, 1, 4)}
	inner, to, err := f.Marginal()
	if err != nil {
		t.Fatal(err)
	}
	normal := New(dist.NewStdNormal(2))
	f.stack = normal.Then(to).LogProbs(nil, f.Held)
	compare(t, "marginal", inner.before(), normal.LogProbs(nil, inner.Held))

	r := newRegression(f.X, f.Context, nil)
	f.stack = New(normal.Base, r.maps()...).Given(f.HeldContext).LogProbs(nil, f.Held)
	rest := f.rest(r)
	compare(t, "residuals", rest.before(), normal.LogProbs(nil, rest.Held))
	if u := rest.futility(1); u == nil || len(u.stack) != 120 {
		t.Errorf("got futility %v of 120 rows", u)
	}
	if f.stack = f.stack[:99]; f.futility(1) != nil {
		t.Errorf("got a futility of 99 rows, want none")
	}
}

func compare(t *testing.T, name string, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) < 1e-9) {
			t.Fatalf("%s, row %d: got %v, want %v", name, i, got[i], w)
		}
	}
}

// Learn stops a candidate that is far behind a mixture, with the same bits on any number of cores and after it went on from a checkpoint.
func TestLearnFutile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(1500, 2, nil)
	for i := range 1500 {
		for j := range 2 {
			x.Set(i, j, 9*float64(r.IntN(3))+0.1*r.NormFloat64())
		}
	}
	learn := func(trained bool, file string, fail string) ([]byte, error) {
		s := &LearnSettings{Budget: 2e9, Checkpoint: file}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for _, c := range Candidates() {
			if !slices.Contains([]string{"t", "mixture", "MADE"}, c.Name) {
				continue
			}
			c.trained = c.trained && trained
			if fit := c.Fit; c.Name == fail {
				c.Fit = func(ctx context.Context, f *Fold) (*Transformed, error) {
					cancel()
					return fit(ctx, f)
				}
			}
			s.Candidates = append(s.Candidates, c)
		}
		m, _, err := Learn(ctx, Rows(x), s)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err = m.Save(&b)
		return b.Bytes(), err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	want, err := learn(true, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := learn(false, "", ""); err != nil || bytes.Equal(whole, want) {
		t.Errorf("got the same model from all steps, want MADE stopped before; error %v", err)
	}
	runtime.GOMAXPROCS(1)
	file := filepath.Join(t.TempDir(), "learning")
	if _, err := learn(true, file, "MADE"); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Fatalf("got error %v, want it cancelled", err)
	}
	if got, err := learn(true, file, ""); err != nil || !bytes.Equal(got, want) {
		t.Errorf("a learning that went on on one core gives another model than one on four; error %v", err)
	}
}
