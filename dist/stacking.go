package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

const (
	stackRows  = 0.03 // that each model counts as having won from the start; 0.3 left more of the likelihood to models of no use
	leastSafe  = 1e-3
	stackTurns = 500
)

// StackingWeights returns the weights w of a [Mixture] of models that maximise the
// log-likelihood Σᵢ rᵢ·log Σₖ wₖ·pₖ(xᵢ) of rows that the models did not see: logDensities
// holds log pₖ(xᵢ), a row for each row and a column for each model; weights are the rᵢ, ones
// if nil. Conditional densities are stacked alike.
//
// Each model has 0.03 rows more than it wins, so that few rows do not shut one out, and model safe, unless
// it is negative, has a weight of at least 1/1000: whatever a row, −log p is then no more than
// 6.9 above that of this model. EM runs for 500 rounds, or until no weight moves by 10⁻⁹. A round costs two
// multiply-adds per element.
//
// It returns an error if a value is NaN or +Inf, or no model gives a row any density. It panics
// if there are no models or weights do not fit. P. Smyth, D. Wolpert, Linearly combining
// density estimators via stacking, 1999.
func StackingWeights(logDensities mat.Matrix, weights []float64, safe int) ([]float64, error) {
	need.One("dist: StackingWeights", "matrix", logDensities)
	n, m := logDensities.Dims()
	if weights != nil {
		checkLen("StackingWeights: weights", len(weights), n)
	}
	if safe >= m {
		panic(fmt.Sprintf("dist: StackingWeights: got safe model %d, want one of %d", safe, m))
	}
	s := &stack{p: make([]float64, n*m), r: repeated(1, n), sum: make([]float64, n), won: make([]float64, m)}
	copy(s.r, weights)
	for i := range n {
		if err := s.setRow(i, logDensities); err != nil {
			return nil, err
		}
	}
	w := repeated(1/float64(m), m)
	for range stackTurns {
		if s.turn(w, safe) < 1e-9 {
			break
		}
	}
	return w, nil
}

// stack holds densities divided by the greatest of their row.
type stack struct{ p, r, sum, won []float64 }

func (s *stack) setRow(i int, logDensities mat.Matrix) error {
	m := len(s.won)
	row, top := s.p[i*m:(i+1)*m], math.Inf(-1)
	for k := range row {
		row[k] = logDensities.At(i, k)
		if math.IsNaN(row[k]) || math.IsInf(row[k], 1) {
			return fmt.Errorf("dist: StackingWeights: row %d: got log-density %v of model %d, want a number or −Inf", i, row[k], k)
		}
		top = max(top, row[k])
	}
	if math.IsInf(top, -1) {
		return fmt.Errorf("dist: StackingWeights: row %d: got log-density −Inf of all models, want a number of one", i)
	}
	if r := s.r[i]; !(r >= 0) || math.IsInf(r, 0) {
		return fmt.Errorf("dist: StackingWeights: row %d: got weight %v, want a finite number of at least 0", i, r)
	}
	kernel.AddConst(row, row, -top)
	kernel.Exp(row, row)
	return nil
}

// turn makes one round of EM and returns by how much a weight moved at most.
func (s *stack) turn(w []float64, safe int) (moved float64) {
	n, m := len(s.r), len(w)
	kernel.Gemm(false, false, n, 1, m, s.p, m, w, 1, false, s.sum, 1)
	kernel.Div(s.sum, s.r, s.sum)
	kernel.Gemm(false, false, 1, m, n, s.sum, n, s.p, m, false, s.won, m)
	total := 0.0
	for k := range w {
		s.won[k] = kernel.FMA(s.won[k], w[k], stackRows)
		total += s.won[k]
	}
	kernel.Scale(s.won, s.won, 1/total)
	if safe >= 0 && s.won[safe] < leastSafe { // the best with this weight
		kernel.Scale(s.won, s.won, (1-leastSafe)/(1-s.won[safe]))
		s.won[safe] = leastSafe
	}
	for k, v := range s.won {
		moved = max(moved, math.Abs(v-w[k]))
		w[k] = v
	}
	return moved
}
