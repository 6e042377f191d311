package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/em"
	"github.com/normflow/normflow/internal/special"
)

// Whitener multiplies by a constant lower triangular matrix that it takes from data, so that the maps before it, or the base,
// see columns without correlations:
//
//	y = L·x,  log|det| = Σᵢ log Lᵢᵢ
//
// Initialize sets L to the Cholesky factor of the columns' covariance, whose correlations are shrunk as those of
// [github.com/normflow/normflow/dist.FitMultivariateNormal] are; their means are left to a [Standardizer]. Until then, and where
// correlations say less than Least, or rows are more than MostRows, L is the identity. At the front of a flow of maps that start as the identity, behind which there is
// a Standardizer, it makes of a standard normal base the normal distribution of the rows. Both directions cost O(d²) a row, or O(d²) a batch while L is the identity;
// Initialize costs O(n·d² + d³) for n rows.
type Whitener struct {
	L *autodiff.Param // d×d, frozen
	// Least is the number of nats a row and column by which correlations must make rows that are left out likelier.
	Least float64
	// MostRows is the number of rows for each pair of columns up to which it whitens; 0 is any number. Networks learn correlations
	// from more.
	MostRows    float64
	Initialized bool
}

// NewWhitener returns a whitener of d columns. It panics if d is not positive.
func NewWhitener(d int) *Whitener {
	w := &Whitener{L: autodiff.LearnedIdentity(d)}
	w.L.Freeze(true)
	return w
}

// Restore checks the fields.
func (w *Whitener) Restore() error {
	d, err := side("Whitener", w.L)
	if err != nil {
		return err
	}
	for j := range d {
		if v := w.L.Data()[j*d+j]; !(v > 0) {
			return fmt.Errorf("bijector: Whitener: got %v on the diagonal, row %d, want a positive number", v, j)
		}
	}
	if !(w.Least >= 0) || !(w.MostRows >= 0) {
		return fmt.Errorf("bijector: Whitener: got Least %v, MostRows %v, want at least 0", w.Least, w.MostRows)
	}
	return nil
}

// Initialize sets L from the rows of y, once.
func (w *Whitener) Initialize(y autodiff.Var) {
	d, _ := w.L.Dims()
	wantCols("Whitener", y, d)
	if w.Initialized {
		return
	}
	w.Initialized = true
	if y.Rows() < 2 || w.MostRows > 0 && float64(y.Rows()) > w.MostRows*float64(d*(d-1)/2) {
		return
	}
	if m, gain := em.Correlated(em.NewRows(y.Data(), y.Rows(), d, nil)); gain > w.Least*float64(d) {
		w.L.Set(m.Factor(0))
	}
}

func (w *Whitener) initialized() bool { return w.Initialized }

// Plain reports whether the map is the identity.
func (w *Whitener) Plain() bool {
	d, _ := w.L.Dims()
	for i, v := range w.L.Data() {
		switch {
		case i/d == i%d && v != 1, i/d > i%d && v != 0:
			return false
		}
	}
	return true
}

// on returns the matrix on the tape of rows v; plain if that is the identity.
func (w *Whitener) on(v autodiff.Var) (l autodiff.Var, plain bool) {
	d, _ := w.L.Dims()
	wantCols("Whitener", v, d)
	return v.Tape().Use(w.L), w.Plain()
}

// Forward returns L·x.
func (w *Whitener) Forward(x autodiff.Var) autodiff.Var {
	l, plain := w.on(x)
	if plain {
		return x
	}
	return x.TriMul(l, autodiff.Tri{})
}

// Inverse returns L⁻¹·y.
func (w *Whitener) Inverse(y autodiff.Var) autodiff.Var {
	l, plain := w.on(y)
	if plain {
		return y
	}
	return y.TriSolve(l, autodiff.Tri{})
}

// ILDJ returns −Σᵢ log Lᵢᵢ, 1×1.
func (w *Whitener) ILDJ(y autodiff.Var) autodiff.Var {
	d, _ := w.L.Dims()
	wantCols("Whitener", y, d)
	sum := 0.0
	for j := range d {
		sum += special.Log(w.L.Data()[j*d+j])
	}
	return y.Tape().Scalar(-sum)
}
