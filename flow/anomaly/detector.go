package anomaly

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// A Detector says how odd rows are beside those that it was learned from. It is made by [Learn] and [Load]; it is not
// changed by its methods, and safe for concurrent use.
//
// The score of a row looks at it in three ways: at the density of rows with much noise, the mean over several widths and over a flow
// and a mixture; at that of rows with hardly any noise, by the flow; and at that of the mixture. Each −log density is
// compared with those that training rows have by models that have not seen them, and
//
//	score = max over views of −log(share of training rows that are odder)
//
// The wide view sees rows that lie outside, the narrow ones those that lie between the others, where they should not.
type Detector struct {
	p section
	q exceed
}

// detector returns the detector of a section whose fields are set.
func (p *section) detector() (*Detector, error) {
	if err := p.Restore(); err != nil {
		return nil, err
	}
	return &Detector{*p, newExceed(p.Reference)}, nil
}

// Dim returns the number of columns.
func (d *Detector) Dim() int { return len(d.p.Loc) }

// chunk is how many rows are scored at a time.
const chunk = 256

// scoreFold returns the scores of standardised rows by the views of a fold.
func scoreFold(f *fold, z *mat.Dense) (s [views][]float64) {
	n, d := z.Dims()
	for v := range s {
		s[v] = make([]float64, n)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) {
		wg.Go(func() {
			for {
				i := chunk * (int(next.Add(1)) - 1)
				if i >= n {
					return
				}
				j := min(i+chunk, n)
				t := autodiff.Borrow()
				for v, out := range f.scores(t.View(j-i, d, z.RawMatrix().Data[i*d:j*d])) {
					copy(s[v][i:j], out.Data())
				}
				t.Release()
			}
		})
	}
	wg.Wait()
	return s
}

// views returns the scores of standardised rows, by view: the mean over folds.
func (d *Detector) views(z *mat.Dense) (s [views][]float64) {
	for k := range d.p.Folds {
		for v, one := range scoreFold(&d.p.Folds[k], z) {
			if k == 0 {
				s[v] = one
				continue
			}
			for i, x := range one {
				s[v][i] += x
			}
		}
	}
	for v := range s {
		for i := range s[v] {
			s[v][i] /= folds
		}
	}
	return s
}

// Scores sets dst[i] to the score of row i of x, in nats, and returns dst; nil dst is allocated. Rows with NaN have NaN, those
// with an infinite number +Inf. It costs 18 passes of a flow, on all cores.
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
	for i := range dst {
		dst[i] = 0
		for j := range row {
			row[j] = x.At(first+i, j)
			if math.IsInf(row[j], 0) {
				dst[i] = max(dst[i], math.Inf(1))
			} else if math.IsNaN(row[j]) {
				dst[i] = math.NaN()
			}
		}
		if dst[i] == 0 {
			d.p.standard(z.RawRowView(i), row)
		}
	}
	s := d.views(z)
	for i, v := range dst {
		if v == 0 {
			dst[i], _ = d.p.combine(at(s, i))
			if math.IsNaN(dst[i]) {
				dst[i] = math.Inf(1) // so far out that a density overflows
			}
		}
	}
}
