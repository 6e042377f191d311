package flow

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/normflow/normflow/internal/need"
)

// A liftedSection makes the file of a [Lifted] of that of its model: the lift, and how many draws score.
type liftedSection struct {
	By    Lift
	Draws int
}

const liftedName = "flow.lifted"

func init() {
	RegisterSection(Section{Name: liftedName, Version: 1, Required: true, Type: (*liftedSection)(nil)})
}

// Restore checks the fields.
func (s *liftedSection) Restore() error {
	if s.By == nil || s.Draws < 1 {
		return fmt.Errorf("flow: Lifted: got lift %v and %d draws, want a lift and at least 1", s.By, s.Draws)
	}
	return nil
}

// Save writes the distribution to w as [Transformed.Save] writes its model, with the lift as a section beside it. [LoadLifted] makes an equal one
// of it, to the last bit; [Load] refuses the file. A lift of one's own is registered first, see [Register]. Errors are those of
// [Transformed.Save].
func (l *Lifted) Save(w io.Writer) error {
	s := &liftedSection{l.By, l.Draws}
	if err := s.Restore(); err != nil {
		return err
	}
	m := *l.Of
	m.Attach(s)
	return m.Save(w)
}

// LoadLifted reads a distribution that [Lifted.Save] has written. What [Load] says of files from anywhere is true of it.
func LoadLifted(r io.Reader) (*Lifted, error) {
	need.One("flow: LoadLifted", "reader", r)
	m, err := load(r)
	if err == nil {
		var l *Lifted
		if l, err = m.lifted(); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("flow: LoadLifted: %w", err)
}

// lifted returns what the section makes of a loaded model, without the section.
func (m *Transformed) lifted() (*Lifted, error) {
	var s *liftedSection
	if !m.Section(&s) {
		return nil, errors.New("got the file of a model without a lift, want one that Lifted.Save wrote; Load reads it")
	}
	m.sections = slices.DeleteFunc(m.sections, func(a attached) bool { return a.name == liftedName })
	if x, _, _ := s.By.Dims(); x != m.Dim() {
		return nil, fmt.Errorf("got a model of %d columns, want %d", m.Dim(), x)
	}
	return &Lifted{Of: m, By: s.By, Draws: s.Draws}, nil
}
