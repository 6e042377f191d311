package anomaly

import (
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Status says what can be said of a row.
type Status string

// What rows can be. Packages that read tables have more.
const (
	OK         Status = "ok"
	Outside    Status = "outside"      // a number is outside the range of the training rows
	Infinite   Status = "infinite"     // a number is infinite: as odd as can be
	NotANumber Status = "not a number" // a number is NaN: there is no score
)

// A Result is what a detector says of a row.
type Result struct {
	Score  float64 // −log P
	P      float64 // p-value, see [Detector]; NaN for NotANumber
	Status Status
	Column int // the first that Status speaks of; −1 for OK
}

// Results returns what the detector says of each row of x. It panics if x has not Dim columns.
func (d *Detector) Results(x mat.Matrix) []Result {
	scores := d.Scores(nil, x)
	results := make([]Result, len(scores))
	for i, s := range scores {
		results[i] = d.result(s, func(j int) float64 { return x.At(i, j) })
	}
	return results
}

// result returns that of a row with a score.
func (d *Detector) result(score float64, row func(j int) float64) Result {
	r := Result{Score: score, P: d.PValue(score), Status: OK, Column: -1}
	for j := range d.Dim() {
		s := OK
		switch v := row(j); {
		case math.IsNaN(v):
			s = NotANumber
		case math.IsInf(v, 0):
			s = Infinite
		case v < d.p.Low[j] || v > d.p.High[j]:
			s = Outside
		}
		if s.rank() > r.Status.rank() {
			r.Status, r.Column = s, j
		}
	}
	return r
}

// rank orders what a row can be by what counts more.
func (s Status) rank() int {
	switch s {
	case OK:
		return 0
	case Outside:
		return 1
	case Infinite:
		return 2
	}
	return 3
}

// Stream returns what the detector says of rows, one by one, in constant memory: rows are read 256 at a time. A row may be
// overwritten when the next one is asked for. The first error ends it and is passed on, as is a row that has not Dim columns.
func (d *Detector) Stream(rows iter.Seq2[[]float64, error]) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		batch := mat.NewDense(chunk, d.Dim(), nil)
		n, read := 0, 0
		flush := func() bool {
			if n == 0 {
				return true
			}
			for _, r := range d.Results(batch.Slice(0, n, 0, d.Dim())) {
				if !yield(r, nil) {
					return false
				}
			}
			n = 0
			return true
		}
		for row, err := range rows {
			if err == nil && len(row) != d.Dim() {
				err = rowError(read, len(row), d.Dim())
			}
			if err != nil {
				if flush() {
					yield(Result{}, err)
				}
				return
			}
			batch.SetRow(n, row)
			n++
			read++
			if n == chunk && !flush() {
				return
			}
		}
		flush()
	}
}

func rowError(i, got, want int) error {
	return fmt.Errorf("anomaly: Stream: row %d: got %d numbers, want %d", i, got, want)
}
