package masked

import (
	"fmt"

	"github.com/normflow/normflow/autodiff/nn"
)

// A Spec says how a [MADE] is connected.
type Spec struct {
	Dim     int           // columns
	Inputs  int           // values of a column, such as a one-hot code; 0 means 1
	Hidden  []int         // widths of hidden layers; of residual blocks, all the same
	Outputs int           // values for each column
	Cond    int           // width of the context, 0 for none
	Act     nn.Activation // between layers
	// Residual makes blocks h + B(act(A(act(h)))) of two layers.
	Residual bool
	// Direct adds a linear map of the columns before to the outputs.
	Direct bool
	// Order lists the columns in their order; nil is the natural one.
	Order []int
	// Degrees are those of the units, for each hidden layer, or one list that is
	// shared by all residual blocks. NewMADE sorts them; nil means
	// SequentialDegrees, from 0 if there is a context.
	Degrees [][]int
}

// inputs returns the number of values in a column.
func (s *Spec) inputs() int { return max(s.Inputs, 1) }

// check returns an error unless the specification is valid; it leaves checking
// the degrees to the network.
func (s *Spec) check() error {
	if s.Dim < 1 || s.Inputs < 0 || s.Outputs < 1 || s.Cond < 0 {
		return fmt.Errorf("masked: MADE: got Dim %d, Inputs %d, Outputs %d, Cond %d, want at least 1, 0, 1, 0", s.Dim, s.Inputs, s.Outputs, s.Cond)
	}
	for _, h := range s.Hidden {
		if h < 1 {
			return fmt.Errorf("masked: MADE: got hidden widths %v, want at least 1", s.Hidden)
		}
		if s.Residual && h != s.Hidden[0] {
			return fmt.Errorf("masked: MADE: got residual blocks of widths %v, want equal ones", s.Hidden)
		}
	}
	if s.Direct && len(s.Hidden) == 0 {
		return fmt.Errorf("masked: MADE: got Direct and no hidden layer, want at least one")
	}
	if s.Residual && len(s.Hidden) == 0 {
		return fmt.Errorf("masked: MADE: got no residual blocks, want at least one")
	}
	if err := s.Act.Check(); err != nil {
		return err
	}
	return checkOrder(s.Order, s.Dim)
}
