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
	clean, noise    []float64 // log p, and of rows with a noisy value
	columns, single []float64 // log Πⱼ b(xⱼ), log meanⱼ b(xⱼ)·p(x₋ⱼ)
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
	e := &explained{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
	for k, m := range ms {
		s.explain(m, held[k], e)
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
func (s *suspects) explain(m *dist.Mixture, index []int, e *explained) {
	_, d := s.x.Dims()
	parts := componentsOf(m)
	whole := make([]float64, len(parts))
	without, noise := make([][]float64, d), make([][]float64, d)
	single, noises := make([]float64, d), make([]float64, d)
	each := special.Log(float64(d))
	for _, i := range index {
		for j := range d {
			without[j], noise[j] = without[j][:0], noise[j][:0]
		}
		x, broad := s.x.RawRowView(i), s.broad[i*d:(i+1)*d]
		for k, c := range parts {
			whole[k] = c.logDensity(x, without, noise)
		}
		for j, b := range broad {
			single[j], noises[j] = b+special.LogSumExp(without[j])-each, special.LogSumExp(noise[j])-each
		}
		e.clean[i], e.noise[i] = special.LogSumExp(whole), special.LogSumExp(noises)
		e.columns[i], e.single[i] = kernel.Sum(broad), special.LogSumExp(single)
	}
}
