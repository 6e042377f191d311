package flow_test

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

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// little is a budget for tests.
const little = 3e8

// twoBlobs are n rows of two clusters in d columns.
func twoBlobs(n, d int, seed uint64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 0))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		at := float64(4 * r.IntN(2))
		for j := range d {
			x.Set(i, j, at+r.NormFloat64())
		}
	}
	return x
}

func mustLearn(t *testing.T, data flow.Data, s *flow.LearnSettings) (*flow.Transformed, *flow.Report) {
	t.Helper()
	m, r, err := flow.Learn(context.Background(), data, s)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func bytesOf(t *testing.T, m *flow.Transformed) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same seed gives the same model on any number of cores, another seed another one.
func TestLearnSameBits(t *testing.T) {
	data := flow.Rows(twoBlobs(200, 2, 1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, report := mustLearn(t, data, &flow.LearnSettings{Seed: 3, Budget: little})
	runtime.GOMAXPROCS(4)
	four, _ := mustLearn(t, data, &flow.LearnSettings{Seed: 3, Budget: little})
	if !bytes.Equal(bytesOf(t, one), bytesOf(t, four)) {
		t.Errorf("four cores give another model than one")
	}
	other, _ := mustLearn(t, data, &flow.LearnSettings{Seed: 4, Budget: little})
	if bytes.Equal(bytesOf(t, one), bytesOf(t, other)) {
		t.Errorf("another seed gives the same model")
	}
	if len(report.LogProbs) != 200 || report.HeldRows[199] != 199 {
		t.Errorf("got %d held-out rows, want all", len(report.LogProbs))
	}
}

// A stack that is saved and loaded scores and samples alike.
func TestLearnSaved(t *testing.T) {
	x := twoBlobs(200, 2, 1)
	m, report := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: little, KeepRows: true})
	if report.Coverage.P < 1e-3 {
		t.Errorf("got %v", report.Coverage)
	}
	again, err := flow.Load(bytes.NewReader(bytesOf(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	for i, lp := range m.LogProbs(nil, x) {
		if got := again.LogProbs(nil, x)[i]; got != lp {
			t.Fatalf("row %d: got %v after loading, want %v", i, got, lp)
		}
	}
	a, b := mat.NewDense(50, 2, nil), mat.NewDense(50, 2, nil)
	m.Draw(a, rand.NewPCG(1, 2))
	again.Draw(b, rand.NewPCG(1, 2))
	if !mat.Equal(a, b) {
		t.Errorf("samples differ after loading")
	}
}

// What was cancelled at any fit goes on from the checkpoint to the same bits.
func TestLearnResumes(t *testing.T) {
	data := flow.Rows(twoBlobs(200, 2, 1))
	want, _ := mustLearn(t, data, &flow.LearnSettings{Budget: little})
	file := filepath.Join(t.TempDir(), "learning")
	for after := 1; ; after += 4 {
		ctx, cancel := context.WithCancel(context.Background())
		s := &flow.LearnSettings{Budget: little, Checkpoint: file, Candidates: flow.Candidates()}
		fits := 0
		for i, c := range s.Candidates {
			s.Candidates[i].Fit = func(ctx context.Context, f *flow.Fold) (*flow.Transformed, error) {
				if fits++; fits > after {
					cancel()
				}
				return c.Fit(ctx, f)
			}
		}
		old := runtime.GOMAXPROCS(1)
		got, _, err := flow.Learn(ctx, data, s)
		runtime.GOMAXPROCS(old)
		cancel()
		if err != nil {
			if !strings.Contains(err.Error(), context.Canceled.Error()) {
				t.Fatal(err)
			}
			continue
		}
		x := twoBlobs(50, 2, 2)
		if !slices.Equal(got.LogProbs(nil, x), want.LogProbs(nil, x)) {
			t.Errorf("a resumed learning gives another model")
		}
		if after == 1 {
			t.Errorf("nothing was cancelled")
		}
		return
	}
}

func TestLearnRefusesCheckpointOfOtherData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "learning")
	mustLearn(t, flow.Rows(twoBlobs(30, 2, 1)), &flow.LearnSettings{Checkpoint: file})
	_, _, err := flow.Learn(context.Background(), flow.Rows(twoBlobs(30, 2, 2)), &flow.LearnSettings{Checkpoint: file})
	if err == nil || !strings.Contains(err.Error(), "another learning: data: got 30 rows") {
		t.Errorf("got %v, want an error about other data", err)
	}
	_, _, err = flow.Learn(context.Background(), flow.Rows(twoBlobs(30, 2, 1)), &flow.LearnSettings{Checkpoint: file, Seed: 7})
	if err == nil || !strings.Contains(err.Error(), "another learning: LearnSettings.Seed: got 0, want 7") {
		t.Errorf("got %v, want an error about another seed", err)
	}
}

// Refusals name the row, the column and the value.
func TestLearnRefuses(t *testing.T) {
	nan := twoBlobs(20, 2, 1)
	nan.Set(7, 1, math.NaN())
	same := mat.NewDense(5, 2, []float64{1, 2, 1, 2, 1, 2, 1, 2, 1, 2})
	for name, c := range map[string]struct {
		data flow.Data
		s    flow.LearnSettings
		want string
	}{
		"NaN":          {flow.Rows(nan), flow.LearnSettings{}, "data row 7, column 1: got NaN"},
		"outside":      {flow.Rows(twoBlobs(20, 2, 1)), flow.LearnSettings{Map: bijector.Exp{}}, "which is outside the range of LearnSettings.Map"},
		"one row":      {flow.Rows(twoBlobs(1, 2, 1)), flow.LearnSettings{}, "got 1 rows, want at least 2"},
		"equal rows":   {flow.Rows(same), flow.LearnSettings{}, "all the same"},
		"no data":      {flow.Data{}, flow.LearnSettings{}, "got no data"},
		"weights":      {flow.Rows(same).Weighted([]float64{1, 1, 1, 1, -2}), flow.LearnSettings{}, "weight 4: got -2"},
		"budget":       {flow.Rows(nan), flow.LearnSettings{Budget: -1}, "Budget"},
		"no candidate": {flow.Rows(twoBlobs(20, 2, 1)), flow.LearnSettings{Candidates: []flow.Candidate{}}, "no candidate"},
	} {
		_, _, err := flow.Learn(context.Background(), c.data, &c.s)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", name, err, c.want)
		}
	}
}

// Few rows of any sort give a density that is finite at and around them.
func TestLearnFewRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	kinds := map[string]func(i, j int) float64{
		"normal":     func(i, j int) float64 { return r.NormFloat64() },
		"heavy":      func(i, j int) float64 { return math.Tan(math.Pi * (r.Float64() - 0.5)) },
		"whole":      func(i, j int) float64 { return float64(r.IntN(3)) },
		"duplicated": func(i, j int) float64 { return float64(i / 2 % 7 * (j + 1)) },
		"huge":       func(i, j int) float64 { return 1e160 * r.NormFloat64() },
		"tiny":       func(i, j int) float64 { return 1e-300 * r.NormFloat64() },
		"dependent":  func(i, j int) float64 { return float64(i) * float64(j+1) },
		"rare":       func(i, j int) float64 { return float64(max(0, 1-i)) },
		"outlier":    func(i, j int) float64 { return r.NormFloat64() + 1e12*float64(max(0, 1-i)) },
	}
	for name, f := range kinds {
		for _, n := range []int{2, 5, 40} {
			for _, d := range []int{1, 2, 7} {
				x := mat.NewDense(n, d, nil)
				for i := range n {
					for j := range d {
						x.Set(i, j, f(i, j))
					}
				}
				m, report, err := flow.Learn(context.Background(), flow.Rows(x), &flow.LearnSettings{Budget: little})
				if err != nil {
					if n > 2 {
						t.Errorf("%s, %d×%d: %v", name, n, d, err)
					}
					continue
				}
				for i, lp := range m.LogProbs(nil, x) {
					if math.IsNaN(lp - lp) {
						t.Fatalf("%s, %d×%d, row %d: log p is %v\n%s", name, n, d, i, lp, report)
					}
				}
				if !(report.NLL < 1000*float64(d)) || len(report.LogProbs) == 0 {
					t.Errorf("%s, %d×%d: held-out NLL %v of %d rows", name, n, d, report.NLL, len(report.LogProbs))
				}
			}
		}
	}
}

// The density of two columns is 1 in all.
func TestLearnIntegrates(t *testing.T) {
	m, _ := mustLearn(t, flow.Rows(twoBlobs(300, 2, 1)), &flow.LearnSettings{Budget: little})
	const side, cells = 40.0, 160
	grid := mat.NewDense(cells*cells, 2, nil)
	for i := range cells * cells {
		grid.SetRow(i, []float64{2 + side*((float64(i%cells)+0.5)/cells-0.5), 2 + side*((float64(i/cells)+0.5)/cells-0.5)})
	}
	sum := 0.0
	for _, lp := range m.LogProbs(nil, grid) {
		sum += math.Exp(lp) * side * side / (cells * cells)
	}
	if math.Abs(sum-1) > 0.01 {
		t.Errorf("the density is %v in all, want 1", sum)
	}
}

// Far from all rows the log-density falls like a t's, by the logarithm of the distance, whether the rows' tails are seen or not.
func TestLearnFarOut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	normal := mat.NewDense(300, 3, nil)
	for i := range normal.RawMatrix().Data {
		normal.RawMatrix().Data[i] = 2 + r.NormFloat64()
	}
	for name, x := range map[string]*mat.Dense{"two blobs": twoBlobs(300, 3, 1), "normal": normal} {
		m, _ := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: little})
		near := m.LogProb([]float64{2, 2, 2})
		for _, far := range []float64{1e2, 1e4, 1e6} {
			for _, dir := range [][]float64{{1, 0, 0}, {-1, 1, -1}} {
				row := []float64{far * dir[0], far * dir[1], far * dir[2]}
				if lp := m.LogProb(row); lp < near-1000-100*math.Log(far) || lp > near {
					t.Errorf("%s: log p at %v is %v, at the middle %v", name, row, lp, near)
				}
			}
		}
	}
}

// A constant column is a point mass, and the report says so.
func TestLearnConstantColumn(t *testing.T) {
	x := twoBlobs(100, 3, 1)
	for i := range 100 {
		x.Set(i, 1, 7)
	}
	m, report := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: little})
	if !report.Columns[1].Constant || report.Columns[0].Constant || !strings.Contains(report.String(), "columns [1] are constant") {
		t.Errorf("the report does not name column 1:\n%s", report)
	}
	if lp := m.LogProb([]float64{0, 7, 0}); math.IsInf(lp, 0) || math.IsNaN(lp) {
		t.Errorf("log p is %v where the column has its number", lp)
	}
	if lp := m.LogProb([]float64{0, 7.5, 0}); !math.IsInf(lp, -1) {
		t.Errorf("log p is %v where the column has another number, want -Inf", lp)
	}
	y := mat.NewDense(10, 3, nil)
	m.Draw(y, rand.NewPCG(1, 1))
	for i := range 10 {
		if y.At(i, 1) != 7 {
			t.Errorf("sample %d has %v in the constant column", i, y.At(i, 1))
		}
	}
}
