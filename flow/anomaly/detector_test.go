package anomaly_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/flowtest"
	"gonum.org/v1/gonum/mat"
)

// p-values of fresh rows are uniform, and as many rows are above a threshold as its rate says.
func TestPValuesAreUniform(t *testing.T) {
	d := detector(t)
	n := 4000
	results := d.Results(bananas(n, 2))
	u := mat.NewDense(n, 1, nil)
	for i, r := range results {
		u.Set(i, 0, r.P)
	}
	// the distance of Kolmogorov and Smirnov that two samples of 1500 and 4000 exceed once in a hundred times
	if gap := calibration.Uniform(u).Columns[0].Gap; math.Abs(gap) > 1.63*math.Sqrt(1./1500+1./4000) {
		t.Errorf("p-values are off by %v", gap)
	}
	for _, rate := range []float64{0.2, 0.05, 0.01} {
		alarms := 0.0
		for _, r := range results {
			if r.Score >= d.Threshold(rate) {
				alarms++
			}
			if r.Score >= d.Threshold(rate)+1e-12 && r.P > rate || r.Score < d.Threshold(rate)-1e-12 && r.P <= rate {
				t.Fatalf("score %v, p %v: Threshold(%v) says otherwise", r.Score, r.P, rate)
			}
		}
		// the threshold is a quantile of 1500 scores: it has a binomial error too
		if se := math.Sqrt(rate * (1 - rate) * (1./float64(n) + 1./1500)); math.Abs(alarms/float64(n)-rate) > 3*se {
			t.Errorf("rate %v: got %v alarms of %d rows", rate, alarms, n)
		}
	}
}

// The odder a row, the smaller its p-value, far beyond those of training rows.
func TestTail(t *testing.T) {
	d := detector(t)
	x := mat.NewDense(60, 3, nil)
	for i := range 60 {
		x.SetRow(i, []float64{0, 0, 1000 + math.Exp(float64(i)/3)})
	}
	s := d.Scores(nil, x)
	for i := 10; i < 60; i++ {
		if !(s[i] > s[i-1]) {
			t.Errorf("row %v: score %v, that before %v", x.At(i, 2), s[i], s[i-1])
		}
	}
	if s[20] < 10 || s[59] < 30 {
		t.Errorf("got scores %v", s)
	}
	if p := d.PValue(d.Threshold(1e-9)); math.Abs(p/1e-9-1) > 1e-12 {
		t.Errorf("got p = %v", p)
	}
}

// The detector sees rows far out and rows between the others, and says why.
func TestKindsOfAnomalies(t *testing.T) {
	d := detector(t)
	x := mat.NewDense(3, 3, []float64{
		0, 0, 1000,
		80, 1, 1000, // far out
		0, 3, 1000, // within the columns' ranges, off the curve
	})
	r := d.Results(x)
	if r[0].P < 0.1 || r[1].P > 1e-3 || r[2].P > 5e-3 {
		t.Errorf("got p = %v, %v, %v, want a likely row and two unlikely ones", r[0].P, r[1].P, r[2].P)
	}
	if r[0].Status != anomaly.OK || r[1].Status != anomaly.Outside || r[1].Column != 0 || r[2].Status != anomaly.OK || r[2].Column != -1 {
		t.Errorf("got %+v", r)
	}
}

func TestStatus(t *testing.T) {
	d := detector(t)
	nan, inf := math.NaN(), math.Inf(1)
	x := mat.NewDense(5, 3, []float64{
		0, nan, 1000,
		inf, 0, 1000,
		0, 0, -inf,
		inf, nan, 1e6,
		1e300, 0, 1000,
	})
	want := []anomaly.Result{
		{nan, nan, anomaly.NotANumber, 1},
		{inf, 0, anomaly.Infinite, 0},
		{inf, 0, anomaly.Infinite, 2},
		{nan, nan, anomaly.NotANumber, 1},
	}
	got := d.Results(x)
	for i, w := range want {
		if g := got[i]; g.Status != w.Status || g.Column != w.Column || !same(g.Score, w.Score) || !same(g.P, w.P) {
			t.Errorf("row %d: got %+v, want %+v", i, g, w)
		}
	}
	if g := got[4]; g.Status != anomaly.Outside || !(g.Score > 100) || g.P > 1e-10 {
		t.Errorf("a row at 1e300: got %+v", g)
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// Rows have the same bits alone, in a batch, in a stream and from many goroutines.
func TestStreamAndConcurrency(t *testing.T) {
	d := detector(t)
	x := bananas(700, 3)
	want := d.Results(x)
	for _, i := range []int{0, 256, 699} {
		if one := d.Results(x.Slice(i, i+1, 0, 3))[0]; one != want[i] {
			t.Errorf("row %d alone: got %+v, want %+v", i, one, want[i])
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var got []anomaly.Result
			for r, err := range d.Stream(rowsOf(x, nil)) {
				if err != nil {
					t.Error(err)
				}
				got = append(got, r)
			}
			if !slices.Equal(got, want) {
				t.Error("a stream has other results than a batch")
			}
		})
	}
	wg.Wait()
	for range d.Stream(rowsOf(x, nil)) {
		break
	}
}

// rowsOf streams the rows of x, in one slice, and then err.
func rowsOf(x *mat.Dense, err error) iter.Seq2[[]float64, error] {
	n, c := x.Dims()
	return func(yield func([]float64, error) bool) {
		row := make([]float64, c)
		for i := range n {
			copy(row, x.RawRowView(i))
			if !yield(row, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func TestStreamErrors(t *testing.T) {
	d := detector(t)
	broken := errors.New("broken")
	n := 0
	for _, err := range d.Stream(rowsOf(bananas(300, 3), broken)) {
		if n++; (err != nil) != (n == 301) || err != nil && !errors.Is(err, broken) {
			t.Errorf("row %d: got %v", n, err)
		}
	}
	for _, err := range d.Stream(rowsOf(mat.NewDense(1, 2, nil), nil)) {
		if err == nil || !strings.Contains(err.Error(), "row 0: got 2 numbers, want 3") {
			t.Errorf("got %v", err)
		}
	}
}

func TestFile(t *testing.T) {
	d := detector(t)
	var b bytes.Buffer
	if err := d.Save(&b); err != nil {
		t.Fatal(err)
	}
	loaded, err := anomaly.Load(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	x := bananas(50, 4)
	if !slices.Equal(loaded.Results(x), d.Results(x)) {
		t.Error("a loaded detector has other results")
	}
	info, err := flow.Info(bytes.NewReader(b.Bytes()))
	if err != nil || len(info.Sections) != 1 || !info.Sections[0].Required {
		t.Errorf("got sections %+v, %v, want one that is required", info.Sections, err)
	}
	m := flow.New(dist.NewStdNormal(3))
	if _, ok := anomaly.Of(m); ok {
		t.Error("got a detector of a model without")
	}
	carrier, err := flow.Load(bytes.NewReader(b.Bytes()))
	if err != nil || !anomaly.Alone(carrier) {
		t.Errorf("got %v, %v, want a detector alone", carrier, err)
	}
	if scaled := flow.New(m.Base, carrier.Map[0]); anomaly.Alone(scaled) {
		t.Error("got a detector alone of a model without")
	}
	d.Attach(m)
	if anomaly.Alone(m) {
		t.Error("got a detector alone of a model with one")
	}
	flowtest.File(t, m, mat.NewDense(2, 3, nil), nil)
	var plain bytes.Buffer
	if err := flow.New(dist.NewStdNormal(3)).Save(&plain); err != nil {
		t.Fatal(err)
	}
	if _, err := anomaly.Load(&plain); err == nil || !strings.Contains(err.Error(), "without a detector") {
		t.Errorf("got %v", err)
	}
}

// The same seed gives the same bits.
func TestDeterministic(t *testing.T) {
	x := bananas(60, 5)
	var all [][]float64
	for range 2 {
		d, err := anomaly.Learn(context.Background(), flow.Rows(x), &anomaly.Settings{Budget: 1e8, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Scores(nil, x))
	}
	if !slices.Equal(all[0], all[1]) {
		t.Error("the same seed gives other scores")
	}
}

func TestLearnErrors(t *testing.T) {
	x := bananas(20, 1)
	bad := mat.DenseCopyOf(x)
	bad.Set(7, 2, math.NaN())
	done, stop := context.WithCancel(context.Background())
	stop()
	for _, c := range []struct {
		ctx  context.Context
		data flow.Data
		s    *anomaly.Settings
		want string
	}{
		{context.Background(), flow.Rows(bad), nil, "row 7"},
		{context.Background(), flow.Rows(bananas(11, 1)), nil, "got 11 rows, want at least 12"},
		{context.Background(), flow.Rows(x).Weighted(make([]float64, 20)), nil, "weights"},
		{context.Background(), flow.Data{}, nil, "no data"},
		{context.Background(), flow.Rows(x), &anomaly.Settings{Budget: -1}, "Settings.Budget: got -1"},
		{done, flow.Rows(x), nil, "canceled"},
	} {
		if _, err := anomaly.Learn(c.ctx, c.data, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q", err, c.want)
		}
	}
}

// Constant columns, and more columns than rows.
func TestOddShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(30, 40, nil)
	for i := range 30 {
		for j := range 39 {
			x.Set(i, j, r.NormFloat64())
		}
		x.Set(i, 39, 5)
	}
	d, err := anomaly.Learn(context.Background(), flow.Rows(x), &anomaly.Settings{Budget: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	row := slices.Clone(x.RawRowView(0))
	row[39] = 8
	got := d.Results(mat.NewDense(2, 40, slices.Concat(x.RawRowView(0), row)))
	if got[0].Status != anomaly.OK || got[1].Status != anomaly.Outside || got[1].Column != 39 || !(got[1].Score > got[0].Score+1) {
		t.Errorf("got %+v", got)
	}
}
