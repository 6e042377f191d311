package anomaly

import (
	"errors"
	"fmt"
	"io"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
)

// Attach adds the detector to a model as a section of its file, see [flow.Section]: whoever loads the file
// must import this package. It must not be called while others use m.
func (d *Detector) Attach(m *flow.Transformed) { m.Attach(&d.p) }

// Of returns the detector that was attached to a model, or loaded with it, and whether there is one.
func Of(m *flow.Transformed) (*Detector, bool) {
	need.One("anomaly: Of", "model", m)
	var p *section
	if !m.Section(&p) {
		return nil, false
	}
	d, err := p.detector()
	return d, err == nil
}

// Save writes the detector to w, as a section of a model of independent normal columns. See [flow.Transformed.Save].
func (d *Detector) Save(w io.Writer) error {
	m := flow.New(dist.NewStdNormal(d.Dim()), bijector.NewDiagonal(autodiff.Fixed(d.p.Scale...), autodiff.Fixed(d.p.Loc...)))
	d.Attach(m)
	return m.Save(w)
}

// Alone reports whether a model was written by [Detector.Save]: its density is no answer to anything then, only its detector is.
func Alone(m *flow.Transformed) bool {
	need.One("anomaly: Alone", "model", m)
	var p *section
	if _, normal := m.Base.(*dist.StdNormal); !normal || len(m.Map) != 1 || !m.Section(&p) {
		return false
	}
	_, diagonal := m.Map[0].(*bijector.Diagonal)
	return diagonal
}

// Load reads a detector that [Detector.Save] has written, or that was attached to a model's file. It is the same to
// the last bit.
func Load(r io.Reader) (*Detector, error) {
	need.One("anomaly: Load", "reader", r)
	m, err := flow.Load(r)
	if err != nil {
		return nil, fmt.Errorf("anomaly: Load: %w", err)
	}
	d, ok := Of(m)
	if !ok {
		return nil, errors.New("anomaly: Load: got a model without a detector")
	}
	return d, nil
}
