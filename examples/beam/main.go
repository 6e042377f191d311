// Beam scores files of rows by a model file, or samples from it, as an Apache Beam pipeline: in this process, or unchanged on Flink, Spark
// or any other runner with a job server.
//
//	cd examples/beam
//	go run . -model m.flow -rows 'rows-*.csv' -out scores.csv                         # log-densities
//	go run . -model d.flow -do pvalue -below 1e-4 -rows 'rows-*.parquet' -out odd.csv # the odd rows alone
//	go run . -model m.flow -do sample -n 1000000 -out draws.csv
//	go run . -runner universal -endpoint localhost:8099 -model …                      # a job server, such as Flink's
//
// Lines of the output are a file, the number of its row from 1, and the score: Beam keeps no order. Without a model it learns a small one, and
// scores some rows of its own.
//
//ci:run -out $out/scores.csv
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"
	"github.com/normflow/normflow/examples/beam/flowbeam"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

var (
	runner = flag.String("runner", "prism", "prism, in this process, or universal, with -endpoint")
	model  = flag.String("model", "", "model file")
	do     = flag.String("do", "logprob", "logprob, pvalue or sample")
	rows   = flag.String("rows", "", "pattern of files of rows, .parquet or CSV")
	below  = flag.Float64("below", math.Inf(1), "scores to write: those below it, and NaN")
	n      = flag.Int("n", 1000, "rows to sample")
	seed   = flag.Uint64("seed", 1, "seed of the samples")
	out    = flag.String("out", "scores.csv", "file of the results")
)

func init() {
	register.Function1x1(scoreLine)
	register.Function1x1(rowLine)
	beam.RegisterDoFn(reflect.TypeFor[pagesFn]())
	register.Emitter1[string]()
}

func main() {
	flag.Parse()
	beam.Init() // a worker never returns from here
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "beam:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if *model == "" {
		dir, err := os.MkdirTemp("", "beam")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := try(ctx, dir); err != nil {
			return err
		}
	}
	p, err := pipeline()
	if err != nil {
		return err
	}
	if err := empty(ctx, *out); err != nil {
		return err
	}
	if _, err := beam.Run(ctx, *runner, p); err != nil {
		return err
	}
	fmt.Println("wrote", *out)
	return nil
}

// empty leaves a file without lines: textio writes none at all where there is no line, and a former run's would stay.
func empty(ctx context.Context, name string) error {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	w, err := fs.OpenWrite(ctx, name)
	if err != nil {
		return err
	}
	return w.Close()
}

// pipeline returns what the flags ask for.
func pipeline() (*beam.Pipeline, error) {
	p, s := beam.NewPipelineWithRoot()
	var lines beam.PCollection
	switch *do {
	case "logprob":
		lines = scored(s, flowbeam.LogProbs)
	case "pvalue":
		lines = scored(s, flowbeam.PValues)
	case "sample":
		lines = beam.ParDo(s, rowLine, flowbeam.Sample(s, *model, *n, *seed))
	default:
		return nil, fmt.Errorf("got -do %s, want logprob, pvalue or sample", *do)
	}
	textio.Write(s, *out, beam.ParDo(s, &pagesFn{}, lines))
	return p, nil
}

func scored(s beam.Scope, score func(s beam.Scope, model string, rows beam.PCollection) beam.PCollection) beam.PCollection {
	read := flowbeam.ReadCSV
	if strings.HasSuffix(*rows, ".parquet") {
		read = flowbeam.ReadParquet
	}
	scores := score(s, *model, read(s, *rows))
	if !math.IsInf(*below, 1) {
		scores = flowbeam.Below(s, *below, scores)
	}
	return beam.ParDo(s, scoreLine, scores)
}

// pagesFn joins lines to pages of 1,000 lines, since textio groups its elements, and runners hold each of them with its overhead.
type pagesFn struct {
	page  strings.Builder
	lines int
}

func (f *pagesFn) StartBundle(_ func(string)) { f.page.Reset(); f.lines = 0 }

func (f *pagesFn) ProcessElement(line string, emit func(string)) {
	if f.lines > 0 {
		f.page.WriteByte('\n')
	}
	f.page.WriteString(line)
	if f.lines++; f.lines == 1000 {
		f.FinishBundle(emit)
	}
}

func (f *pagesFn) FinishBundle(emit func(string)) {
	if f.lines > 0 {
		emit(f.page.String())
	}
	f.page.Reset()
	f.lines = 0
}

func scoreLine(r flowbeam.Scored) string {
	return fmt.Sprintf("%s,%d,%s", r.File, r.Number, strconv.FormatFloat(r.Score, 'g', -1, 64))
}

func rowLine(r flowbeam.Row) string {
	cells := make([]string, len(r.Values))
	for j, v := range r.Values {
		cells[j] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(cells, ",")
}

// try makes a model and rows to score in a folder, and sets the flags to them.
func try(ctx context.Context, dir string) error {
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(1000, 2, nil)
	var text strings.Builder
	text.WriteString("x,y\n")
	for i := range 1000 {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.3*r.NormFloat64()})
		fmt.Fprintf(&text, "%g,%g\n", x.At(i, 0), x.At(i, 1))
	}
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{32, 32}}, rand.NewPCG(1, 3))
	if _, err := flow.Fit(ctx, m, flow.Rows(x), &flow.Settings{Steps: 100}); err != nil {
		return err
	}
	*model, *rows = filepath.Join(dir, "m.flow"), filepath.Join(dir, "rows.csv")
	f, err := os.Create(*model)
	if err != nil {
		return err
	}
	if err := m.Save(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.WriteFile(*rows, []byte(text.String()), 0o644)
}
