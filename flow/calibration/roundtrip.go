package calibration

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// An Encoder maps rows to its base and back, as a flow does.
type Encoder interface {
	Encode(dst *mat.Dense, y mat.Matrix) *mat.Dense
	Decode(dst *mat.Dense, x mat.Matrix) *mat.Dense
}

// A RoundTripError is the error of encoding and decoding rows.
type RoundTripError struct {
	Greatest    float64 // of |y′ − y| / max(1, |y|)
	Row, Column int     // where
	Nonfinite   int     // values that did not come back finite
	N           int     // rows
}

// RoundTrip encodes and decodes rows and compares: far above 1e−10 the inverse
// has lost digits there, and with it the log-density.
//
// It panics if y has other columns than the model.
func RoundTrip(m Encoder, y mat.Matrix) *RoundTripError {
	need.One("calibration: RoundTrip", "model", m)
	need.One("calibration: RoundTrip", "matrix", y)
	back := m.Decode(nil, m.Encode(nil, y))
	n, d := y.Dims()
	r := &RoundTripError{N: n}
	for i := range n {
		for j := range d {
			v := y.At(i, j)
			e := math.Abs(back.At(i, j)-v) / max(1, math.Abs(v))
			switch {
			case math.IsNaN(e) || math.IsInf(e, 0):
				r.Nonfinite++
			case e > r.Greatest:
				r.Greatest, r.Row, r.Column = e, i, j
			}
		}
	}
	return r
}

// String returns the greatest error and where it is.
func (r *RoundTripError) String() string {
	s := fmt.Sprintf("round trip of %d rows: greatest relative error %.2g", r.N, r.Greatest)
	if r.Greatest > 0 {
		s += fmt.Sprintf(" (row %d, column %d)", r.Row, r.Column)
	}
	if r.Nonfinite > 0 {
		s += fmt.Sprintf("; %d numbers did not come back", r.Nonfinite)
	}
	return s
}
