package flow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// drop leaves out rows of weight 0 and, if Robust, those that are better explained as wrong.
func (l *learner) drop() error {
	n := l.data.Len()
	bad := make([]bool, n)
	if l.Robust {
		var err error
		if l.report.Trimmed, err = l.wrong(bad); err != nil {
			return fmt.Errorf("wrong rows: %w", err)
		}
	}
	var keep []int
	for i, b := range bad {
		if !b && (l.data.Weights == nil || l.data.Weights[i] > 0) {
			keep = append(keep, i)
		}
	}
	if len(keep) == n {
		return nil
	}
	l.data = l.data.Pick(keep)
	slope, rows := l.slope, l.rows
	l.slope, l.rows = nil, nil
	for _, i := range keep {
		l.slope, l.rows = append(l.slope, slope[i]), append(l.rows, rows[i])
	}
	return nil
}

// wrong marks rows that are better explained as wrong, and returns how many they are: first those that are far from
// all others, then those that a contamination explains better than a mixture of the other rows does,
//
//	ε·c(x) > (1−ε)·p(x),  c(x) = ½·Πⱼ b(xⱼ) + ½·meanⱼ b(xⱼ)·p(x₋ⱼ)
//
// where p is a mixture of t distributions that has not seen x, b a Cauchy distribution about the column's median, x₋ⱼ the
// row without column j, and the share ε is found by EM: rows that are wrong altogether, and
// rows with one wrong value. The mixture is fitted anew without the marked rows until the marks stay, thrice at most. With a context, rows and
// contexts are looked at together.
func (l *learner) wrong(bad []bool) (count int, err error) {
	if count = l.far(bad); l.data.Len() < leastRobust {
		return count, nil
	}
	s := newSuspects(robustColumns(beside(l.data.Rows, l.data.Contexts), bad), l.data.Weights, rng.New(l.Seed))
	s.budget = 0.05 * float64(l.Budget)
	marks := slices.Clone(bad)
	for range 3 {
		next, err := s.mark(marks, bad)
		if err != nil {
			return 0, err
		}
		if slices.Equal(next, marks) {
			break
		}
		marks = next
	}
	marked := 0
	for _, b := range marks {
		if b {
			marked++
		}
	}
	if marked > l.data.Len()/3 { // that is no contamination
		return count, nil
	}
	copy(bad, marks)
	return marked, nil
}

// leastRobust is the number of rows from which on they say which of them are wrong.
const leastRobust = 30

// robustColumns returns the columns in units of half the distance of their quantiles of 16 and 84 %, from their medians; those where
// that is 0 are left out.
func robustColumns(x *mat.Dense, bad []bool) *mat.Dense {
	n, d := x.Dims()
	var columns []float64
	width := 0
	for j := range d {
		col := mat.Col(nil, j, x)
		var good []float64
		for i, v := range col {
			if !bad[i] {
				good = append(good, v)
			}
		}
		slices.Sort(good)
		mid, half := quantile(good, 0.5), 0.5*(quantile(good, 0.84)-quantile(good, 0.16))
		if !(half > 0) {
			continue
		}
		for i, v := range col {
			col[i] = max(min((v-mid)/half, 1e6), -1e6)
		}
		columns = append(columns, col...)
		width++
	}
	if width == 0 {
		return nil
	}
	return mat.DenseCopyOf(mat.NewDense(width, n, columns).T())
}

// suspects looks for rows that are wrong.
type suspects struct {
	x          *mat.Dense // nil if nothing can be said
	weights    []float64  // of the rows, or nil
	order      []int      // of the rows, in folds
	broad      []float64  // log b of each value
	components int        // of the mixtures; 0 before they are known
	budget     float64
	src        rand.Source
}

func newSuspects(x *mat.Dense, weights []float64, src *rng.Source) *suspects {
	s := &suspects{x: x, weights: weights, src: src}
	if x == nil {
		return s
	}
	n, d := x.Dims()
	s.order = rand.New(src).Perm(n)
	s.broad = make([]float64, n*d)
	for i, v := range x.RawMatrix().Data {
		s.broad[i] = -special.Log((1 + float64(v*v)/4) * 2 * math.Pi)
	}
	return s
}

// mark returns the rows that are wrong by mixtures fitted without those marked so far; always stay marked.
func (s *suspects) mark(marked, always []bool) ([]bool, error) {
	if s.x == nil {
		return marked, nil
	}
	n, _ := s.x.Dims()
	const parts = 3
	folds := make([]dist.MixtureFold, parts)
	held := make([][]int, parts)
	for k := range parts {
		var learn []int
		for at, i := range s.order {
			if at%parts == k {
				held[k] = append(held[k], i)
			} else if !marked[i] && (s.weights == nil || s.weights[i] > 0) {
				learn = append(learn, i)
			}
		}
		folds[k] = dist.MixtureFold{Train: s.rows(learn), TrainWeights: s.weightsOf(learn), Held: s.rows(unmarked(held[k], marked))}
	}
	ms, err := dist.FitStudentTMixtureFolds(folds, &dist.MixtureSettings{Components: s.components, MinScale: 1e-2, Budget: s.budget, Source: s.src})
	if err != nil {
		return nil, err
	}
	s.components = len(ms[0].Parts)
	clean, dirty := make([]float64, n), make([]float64, n)
	for k, m := range ms {
		if err := s.explain(m, held[k], clean, dirty); err != nil {
			return nil, err
		}
	}
	ε := contamination(clean, dirty)
	odds := special.Log(ε / (1 - ε))
	next := slices.Clone(always)
	for i := range next {
		next[i] = next[i] || odds+dirty[i] > clean[i]
	}
	return next, nil
}

// rows returns some of the rows.
func (s *suspects) rows(index []int) *mat.Dense {
	_, d := s.x.Dims()
	out := mat.NewDense(len(index), d, nil)
	for k, i := range index {
		copy(out.RawRowView(k), s.x.RawRowView(i))
	}
	return out
}

func (s *suspects) weightsOf(index []int) []float64 {
	if s.weights == nil {
		return nil
	}
	w := make([]float64, len(index))
	for k, i := range index {
		w[k] = s.weights[i]
	}
	return w
}

// unmarked returns those that are not marked, all if all are.
func unmarked(index []int, marked []bool) []int {
	var out []int
	for _, i := range index {
		if !marked[i] {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return index
	}
	return out
}

// explain sets log p and log c of some rows.
func (s *suspects) explain(m *dist.Mixture, index []int, clean, dirty []float64) error {
	_, d := s.x.Dims()
	x := s.rows(index)
	for k, lp := range New(m).LogProbs(nil, x) {
		clean[index[k]] = lp
	}
	terms := mat.NewDense(len(index), d+1, nil) // of log c
	for k, i := range index {
		for _, b := range s.broad[i*d : (i+1)*d] {
			terms.RawRowView(k)[d] += b
		}
	}
	for j := 0; j < d && d > 1; j++ {
		var others []int
		for o := range d {
			if o != j {
				others = append(others, o)
			}
		}
		p, err := dist.Marginal(m, others...)
		if err != nil {
			return err
		}
		rest := mat.NewDense(len(index), d-1, nil)
		for at, o := range others {
			rest.SetCol(at, mat.Col(nil, o, x))
		}
		for k, lp := range New(p).LogProbs(nil, rest) {
			terms.Set(k, j, lp+s.broad[index[k]*d+j]-special.Log(float64(d)))
		}
	}
	for k, i := range index {
		if row := terms.RawRowView(k); d == 1 {
			dirty[i] = row[1]
		} else {
			dirty[i] = special.LogSumExp(row) - math.Ln2
		}
	}
	return nil
}

// contamination returns the share ε of rows of densities c among those of densities p, by EM.
func contamination(p, c []float64) float64 {
	ε := 0.05
	for range 100 {
		sum := 0.0
		for i := range p {
			sum += 1 / (1 + float64((1-ε)/ε)*special.Exp(min(p[i]-c[i], 700)))
		}
		ε = min(max(sum/float64(len(p)), 1e-4), 0.3)
	}
	return ε
}

// far marks rows with a value that is further from its column's median than 30 times half the
// distance of the quantiles of 16 and 84 %, and returns how many they are: none if they are half of
// all.
func (l *learner) far(bad []bool) (count int) {
	const most = 30
	n, d := l.data.Rows.Dims()
	for j := range d {
		x := mat.Col(nil, j, l.data.Rows)
		sorted := slices.Clone(x)
		slices.Sort(sorted)
		mid, half := quantile(sorted, 0.5), 0.5*(quantile(sorted, 0.84)-quantile(sorted, 0.16))
		for i, v := range x {
			if !bad[i] && half > 0 && math.Abs(v-mid) > most*half {
				bad[i] = true
				count++
			}
		}
	}
	if n-count < max(2, n/2) {
		clear(bad)
		return 0
	}
	return count
}
