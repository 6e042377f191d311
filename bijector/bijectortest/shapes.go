package bijectortest

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// shapes returns what is wrong with the case, or with the shapes that its
// bijector returns, without which the other laws make no sense; nil if nothing.
func (c *Case) shapes() error {
	if c.B == nil {
		return fmt.Errorf("bijectortest: got no bijector, want one")
	}
	if c.X == nil {
		return fmt.Errorf("bijectortest: got no rows X, want some of the domain of Forward")
	}
	n, d := c.X.Dims()
	if c.Context == nil && bijector.CondDim(c.B) > 0 {
		return fmt.Errorf("bijectortest: got no Context, want %d×%d", n, bijector.CondDim(c.B))
	}
	t := autodiff.NewTape()
	b := c.bind(t, c.Context)
	x := t.Matrix(c.X)
	y := b.Forward(x)
	if y.Rows() != n {
		return fmt.Errorf("bijectortest: Forward: got %d rows for %d, want as many", y.Rows(), n)
	}
	if back := b.Inverse(y); back.Rows() != n || back.Cols() != d {
		return fmt.Errorf("bijectortest: Inverse: got %d×%d, want %d×%d as x", back.Rows(), back.Cols(), n, d)
	}
	if err := logDet("ILDJ", b.ILDJ(y), n); err != nil {
		return err
	}
	_, fldj := bijector.ForwardFLDJ(b, x)
	return logDet("ForwardFLDJ", fldj, n)
}

func logDet(what string, l autodiff.Var, n int) error {
	if l.Cols() == 1 && (l.Rows() == n || l.Rows() == 1) {
		return nil
	}
	return fmt.Errorf("%s: got %d×%d, want the sum over columns: %d×1, or 1×1 if it is the same for all rows", what, l.Rows(), l.Cols(), n)
}
