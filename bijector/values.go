package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// nonzero returns the factor v, made to keep its sign if it is learned. It
// panics if an element is 0 or, for a learned value, if signs differ.
func nonzero(what string, v autodiff.Value) autodiff.Value {
	v.Check("bijector: "+what, 0)
	must(checkNonzero(what, v))
	if v.Constant || v.Min >= 0 || v.Max <= 0 {
		return v
	}
	if v.Numbers()[0] < 0 {
		return v.Within("bijector: "+what, math.Inf(-1), 0)
	}
	return v.Positive("bijector: " + what)
}

// checkNonzero returns an error if the value is empty or has a 0.
func checkNonzero(what string, v autodiff.Value) error {
	if v.IsZero() {
		return fmt.Errorf("bijector: %s: got an empty Value, want Fixed or Learned numbers", what)
	}
	if err := checkRow(what, v); err != nil {
		return err
	}
	for j, x := range v.Numbers() {
		if x == 0 || math.IsNaN(x-x) {
			return fmt.Errorf("bijector: %s: got %v as number %d, want finite numbers other than 0", what, x, j)
		}
	}
	return nil
}

// checkRow returns an error unless the elements of the value stand in one row.
func checkRow(what string, v autodiff.Value) error {
	if r, c := v.Param.Dims(); r != 1 {
		return fmt.Errorf("bijector: %s: got %d×%d numbers, want one row", what, r, c)
	}
	return nil
}

// checkLen returns an error unless the value is empty, a scalar or has d elements.
func checkLen(what string, v autodiff.Value, d int) error {
	if v.IsZero() {
		return nil
	}
	if n := v.Len(); n != 1 && n != d {
		return fmt.Errorf("bijector: %s: got %d numbers, want 1 or %d", what, n, d)
	}
	return checkRow(what, v)
}

// checkDiag returns an error unless the value has d elements, none of them 0.
func checkDiag(what string, v autodiff.Value, d int) error {
	if err := checkNonzero(what, v); err != nil {
		return err
	}
	if v.Len() != d {
		return fmt.Errorf("bijector: %s: got %d numbers, want %d", what, v.Len(), d)
	}
	return nil
}

// checkDims returns an error unless p is a rows×cols matrix.
func checkDims(what string, p *autodiff.Param, rows, cols int) error {
	if p == nil {
		return fmt.Errorf("bijector: %s: got no matrix, want %d×%d", what, rows, cols)
	}
	if r, c := p.Dims(); r != rows || c != cols {
		return fmt.Errorf("bijector: %s: got %d×%d, want %d×%d", what, r, c, rows, cols)
	}
	return nil
}

// side returns the number of rows of a square matrix.
func side(what string, p *autodiff.Param) (int, error) {
	if p == nil {
		return 0, fmt.Errorf("bijector: %s: got no matrix, want a square one", what)
	}
	r, _ := p.Dims()
	return r, checkDims(what, p, r, r)
}

// add returns x + v, or x if v is empty. It panics unless v is a scalar or has an element
// per column.
func add(x autodiff.Var, v autodiff.Value) autodiff.Var {
	if v.IsZero() {
		return x
	}
	return x.Add(row("bijector: shift", v, x))
}

// sub returns x − v, or x if v is empty; it panics like add.
func sub(x autodiff.Var, v autodiff.Value) autodiff.Var {
	if v.IsZero() {
		return x
	}
	return x.Sub(row("bijector: shift", v, x))
}
