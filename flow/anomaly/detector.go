package anomaly

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// A Detector says how odd rows are beside those that it was learned from. It is made by [Learn] and [Load]; it is not
// changed by its methods, and safe for concurrent use.
//
// It looks at a row in three ways: at a density of rows with much noise, the mean over several widths, by the means of small
// clusters; at that of rows with little noise, by a flow, as little as makes rows
// that it has not seen likeliest; and at that of a mixture of normal distributions. Each −log density
// is compared with those that training rows have by models that have not seen them, and the largest of
//
//	−log(share of training rows that are odder)
//
// over the three counts, less 0.2 for the mixture's. The wide view sees rows that lie outside, the narrow ones those that lie between the others, where
// they should not.
//
// How many training rows, by models that have not seen them, have a largest that is at least the row's makes its p-value, the
// probability that a row like those of the training is as odd: it is uniform for such rows, or a little more, and below
// 1/(n+1) for n rows it goes on by an exponential tail. The score is −log p.
//
// V. Vovk, Cross-conformal predictors, 2015.
type Detector struct{ p section }

// detector returns the detector of a section whose fields are set.
func (p *section) detector() (*Detector, error) {
	if err := p.Restore(); err != nil {
		return nil, err
	}
	return &Detector{*p}, nil
}

// Dim returns the number of columns.
func (d *Detector) Dim() int { return len(d.p.Loc) }

// chunk is how many rows are scored at a time.
const chunk = 256

// scoreFold returns −log densities of standardised rows by the views of a fold.
func scoreFold(f *fold, z *mat.Dense) (s [views][]float64) {
	n, d := z.Dims()
	for v := range s {
		s[v] = make([]float64, n)
	}
	parallel.Pieces(n, chunk, func(i, j int) {
		t := autodiff.Borrow()
		for v, out := range f.scores(t.View(j-i, d, z.RawMatrix().Data[i*d:j*d])) {
			copy(s[v][i:j], out.Data())
		}
		t.Release()
	})
	return s
}

// foldScores returns the largest tail of each standardised row by each fold.
func (p *section) foldScores(z *mat.Dense) (c [folds][]float64) {
	n, _ := z.Dims()
	for k := range c {
		s := scoreFold(&p.Folds[k], z)
		c[k] = make([]float64, n)
		for i := range c[k] {
			c[k][i], _ = p.combine(at(s, i))
		}
	}
	return c
}

// scores returns the scores of standardised rows.
func (p *section) scores(z *mat.Dense) []float64 {
	n, _ := z.Dims()
	c := p.foldScores(z)
	out := make([]float64, n)
	for i := range out {
		out[i] = p.cross([folds]float64{c[0][i], c[1][i], c[2][i]})
	}
	return out
}

// Scores sets dst[i] to the score of row i of x, −log of its p-value, and returns dst; nil dst is allocated. Rows with NaN have
// NaN, those with an infinite number +Inf. It costs three passes of a flow, on all cores.
//
// It panics if x has not Dim columns or dst is not as long as x has rows.
func (d *Detector) Scores(dst []float64, x mat.Matrix) []float64 {
	n, c := x.Dims()
	d.check("Scores", c)
	if dst == nil {
		dst = make([]float64, n)
	}
	if len(dst) != n {
		panic(fmt.Sprintf("anomaly: Scores: got a destination of %d numbers, want %d", len(dst), n))
	}
	const most = 64 * chunk
	for i := 0; i < n; i += most {
		d.score(dst[i:min(i+most, n)], x, i)
	}
	return dst
}

func (d *Detector) check(what string, columns int) {
	if columns != d.Dim() {
		panic(fmt.Sprintf("anomaly: %s: got %d columns, want %d", what, columns, d.Dim()))
	}
}

// score sets dst to the scores of rows of x from the first on.
func (d *Detector) score(dst []float64, x mat.Matrix, first int) {
	z := mat.NewDense(len(dst), d.Dim(), nil)
	row := make([]float64, d.Dim())
	known := make([]bool, len(dst))
	for i := range dst {
		odd := 0.0
		for j := range row {
			row[j] = x.At(first+i, j)
			odd = max(odd, math.Abs(row[j])) // NaN if either is
		}
		if known[i] = math.IsNaN(odd - odd); known[i] {
			dst[i] = odd
			continue
		}
		d.p.standard(z.RawRowView(i), row)
	}
	for i, s := range d.p.scores(z) {
		if !known[i] {
			dst[i] = s
		}
	}
}
