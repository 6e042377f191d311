package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A proposal draws the missing columns of a row, for importance sampling under d: from a mixture of Student t
// distributions fitted to draws of d, whose conditionals have closed forms.
type proposal struct {
	d, q dist.Distribution
}

func newProposal(d dist.Distribution, src rand.Source) *proposal {
	const rows = 3000
	q, err := dist.FitStudentTMixture(draw(d, rows, src), &dist.MixtureSettings{Source: src})
	if err != nil {
		panic(fmt.Sprintf("calibration: a mixture of Student t distributions does not fit draws of the distribution: %v", err))
	}
	if len(q.Parts) == 1 {
		return &proposal{d, q.Parts[0]}
	}
	return &proposal{d, q}
}

// complete returns rows with the values in the columns given and draws in the others, and their log
// weights under d given these values, up to a constant that is log d's density of the columns.
func (p *proposal) complete(columns []int, values []float64, draws int, src rand.Source) (x *mat.Dense, logWeights []float64) {
	q := p.q
	if len(columns) > 0 {
		var err error
		if q, err = dist.Condition(p.q, columns, values); err != nil {
			panic(fmt.Sprintf("calibration: %v", err))
		}
	}
	rest := draw(q, draws, src)
	x = mat.NewDense(draws, p.d.Dim(), nil)
	at := 0
	for j := range p.d.Dim() {
		k := slices.Index(columns, j)
		for i := range draws {
			if k >= 0 {
				x.Set(i, j, values[k])
			} else {
				x.Set(i, j, rest.At(i, at))
			}
		}
		if k < 0 {
			at++
		}
	}
	logWeights = logProbs(p.d, x)
	for i, lq := range logProbs(q, rest) {
		logWeights[i] -= lq
		if math.IsNaN(logWeights[i]) {
			logWeights[i] = math.Inf(-1)
		}
	}
	return x, logWeights
}

// normalised returns weights with sum 1.
func normalised(logWeights []float64) []float64 {
	top := slices.Max(logWeights)
	w, sum := make([]float64, len(logWeights)), 0.0
	for i, v := range logWeights {
		w[i] = special.Exp(v - top)
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// logMeanExp returns log of the mean of exp.
func logMeanExp(x []float64) float64 {
	top := slices.Max(x)
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, v := range x {
		sum += special.Exp(v - top)
	}
	return top + special.Log(sum/float64(len(x)))
}
