package flow

import (
	"errors"
	"sync"

	"github.com/normflow/normflow/autodiff"
)

// inTraining has the parameters that trainings are changing.
var inTraining sync.Map // of *autodiff.Param

var errTwoTrainings = errors.New("got a model with a parameter that another training is changing: wait for its end, or train a copy")

// claim takes the model's parameters that are not frozen for one training, until release is called,
// and has them changed.
func (m *Transformed) claim() (release func(), err error) {
	var mine []*autodiff.Param
	release = func() {
		for _, p := range mine {
			p.Changed()
			inTraining.Delete(p)
		}
	}
	for _, p := range m.Params() {
		if p.Frozen() {
			continue
		}
		if _, taken := inTraining.LoadOrStore(p, nil); taken {
			release()
			return nil, errTwoTrainings
		}
		p.Changed()
		mine = append(mine, p)
	}
	return release, nil
}
