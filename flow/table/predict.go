package table

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/rng"
)

// predict returns the distribution of column col of each test row, by a network that was trained to know this column given all others of the training rows.
func predict(ctx context.Context, s *Schema, training, test [][]float64, col int, src rand.Source) ([]*Conditional, error) {
	j := newJoint(s, training)
	e := newExamples(j, training)
	e.only = col
	n := len(training)
	p := &plan{hidden: []int{64, 64}, batch: min(128, n), steps: 2000, every: 50, patience: 10, rate: 1e-3, decay: 0.05, average: 0.99, repeats: 1}
	var use, held []int
	for i := range training {
		if i%5 == 0 {
			held = append(held, i)
		} else {
			use = append(use, i)
		}
	}
	m, _, err := e.fitMember(ctx, p, use, held, src.Uint64(), nil)
	if err != nil {
		return nil, err
	}
	j.Nets, j.Weights = []member{m}, []float64{1}
	all := make([]*Conditional, len(test))
	hidden := make([][]float64, len(test))
	for i, r := range test {
		hidden[i] = slices.Clone(r)
		hidden[i][col] = math.NaN()
	}
	j.fill(hidden, func(i, c int, d *Conditional) {
		if c == col {
			all[i] = d
		}
	})
	return all, nil
}

// distinguish trains networks to tell synthetic rows from real ones, each on half of the rows, and judges them by the other half.
func (f *Fidelity) distinguish(ctx context.Context, s *Schema, real, synthetic [][]float64, src rand.Source) error {
	n, d := min(len(real), len(synthetic)), len(s.Columns)
	marked := &Schema{Columns: append(slices.Clone(s.Columns), Column{Name: "\x00synthetic", Kind: Binary, Levels: []string{"no", "yes"}})}
	var rows [][]float64
	for k, part := range [][][]float64{real, synthetic} {
		for _, r := range shuffled(part, rng.Split(src))[:n] {
			rows = append(rows, append(slices.Clone(r), float64(k)))
		}
	}
	rows = shuffled(rows, rng.Split(src))
	var sum float64
	for k := range 2 {
		half := [2][][]float64{rows[:n], rows[n:]}
		got, err := predict(ctx, marked, half[k], half[1-k], d, src)
		if err != nil {
			return err
		}
		var scores [2][]float64
		for i, r := range half[1-k] {
			c := int(r[d])
			scores[c] = append(scores[c], got[i].Probabilities[1])
		}
		sum += auroc(scores[0], scores[1]) / 2
	}
	f.AUROC, f.SE = sum, math.Sqrt(1/(6*float64(n)))
	return nil
}

// auroc returns the share of pairs in which the second score is higher.
func auroc(a, b []float64) float64 {
	slices.Sort(a)
	var sum float64
	for _, v := range b {
		lo, _ := slices.BinarySearch(a, v)
		hi, _ := slices.BinarySearch(a, math.Nextafter(v, 2))
		sum += float64(lo+hi) / 2
	}
	return sum / float64(len(a)) / float64(len(b))
}

// utility returns how well a network trained on rows predicts the last column of test rows.
func utility(ctx context.Context, s *Schema, rows, test [][]float64, src rand.Source) (float64, error) {
	col := len(s.Columns) - 1
	known := func(rows [][]float64) [][]float64 {
		return slices.DeleteFunc(slices.Clone(rows), func(r []float64) bool { return math.IsNaN(r[col]) })
	}
	rows, test = known(rows), known(test)
	got, err := predict(ctx, s, shuffled(rows, rng.Split(src)), test, col, src)
	if err != nil {
		return 0, err
	}
	var right, mean, squares, rest float64
	for i, r := range test {
		mean += r[col] / float64(len(test))
		if got[i].Mode() == r[col] {
			right++
		}
	}
	c := &s.Columns[col]
	if !c.Kind.numeric() || c.Kind == Levels {
		return right / float64(len(test)), nil
	}
	for i, r := range test {
		squares += (r[col] - mean) * (r[col] - mean)
		rest += (r[col] - got[i].Mean()) * (r[col] - got[i].Mean())
	}
	if squares == 0 { // there is nothing to explain
		return 0, nil
	}
	return 1 - rest/squares, nil
}

// shuffled returns the rows in random order.
func shuffled(rows [][]float64, src rand.Source) [][]float64 {
	rows = slices.Clone(rows)
	rand.New(src).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}
