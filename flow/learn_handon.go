package flow

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// A training is how a flow of a fold was trained.
type training struct {
	fold   *Fold
	name   string
	model  *Transformed
	recipe recipe
	steps  int  // of the last time
	spent  int  // steps of all times
	open   bool // it was still getting better at its last steps
}

// note keeps how a flow was trained.
func (f *Fold) note(t *training) {
	if f.outer != nil {
		f.outer.note(t)
		return
	}
	f.trainedLock.Lock()
	defer f.trainedLock.Unlock()
	f.trainings = append(f.trainings, t)
}

// trainingOf returns how a candidate's model was trained, nil if it was not.
func (f *Fold) trainingOf(m *Transformed) *training {
	params := m.Params()
	f.trainedLock.Lock()
	defer f.trainedLock.Unlock()
	for _, t := range f.trainings {
		if own := t.model.Params(); len(own) > 0 && slices.Contains(params, own[0]) {
			return t
		}
	}
	return nil
}

// work is the multiply-adds of some steps.
func (t *training) work(steps int) float64 {
	return float64(steps) * float64(t.recipe.batch) * t.model.work()
}

// goOn trains the flow for some steps more, at rates that fall once more; it stays as it was if that makes it no better.
func (t *training) goOn(ctx context.Context, steps int) error {
	f, r := t.fold, t.recipe
	data, held := f.data()
	r.patience = max(r.patience, steps/r.every/2)
	result, err := Fit(ctx, t.model, data, r.settings(steps, held, f.source(t.name+" on").Uint64()+uint64(t.steps)))
	if err == nil {
		t.steps += result.Steps
		t.spent += result.Steps
		t.open = result.Best > result.Steps/2
	}
	return err
}

const (
	openWeight = 0.05 // in the mixture of all candidates, from which on a training is worth going on with
	openGain   = 0.02 // nats a row by which it must get better each time
	mostHanded = 0.25 // of the budget
)

// handsOn reports whether trainings may go on: of flows without contexts, fitted once.
func (l *learner) handsOn() bool { return len(l.folds) == 1 && l.data.Contexts == nil }

// handOn gives what other candidates have left of the budget, at most a quarter of it, to trainings that were still getting better in the
// end: as many steps as they had, again and again while there is something to gain.
func (l *learner) handOn(ctx context.Context, tasks []*task) error {
	f := l.folds[0]
	left := float64(l.Budget)
	var open []*task
	for _, t := range tasks {
		switch {
		case l.tried[t.candidate].trained:
			left -= t.spent
		case !l.tried[t.candidate].Steady:
			left -= f.Work
		}
		if t.training != nil && t.training.open {
			open = append(open, t)
		}
	}
	if len(open) == 0 {
		return nil
	}
	left = min(left, mostHanded*float64(l.Budget))
	use, _, w := l.weighTasks(f, tasks)
	going := slices.Clone(open)
	going = slices.DeleteFunc(going, func(t *task) bool { return w == nil || w[slices.Index(use, t.candidate)] < openWeight })
	for {
		going = slices.DeleteFunc(going, func(t *task) bool { return !t.training.open })
		if len(going) == 0 {
			break
		}
		share := left / float64(len(going))
		for _, t := range going {
			t.more = min(t.training.steps, int(share/t.training.work(1)))
			left -= t.training.work(t.more)
		}
		going = slices.DeleteFunc(going, func(t *task) bool { return t.more < t.training.recipe.every*10 })
		if err := l.runTasks(ctx, going, l.goOn); err != nil {
			return err
		}
	}
	return l.remember(open...)
}

// goOn goes on with the training of a task.
func (l *learner) goOn(ctx context.Context, t *task) error {
	f := l.folds[t.fold]
	before := stat.Mean(t.held, f.HeldWeights)
	if err := t.training.goOn(ctx, t.more); err != nil {
		return err
	}
	t.held = f.judge(t.model)
	t.training.open = t.training.open && stat.Mean(t.held, f.HeldWeights) > before+openGain
	return nil
}
