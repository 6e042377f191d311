package anomaly

import (
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// A section is what a detector knows, as model files keep it.
type section struct {
	Loc, Scale []float64 // by which columns are standardised
	Low, High  []float64 // the least and the greatest number of each column
	Marginals  []marginal
	Folds      []fold
	Tails      []tail      // of the views
	Reference  [][]float64 // scores of each fold's rows by its models, which have not seen them, ascending
	Excess     float64     // mean of the largest of these over the others
}

func init() {
	flow.RegisterSection(flow.Section{Name: "anomaly.detector", Version: 1, Required: true, Type: (*section)(nil)})
}

// standardise sets the columns' numbers from the rows of x and returns the rows standardised.
func (p *section) standardise(x *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	for j := range d {
		col := mat.Col(nil, j, x)
		m, s := moments(col)
		lo, hi := slices.Min(col), slices.Max(col)
		if lo == hi || !(s > 0) || math.IsInf(s, 1) {
			s = 1
		}
		p.Marginals = append(p.Marginals, newMarginal(col))
		p.Loc, p.Scale, p.Low, p.High = append(p.Loc, m), append(p.Scale, s), append(p.Low, lo), append(p.High, hi)
	}
	z := mat.NewDense(n, d, nil)
	for i := range n {
		p.standard(z.RawRowView(i), x.RawRowView(i))
	}
	return z
}

// moments returns the mean of numbers and their deviation.
func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += float64((v - mean) * (v - mean) / float64(len(x)))
	}
	return mean, math.Sqrt(sd)
}

// farthest is where standardised numbers end: a square of theirs is far from overflow.
const farthest = 1e8

// standard sets z to the standardised row x.
func (p *section) standard(z, x []float64) {
	for j, v := range x {
		v = (v - p.Loc[j]) / p.Scale[j]
		if v > farthest {
			v = farthest
		} else if v < -farthest {
			v = -farthest
		}
		z[j] = v
	}
}

// at returns the scores of row i.
func at(s [views][]float64, i int) (row [views]float64) {
	for v := range s {
		row[v] = s[v][i]
	}
	return row
}

// handicaps are taken from the tails of the views, from wide to narrow, before the largest counts: the mixture, which is wrong more
// often where it alone finds a row odd, is believed a little less.
var handicaps = [views]float64{0, 0, 0.2}

// combine returns the largest of the views' tails less handicaps, and which it is. A density that is no number is one that has overflowed far out.
func (p *section) combine(s [views]float64) (score float64, view int) {
	score = math.Inf(-1)
	for v := range s {
		t, _ := p.Tails[v].at(s[v])
		if math.IsNaN(t) {
			return math.Inf(1), v
		}
		if t -= handicaps[v]; t > score {
			score, view = t, v
		}
	}
	return score, view
}

// Restore checks the fields.
func (p *section) Restore() error {
	d := len(p.Loc)
	switch {
	case d == 0 || len(p.Scale) != d || len(p.Low) != d || len(p.High) != d || !finite(slices.Concat(p.Loc, p.Scale, p.Low, p.High)):
		return errors.New("anomaly: detector: want finite numbers for each column")
	case slices.ContainsFunc(p.Scale, func(s float64) bool { return !(s > 0) }):
		return errors.New("anomaly: detector: want positive scales")
	case len(p.Marginals) != d:
		return errors.New("anomaly: detector: want the marginal of each column")
	case len(p.Folds) != folds || len(p.Tails) != views:
		return errors.New("anomaly: detector: want three folds and a tail for each view")
	case slices.ContainsFunc(p.Folds, func(f fold) bool { return f.Flow == nil || f.Flow.Dim() != d }):
		return errors.New("anomaly: detector: want folds of as many columns")
	case len(p.Reference) != folds || !(p.Excess > 0) || math.IsInf(p.Excess, 1):
		return errors.New("anomaly: detector: want reference scores of three folds and a positive excess")
	}
	for _, ref := range p.Reference {
		if len(ref) < leastRows/folds || !slices.IsSorted(ref) || !finite(ref) {
			return errors.New("anomaly: detector: want finite ascending reference scores")
		}
	}
	return nil
}
