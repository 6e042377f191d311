package flowbeam

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

func init() {
	register.DoFn2x1[Row, func(Scored), error](&scoreFn{}) // without reflection for each row; it takes seconds to compile, so the others are not
	beam.RegisterDoFn(reflect.TypeFor[sampleFn]())
	beam.RegisterDoFn(reflect.TypeFor[belowFn]())
	register.Emitter1[Scored]()
}

// LogProbs returns the log-densities of a PCollection of Rows, in nats, with the bits of flow.Transformed.LogProbs, by the model
// in a file that all workers can read. Each worker loads it once; rows are scored 256 at a time.
func LogProbs(s beam.Scope, model string, rows beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("flowbeam.LogProbs"), &scoreFn{Model: model}, rows)
}

// PValues returns how odd rows are, small for odd ones, by the detector in a file, as LogProbs does.
func PValues(s beam.Scope, detector string, rows beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("flowbeam.PValues"), &scoreFn{Model: detector, PValue: true}, rows)
}

// Below returns the scores that are below a bound, or NaN: what is odd.
func Below(s beam.Scope, bound float64, scores beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("flowbeam.Below"), &belowFn{bound}, scores)
}

// Sample returns n Rows drawn from the model in a file. The same seed gives the same rows on any number of workers.
func Sample(s beam.Scope, model string, n int, seed uint64) beam.PCollection {
	s = s.Scope("flowbeam.Sample")
	shards := []int{}
	for i := 0; i*shard < n; i++ {
		shards = append(shards, i)
	}
	fn := &sampleFn{Model: model, N: n, Seed: seed}
	return beam.ParDo(s, fn, beam.Reshuffle(s, beam.CreateList(s, shards)))
}

const (
	block = 256  // rows scored at a time
	shard = 4096 // rows drawn of one stream of random numbers
)

type scoreFn struct {
	Model  string
	PValue bool
	by     scorer
	rows   []Row
	x      []float64
	scores [block]float64
}

// Setup loads the model.
func (f *scoreFn) Setup(ctx context.Context) error {
	m, err := load(ctx, f.Model)
	if err != nil {
		return err
	}
	if f.PValue {
		f.by, err = m.pValues()
	} else {
		f.by, err = m.logProbs()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.Model, err)
	}
	return nil
}

// StartBundle begins without rows.
func (f *scoreFn) StartBundle(_ func(Scored)) { f.rows, f.x = f.rows[:0], f.x[:0] }

// ProcessElement scores what has come when it fills a block.
func (f *scoreFn) ProcessElement(r Row, emit func(Scored)) error {
	if len(r.Values) != f.by.dim {
		return fmt.Errorf("%s: row %d: got %d columns, the model has %d", r.File, r.Number, len(r.Values), f.by.dim)
	}
	f.x = append(f.x, r.Values...)
	r.Values = nil
	if f.rows = append(f.rows, r); len(f.rows) == block {
		f.flush(emit)
	}
	return nil
}

// FinishBundle scores the rest.
func (f *scoreFn) FinishBundle(emit func(Scored)) { f.flush(emit) }

func (f *scoreFn) flush(emit func(Scored)) {
	n := len(f.rows)
	if n == 0 {
		return
	}
	f.by.scores(f.scores[:n], mat.NewDense(n, f.by.dim, f.x))
	for i, r := range f.rows {
		emit(Scored{r.File, r.Number, f.scores[i]})
	}
	f.rows, f.x = f.rows[:0], f.x[:0]
}

type belowFn struct{ Bound float64 }

// ProcessElement emits what is not at least the bound.
func (f *belowFn) ProcessElement(s Scored, emit func(Scored)) {
	if !(s.Score >= f.Bound) {
		emit(s)
	}
}

type sampleFn struct {
	Model string
	N     int
	Seed  uint64
	by    *flow.Transformed
}

// Setup loads the model.
func (f *sampleFn) Setup(ctx context.Context) error {
	m, err := load(ctx, f.Model)
	if err != nil {
		return err
	}
	if f.by, err = m.density(); err != nil {
		return fmt.Errorf("%s: %w", f.Model, err)
	}
	return nil
}

// ProcessElement draws the rows of a shard.
func (f *sampleFn) ProcessElement(i int, emit func(Row)) {
	x := mat.NewDense(min(shard, f.N-i*shard), f.by.Dim(), nil)
	f.by.Draw(x, rand.NewPCG(f.Seed, uint64(i)))
	for k := range x.RawMatrix().Rows {
		emit(Row{Number: int64(i*shard + k + 1), Values: x.RawRowView(k)})
	}
}
