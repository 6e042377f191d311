package flowbeam

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"github.com/normflow/normflow/flow/table"
	parquetgo "github.com/parquet-go/parquet-go"
	"gonum.org/v1/gonum/mat"
)

func init() {
	register.Function1x0(keepScored)
	register.Function1x0(keepRow)
}

// What a pipeline of a test ended with: Prism runs in this process.
var (
	mu     sync.Mutex
	count  int
	scored map[string]float64
	drawn  map[int64][]float64
)

func keepScored(s Scored) {
	mu.Lock()
	defer mu.Unlock()
	count++
	scored[fmt.Sprint(filepath.Base(s.File), " ", s.Number)] = s.Score
}

func keepRow(r Row) {
	mu.Lock()
	defer mu.Unlock()
	drawn[r.Number] = r.Values
}

func TestMain(m *testing.M) { ptest.MainWithDefault(m, "prism") }

type pair struct{ X, Y float64 }

// files writes a model with a detector, two CSV files of 700 rows, one of them with a header, and one of Parquet.
func files(t *testing.T) (dir string, m *flow.Transformed, d *anomaly.Detector, x *mat.Dense) {
	t.Helper()
	dir = t.TempDir()
	m = flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{8}}, rand.NewPCG(1, 1))
	x = mat.NewDense(1400, 2, nil)
	m.Draw(x, rand.NewPCG(2, 2))
	if _, err := flow.Fit(t.Context(), m, flow.Rows(x), &flow.Settings{Steps: 5}); err != nil {
		t.Fatal(err)
	}
	d, err := anomaly.Learn(t.Context(), flow.Rows(x.Slice(0, 200, 0, 2)), &anomaly.Settings{Budget: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	d.Attach(m)
	var model bytes.Buffer
	if err := m.Save(&model); err != nil {
		t.Fatal(err)
	}
	texts := [2]strings.Builder{}
	texts[0].WriteString("x,y\n")
	var pairs []pair
	for i := range 1400 {
		fmt.Fprintf(&texts[i/700], "%g,%g\n", x.At(i, 0), x.At(i, 1))
		pairs = append(pairs, pair{x.At(i, 0), x.At(i, 1)})
	}
	var columns bytes.Buffer
	if err := parquetgo.Write(&columns, pairs); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"m.flow": model.Bytes(), "r0.csv": []byte(texts[0].String()), "r1.csv": []byte(texts[1].String()), "r.parquet": columns.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, m, d, x
}

func run(t *testing.T, build func(s beam.Scope)) error {
	t.Helper()
	count, scored, drawn = 0, map[string]float64{}, map[int64][]float64{}
	p, s := beam.NewPipelineWithRoot()
	build(s)
	_, err := beam.Run(context.Background(), "prism", p)
	return err
}

// On Prism all rows are scored once, with the bits of the library.
func TestScores(t *testing.T) {
	dir, m, d, x := files(t)
	want := m.LogProbs(nil, x)
	check := func(name string, want func(i int) float64, key func(i int) string) {
		t.Helper()
		if count != 1400 {
			t.Errorf("%s: got %d scores, want 1400", name, count)
		}
		for i := range 1400 {
			if got, ok := scored[key(i)]; !ok || math.Float64bits(got) != math.Float64bits(want(i)) {
				t.Fatalf("%s: row %d: got %v, want %v", name, i, got, want(i))
			}
		}
	}
	inCSV := func(i int) string { return fmt.Sprintf("r%d.csv %d", i/700, i%700+1) }
	for _, c := range []struct {
		name, glob string
		read       func(beam.Scope, string) beam.PCollection
		score      func(beam.Scope, string, beam.PCollection) beam.PCollection
		want       func(i int) float64
		key        func(i int) string
	}{
		{"CSV", "r?.csv", ReadCSV, LogProbs, func(i int) float64 { return want[i] }, inCSV},
		{"Parquet", "r.parquet", ReadParquet, LogProbs, func(i int) float64 { return want[i] }, func(i int) string { return fmt.Sprint("r.parquet ", i+1) }},
		{"p-values", "r?.csv", ReadCSV, PValues, func(i int) float64 { return d.Results(x.Slice(i, i+1, 0, 2))[0].P }, inCSV},
	} {
		err := run(t, func(s beam.Scope) {
			beam.ParDo0(s, keepScored, c.score(s, filepath.Join(dir, "m.flow"), c.read(s, filepath.Join(dir, c.glob))))
		})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		check(c.name, c.want, c.key)
	}
}

func TestSample(t *testing.T) {
	dir, m, _, _ := files(t)
	if err := run(t, func(s beam.Scope) { beam.ParDo0(s, keepRow, Sample(s, filepath.Join(dir, "m.flow"), 5000, 7)) }); err != nil {
		t.Fatal(err)
	}
	want := mat.NewDense(5000-shard, 2, nil)
	m.Draw(want, rand.NewPCG(7, 1))
	if len(drawn) != 5000 || drawn[shard+1][1] != want.At(0, 1) || drawn[5000][0] != want.At(5000-shard-1, 0) {
		t.Errorf("got %d rows, the last %v, want 5000 and %v", len(drawn), drawn[5000], want.RawRowView(5000-shard-1))
	}
}

func TestBelow(t *testing.T) {
	if err := run(t, func(s beam.Scope) {
		beam.ParDo0(s, keepScored, Below(s, -1, beam.Create(s, Scored{"a", 1, -2}, Scored{"a", 2, -1}, Scored{"a", 3, math.NaN()}, Scored{"a", 4, 5})))
	}); err != nil {
		t.Fatal(err)
	}
	if _, low := scored["a 1"]; count != 2 || !low || !math.IsNaN(scored["a 3"]) {
		t.Errorf("got %v, want those of rows 1 and 3", scored)
	}
}

// A file is read once in a process, and again if it could not be read.
func TestModelsAreKept(t *testing.T) {
	dir, _, _, _ := files(t)
	from, to := filepath.Join(dir, "m.flow"), filepath.Join(dir, "late.flow")
	if _, err := load(t.Context(), to); err == nil {
		t.Error("got a model of no file")
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	first, err := load(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(to); err != nil {
		t.Fatal(err)
	}
	if second, err := load(t.Context(), to); second != first || err != nil {
		t.Errorf("got another model and %v", err)
	}
}

// A file that cannot answer is refused by its name.
func TestRefused(t *testing.T) {
	dir, _, d, _ := files(t)
	given := flow.NSF(flow.Arch{Dim: 2, Cond: 1, Layers: 1, Hidden: []int{4}}, rand.NewPCG(1, 1))
	flats, _, err := table.Learn(t.Context(), &table.Table{Names: []string{"a"}, Rows: slices.Repeat([][]string{{"x"}, {"y"}}, 40)}, &table.Settings{Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	for name, save := range map[string]func(io.Writer) error{"detector": d.Save, "given": given.Save, "table": flats.Save} {
		var b bytes.Buffer
		if err := save(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := run(t, func(s beam.Scope) { Sample(s, path, 1, 1) }); err == nil || !strings.Contains(err.Error(), path+": got a") && !strings.Contains(err.Error(), path+": got the") {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	if err := (&scoreFn{Model: filepath.Join(dir, "given"), PValue: true}).Setup(t.Context()); err == nil {
		t.Error("got p-values without a detector")
	}
	if err := (&scoreFn{Model: filepath.Join(dir, "detector"), PValue: true}).Setup(t.Context()); err != nil {
		t.Error(err)
	}
}

// Wrong data end the pipeline with an error that says where.
func TestWrongData(t *testing.T) {
	dir, _, _, _ := files(t)
	for name, text := range map[string]string{"cell.csv": "x,y\n1,2\n3,oops\n", "short.csv": "1\n2\n", "ragged.csv": "1,2\n3\n", "first.csv": "1,y\n3,4\n", "blank.csv": "x,y\n1,\n"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := run(t, func(s beam.Scope) {
			beam.ParDo0(s, keepScored, LogProbs(s, filepath.Join(dir, "m.flow"), ReadCSV(s, path)))
		})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error that names the file", name, err)
		}
	}
}
