package flow

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

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

// explained are log-densities of rows, by mixtures that have not seen them.
type explained struct {
	clean, columns, single []float64 // log p, log Πⱼ b(xⱼ), log meanⱼ b(xⱼ)·p(x₋ⱼ)
}

// mark returns the rows that are wrong by e; always stay marked.
func (e *explained) mark(always []bool) []bool {
	dirty := make([]float64, len(e.clean))
	for i := range dirty {
		dirty[i] = special.LogSumExp([]float64{e.columns[i], e.single[i]}) - math.Ln2
	}
	ε := contamination(e.clean, dirty)
	odds := special.Log(ε / (1 - ε))
	next := slices.Clone(always)
	for i := range next {
		next[i] = next[i] || odds+dirty[i] > e.clean[i]
	}
	return next
}

// fit fits mixtures to rows of these weights, in three folds.
func (s *suspects) fit(weights []float64) (*explained, error) {
	n, _ := s.x.Dims()
	const parts = 3
	folds := make([]dist.MixtureFold, parts)
	held := make([][]int, parts)
	for k := range parts {
		var learn, judge []int
		for at, i := range s.order {
			if at%parts == k {
				held[k] = append(held[k], i)
			}
			switch {
			case weights[i] == 0:
			case at%parts == k:
				judge = append(judge, i)
			default:
				learn = append(learn, i)
			}
		}
		if len(judge) == 0 {
			judge = held[k]
		}
		folds[k] = dist.MixtureFold{Train: s.rows(learn), TrainWeights: pick(weights, learn), Held: s.rows(judge), HeldWeights: pick(weights, judge)}
	}
	ms, err := dist.FitStudentTMixtureFolds(folds, &dist.MixtureSettings{Components: s.components, MinScale: 1e-2, Budget: s.budget, Source: s.src})
	if err != nil {
		return nil, err
	}
	s.components = len(ms[0].Parts)
	e := &explained{make([]float64, n), make([]float64, n), make([]float64, n)}
	for k, m := range ms {
		if err := s.explain(m, held[k], e); err != nil {
			return nil, err
		}
	}
	return e, nil
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

// without returns the rows' weights, 0 for those that are marked.
func (s *suspects) without(marked []bool) []float64 {
	w := make([]float64, len(marked))
	for i, m := range marked {
		switch {
		case m:
		case s.weights == nil:
			w[i] = 1
		default:
			w[i] = s.weights[i]
		}
	}
	return w
}

func pick(x []float64, index []int) []float64 {
	w := make([]float64, len(index))
	for k, i := range index {
		w[k] = x[i]
	}
	return w
}

// explain sets the log-densities of some rows.
func (s *suspects) explain(m *dist.Mixture, index []int, e *explained) error {
	_, d := s.x.Dims()
	x := s.rows(index)
	for k, lp := range New(m).LogProbs(nil, x) {
		i := index[k]
		e.clean[i], e.columns[i] = lp, kernel.Sum(s.broad[i*d:(i+1)*d])
		e.single[i] = e.columns[i]
	}
	if d == 1 {
		return nil
	}
	terms := mat.NewDense(len(index), d, nil)
	for j := range d {
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
		e.single[i] = special.LogSumExp(terms.RawRowView(k))
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
