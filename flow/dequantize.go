package flow

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// BitsPerDim returns the mean over rows of −log₂ p/d, for log-densities logProbs in nats of rows of
// d intensities: the bits per value that a code made from the model takes. A uniform distribution over
// k intensities has log₂ k. It panics unless there are rows and d is positive.
func BitsPerDim(logProbs []float64, d int) float64 {
	if len(logProbs) == 0 || d < 1 {
		panic(fmt.Sprintf("flow: BitsPerDim: got %d rows of %d numbers, want at least 1 of each", len(logProbs), d))
	}
	var sum float64
	for _, lp := range logProbs {
		sum += lp
	}
	return -sum / (float64(len(logProbs)) * float64(d) * math.Ln2)
}

// Dequantize sets dst to x plus independent noise, uniform between 0 and the width wⱼ of its column, and returns it; nil dst is
// allocated, nil src is the global source. There is a width for each column, and all are 1 without. The log-density of
// the sum, plus Σ log wⱼ over widths that are not 0, is, on average, a lower bound of the
// log-probability of values x on grids of these steps, such as whole numbers: Lucas Theis, Aäron van den Oord,
// Matthias Bethge, A note on the evaluation of generative models, 2015,
// arXiv:1511.01844. It panics for other widths than [Data.Dequantized] takes.
func Dequantize(dst *mat.Dense, x mat.Matrix, src rand.Source, width ...float64) *mat.Dense {
	need.One("flow: Dequantize", "matrix", x)
	n, d := x.Dims()
	width, err := widths(width, d)
	if err != nil {
		panic("flow: Dequantize: " + err.Error())
	}
	dst = roomDense("Dequantize", dst, n, d)
	sum := dst // in one piece
	if m := dst.RawMatrix(); m.Stride != m.Cols {
		sum = mat.NewDense(n, d, nil)
	}
	sum.Copy(x)
	train.AddNoise(sum.RawMatrix().Data[:n*d], width, rng.Or(src))
	if sum != dst {
		dst.Copy(sum)
	}
	return dst
}
