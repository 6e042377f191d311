package dist

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// A Distribution is a distribution of rows of Dim values.
type Distribution interface {
	// Dim returns the number of columns.
	Dim() int
	// LogDensity returns log p of each row of x: n×d → n×1. It panics if x has
	// another number of columns.
	LogDensity(x autodiff.Var) autodiff.Var
	// Draw fills the rows of batch with independent samples, a fixed function
	// of the source; nil is the global source. It panics if batch has another
	// number of columns.
	Draw(batch *mat.Dense, src rand.Source)
}

// A CDFer knows the distribution function of each column.
type CDFer interface {
	// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
	CDF(dst, x []float64) []float64
	// Survival sets dst[j] = P(Xⱼ > xⱼ), accurate where it is small.
	Survival(dst, x []float64) []float64
}

// A Quantiler knows the inverse of the distribution function of each column.
type Quantiler interface {
	// Quantile sets dst[j] to the smallest x with P(Xⱼ ≤ x) ≥ pⱼ. It panics
	// unless 0 ≤ pⱼ ≤ 1.
	Quantile(dst, p []float64) []float64
}

// Moments are the mean and variance of each column: NaN where they do not
// exist, ±Inf where they diverge.
type Moments interface {
	Mean(dst []float64) []float64
	Variance(dst []float64) []float64
}

// A Moder knows a row of greatest density.
type Moder interface {
	Mode(dst []float64) []float64
}

// An Entropyer knows its differential entropy, in nats.
type Entropyer interface {
	Entropy() float64
}

// LogProb returns log p of one row. It allocates nothing in steady state.
func LogProb(d Distribution, x []float64) float64 {
	need.One("dist: LogProb", "distribution", d)
	checkLen("LogProb", len(x), d.Dim())
	t := autodiff.Borrow()
	lp := d.LogDensity(t.View(1, len(x), x)).Value()
	t.Release()
	return lp
}

// Rand draws one row from the global source into dst; nil allocates.
func Rand(d Distribution, dst []float64) []float64 {
	need.One("dist: Rand", "distribution", d)
	dst = sized("Rand", dst, d.Dim())
	d.Draw(mat.NewDense(1, len(dst), dst), nil)
	return dst
}

// sized returns dst, or a new slice of n if dst is nil.
func sized(what string, dst []float64, n int) []float64 {
	if dst == nil {
		return make([]float64, n)
	}
	checkLen(what, len(dst), n)
	return dst
}

func checkLen(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("dist: %s: got %d numbers, want %d", what, got, want))
	}
}

func checkCols(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("dist: %s: got %d columns, want %d", what, got, want))
	}
}

// hasRows reports whether there is anything to draw. It panics if a batch with rows has
// another number of columns than want.
func hasRows(what string, batch *mat.Dense, want int) bool {
	need.One("dist: "+what, "matrix", batch)
	if batch.IsEmpty() {
		return false
	}
	checkCols(what, batch.RawMatrix().Cols, want)
	return true
}

func checkDim(what string, d int) {
	if d <= 0 {
		panic(fmt.Sprintf("dist: %s: got dimension %d, want a positive one", what, d))
	}
}

func gotWant(a, b float64, want string) string {
	return fmt.Sprintf("got %v and %v, want %s", a, b, want)
}

func checkScalar(what string, v autodiff.Value) error {
	if v.IsZero() || v.Len() != 1 {
		return fmt.Errorf("dist: %s: want one number", what)
	}
	return nil
}
