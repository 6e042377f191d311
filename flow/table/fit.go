package table

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// examples are encoded rows with what the training needs of each number.
type examples struct {
	joint   *joint
	rows    [][]float64 // NaN for what is not known
	targets [][]target
	only    int // the column that alone is hidden; −1 for any
}

func newExamples(j *joint, rows [][]float64) *examples {
	e := &examples{joint: j, rows: rows, targets: make([][]target, len(rows)), only: -1}
	for i, row := range rows {
		e.targets[i] = make([]target, len(row))
		for col, v := range row {
			if math.IsNaN(v) {
				continue
			}
			t, ok := j.Schema.Columns[col].target(&j.Heads[col], v)
			if t.weight = 1; !ok {
				t.weight = 0
			}
			e.targets[i][col] = t
		}
	}
	return e
}

// corrupted says of how many visible numbers one is replaced by another in the training.
const corrupted = 500

// put writes the features of row i where hidden columns are not known, and the targets of those, each with the weight
// that makes the sum over all orders of the columns' log-densities in the mean: the number of columns over that of the hidden ones.
//
// r, unless nil, says which visible numbers are replaced. With told, which columns are blank is part of the features.
//
// Benigno Uria, Iain Murray, Hugo Larochelle, A Deep and Tractable Density Estimator, 2014, arXiv:1310.1757.
func (e *examples) put(x, y []float64, i int, hidden []bool, told bool, r *rand.Rand) {
	f := e.joint.features
	clear(x)
	clear(y)
	if told {
		f.tell(x, func(col int) bool { return math.IsNaN(e.rows[i][col]) })
	}
	known, n := 0, 0
	for col, t := range e.targets[i] {
		if t.weight > 0 {
			known++
			if hidden[col] {
				n++
			}
		}
	}
	for col, t := range e.targets[i] {
		switch {
		case !hidden[col]:
			v := e.rows[i][col]
			if c := f.columns[col].column; r != nil && f.columns[col].head.Comps > 0 && !math.IsNaN(v) && r.IntN(corrupted) == 0 {
				v = c.Least + (c.Most-c.Least)*r.Float64()
			}
			f.set(x, col, v)
		case t.weight > 0:
			t.weight = float64(known) / float64(n)
			t.put(y[col*slots:])
		}
	}
}

// hide chooses which columns of a row are hidden: a number of them that is uniform between one and all.
func (e *examples) hide(hidden []bool, i int, r *rand.Rand) {
	clear(hidden)
	if e.only >= 0 {
		hidden[e.only] = true
		return
	}
	n := 0
	for _, t := range e.targets[i] {
		if t.weight > 0 {
			n++
		}
	}
	if n == 0 {
		return
	}
	k := 1 + r.IntN(n)
	for col, t := range e.targets[i] { // k of n, in sequence
		if t.weight == 0 {
			continue
		}
		if r.IntN(n) < k {
			hidden[col] = true
			k--
		}
		n--
	}
}

// source is endless rows with columns hidden at random, from the rows with the given numbers.
func (e *examples) source(use []int) *train.Fresh {
	order, at := slices.Clone(use), len(use)
	hidden := make([]bool, len(e.joint.Heads))
	return &train.Fresh{Dim: e.joint.features.width, Cond: slots * len(e.joint.Heads),
		Draw: func(rows, contexts *mat.Dense, src rand.Source) {
			r := rand.New(src)
			n, _ := rows.Dims()
			for k := range n {
				if at == len(order) {
					r.Shuffle(at, func(i, j int) { order[i], order[j] = order[j], order[i] })
					at = 0
				}
				i := order[at]
				at++
				e.hide(hidden, i, r)
				e.put(rows.RawRowView(k), contexts.RawRowView(k), i, hidden, r.IntN(2) == 0, r)
			}
		}}
}

// A plan is how a network is made and trained.
type plan struct {
	hidden   []int
	batch    int
	steps    int
	every    int
	patience int
	rate     float64
	decay    float64
	average  float64
	repeats  int // masks for each held-out row
}

func newMember(j *joint, p *plan, src rand.Source) member {
	m := member{nn.NewMLP(j.features.width, p.hidden, j.heads.width, nn.ReLU, src), nn.NewMLP(j.features.width, nil, j.heads.width, nn.Linear, src)}
	m.Body.Single, m.Skip.Single = true, true
	for _, l := range m.Body.Layers[:len(m.Body.Layers)-1] {
		nn.He(l, src)
	}
	m.Body.ZeroLast()
	m.Skip.ZeroLast()
	return m
}

// startFrom sets the biases of the last layer so that the network begins with each column by itself.
func (m *member) startFrom(e *examples, use []int) {
	bias := m.Body.Layers[len(m.Body.Layers)-1].B.Data()
	for col := range e.joint.Heads {
		h := &e.joint.Heads[col]
		b := bias[e.joint.heads.at[col]:][:h.width()]
		count, n := make([]float64, h.Atoms+1), 0.5*float64(h.logits())
		for i := range count {
			count[i] = 0.5
		}
		for _, i := range use {
			if t := e.targets[i][col]; t.weight > 0 {
				if t.atom < 0 {
					count[h.Atoms]++
				} else {
					count[t.atom]++
				}
				n++
			}
		}
		for i := range h.Atoms {
			b[i] = special.Log(count[i] / n)
		}
		for c := range h.Comps {
			u := (float64(c) + 0.5) / float64(h.Comps)
			b[h.Atoms+c] = special.Log(count[h.Atoms] / n / float64(h.Comps))
			b[h.logits()+c] = 1.2 * special.NdtrInv(u, 1-u)
			b[h.logits()+h.Comps+c] = special.Log(0.5 / math.Sqrt(float64(h.Comps)))
		}
		if e.joint.Schema.Columns[col].Kind == Date {
			e.startDates(b[h.logits():], col, use)
		}
	}
}

// startDates sets locations and scales so that each component has as many of the rows: seasons are there from the start, as a row's other columns often say
// too little of them.
func (e *examples) startDates(b []float64, col int, use []int) {
	h, z := &e.joint.Heads[col], []float64(nil)
	for _, i := range use {
		if t := &e.targets[i][col]; t.weight > 0 && t.atom < 0 {
			z = append(z, h.middle(t))
		}
	}
	if len(z) < 2*h.Comps {
		return
	}
	slices.Sort(z)
	at := func(part float64) float64 { return z[int(part/float64(h.Comps)*float64(len(z)-1))] }
	for c := range h.Comps {
		from, to := at(float64(c)), at(float64(c+1))
		b[c] = (from + to) / 2
		b[h.Comps+c] = special.Log(max(startScale*(to-from), leastSD/2))
	}
}

// startScale is the scale of a logistic distribution that stands for the rows between two numbers, in the distance of these.
const startScale = 0.25

// fitMember trains a network on some of the rows, and stops when the held-out ones become less likely.
func (e *examples) fitMember(ctx context.Context, p *plan, use, held []int, seed uint64, report func(flow.Record)) (member, float64, error) {
	src := rng.New(seed)
	m := newMember(e.joint, p, src.Split())
	m.startFrom(e, use)
	loss := func(_ *autodiff.Tape, x, y autodiff.Var) autodiff.Var {
		return lossOp.Apply(nil, autodiff.Args{Ref: e.joint.heads}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, m.apply(x), y)
	}
	s := e.source(use)
	first := s.NewBatch(p.batch)
	cursor := s.Open(0, src.Split(), src.Split())
	defer cursor.Close()
	if err := cursor.Fill(first, p.batch); err != nil {
		return m, 0, err
	}
	g, err := train.NewGradient(loss, nil, first, p.batch)
	if err != nil {
		return m, 0, err
	}
	batches := &train.Minibatches{Cursor: cursor, Gradient: g, Batch: s.NewBatch(p.batch), Size: p.batch, Accumulate: 1}
	defer g.Close()
	validate := e.validation(held, p.repeats, src.Split())
	t := &train.Training{Objective: batches, Config: train.Config{Steps: p.steps, Optimizer: &optim.AdamW{Decay: p.decay}, Clip: 10 * math.Sqrt(float64(e.joint.Dim())),
		Schedule: optim.WarmUp{Steps: p.steps / 50, Then: optim.Cosine{Start: p.rate, Final: 0.01}}, Average: p.average, Every: p.every, Patience: p.patience, MaxSkipped: 20}}
	if report != nil {
		t.Report = func(r train.Record) { report(flow.Record(r)) }
	}
	if validate != nil {
		t.Validate = func() float64 { return validate(&m) }
	}
	if err := t.Begin(); err != nil {
		return m, 0, err
	}
	if err := t.Run(ctx); err != nil {
		return m, 0, fmt.Errorf("step %d: %w", t.Result.Steps, err)
	}
	return m, t.Result.Loss, nil
}

// validation returns the mean loss of held-out rows with fixed columns hidden.
func (e *examples) validation(held []int, repeats int, src rand.Source) func(m *member) float64 {
	if len(held) == 0 {
		return nil
	}
	r := rand.New(src)
	f, w := e.joint.features.width, slots*e.joint.Dim()
	n := len(held) * repeats
	masks := make([]bool, n*e.joint.Dim())
	for k := range n {
		e.hide(masks[k*e.joint.Dim():(k+1)*e.joint.Dim()], held[k%len(held)], r)
	}
	return func(m *member) float64 {
		sums := make([]float64, (n+chunk-1)/chunk)
		parallel.Pieces(n, chunk, func(from, to int) {
			x, y := make([]float64, (to-from)*f), make([]float64, (to-from)*w)
			for k := from; k < to; k++ {
				e.put(x[(k-from)*f:][:f], y[(k-from)*w:][:w], held[k%len(held)], masks[k*e.joint.Dim():][:e.joint.Dim()], k/len(held)%2 == 1, nil)
			}
			t := autodiff.Borrow()
			defer t.Release()
			out := m.apply(t.View(to-from, f, x))
			l := lossOp.Apply(nil, autodiff.Args{Ref: e.joint.heads}, autodiff.Shape{Rows: to - from, Cols: 1}, out, t.View(to-from, w, y))
			for _, v := range l.Data() {
				sums[from/chunk] += v
			}
		})
		var sum float64
		for _, s := range sums {
			sum += s
		}
		return sum / float64(n)
	}
}
