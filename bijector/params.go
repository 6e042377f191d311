package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// row returns a parameter on the tape of x: 1×1, or 1×d for the d columns of x.
func row(what string, v autodiff.Value, x autodiff.Var) autodiff.Var {
	v.Check(what, x.Cols())
	return v.On(x.Tape())
}

// rowOr is row, and the constant def if v holds nothing.
func rowOr(what string, v autodiff.Value, x autodiff.Var, def float64) autodiff.Var {
	if v.IsZero() {
		return x.Tape().Scalar(def)
	}
	return row(what, v, x)
}

// sumOver returns the sum over d columns of a parameter, 1×1.
func sumOver(v autodiff.Var, d int) autodiff.Var {
	if v.Cols() == 1 {
		return v.MulConst(float64(d))
	}
	return v.RowSum()
}

// positive keeps a parameter above 0, if it holds anything.
func positive(what string, v autodiff.Value) autodiff.Value {
	if v.IsZero() {
		return v
	}
	return v.Positive(what)
}

// inside returns an error unless the numbers of v, if any, are between lo and hi.
func inside(what string, v autodiff.Value, lo, hi float64) error {
	if v.IsZero() {
		return nil
	}
	for _, x := range v.Numbers() {
		if !(x > lo && x < hi) {
			return fmt.Errorf("%s: got %v, want a number between %v and %v", what, x, lo, hi)
		}
	}
	return nil
}

// present returns an error unless v holds numbers between lo and hi.
func present(what string, v autodiff.Value, lo, hi float64) error {
	if v.IsZero() {
		return fmt.Errorf("%s: got no numbers, want at least one", what)
	}
	return inside(what, v, lo, hi)
}

// finite returns an error unless the numbers of v, if any, are finite.
func finite(what string, v autodiff.Value) error {
	return inside(what, v, math.Inf(-1), math.Inf(1))
}

// logScale adds sign·log(scale), for each of the columns of x, to the row sums l, if they are asked for.
func logScale(what string, l, x autodiff.Var, scale autodiff.Value, sign float64) autodiff.Var {
	if scale.IsZero() || l == (autodiff.Var{}) {
		return l
	}
	return l.Add(sumOver(row(what, scale, x).Log(), x.Cols()).MulConst(sign))
}
