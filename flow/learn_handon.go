package flow

import (
	"context"
	"slices"
)

// A training is how a flow of a fold was trained.
type training struct {
	fold   *Fold
	name   string
	model  *Transformed
	recipe recipe
	steps  int     // of the last time
	spent  int     // steps of all times
	open   bool    // it was still getting better at its last steps
	hoped  float64 // nats a row by which as many steps more may make it better
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
		t.hoped = 0.5 * max(result.History[0].Validation-result.Loss, 0)
	}
	return err
}

const (
	mostHanded = 0.25 // of the budget
	price      = 0.2  // nats a row that the mixture of all candidates must hope to gain for work, as a share of the budget
)

// handsOn reports whether trainings may go on: of flows without contexts, fitted once.
func (l *learner) handsOn() bool { return len(l.folds) == 1 && l.data.Contexts == nil }

// handOn gives what other candidates have left of the budget, at most a quarter of it, to trainings that were still getting better in the
// end: as many steps as they had, again and again while the mixture of all may gain by it. To be hoped for is what the second half of the
// steps gained, and then half of what the last time did.
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
	for going := open; len(going) > 0; {
		use, _, w := l.weighTasks(f, tasks)
		if w == nil {
			break
		}
		share, worth := left/float64(len(going)), []*task(nil)
		for _, t := range going {
			r := t.training
			t.more = min(r.steps, int(share/r.work(1)))
			hoped := w[slices.Index(use, t.candidate)] * r.hoped
			if work := r.work(t.more); r.open && t.more >= 10*r.recipe.every && hoped >= price*work/float64(l.Budget) {
				left -= work
				worth = append(worth, t)
			}
		}
		going = worth
		if err := l.runTasks(ctx, going, l.goOn); err != nil {
			return err
		}
	}
	return l.remember(open...)
}

// goOn goes on with the training of a task.
func (l *learner) goOn(ctx context.Context, t *task) error {
	if err := t.training.goOn(ctx, t.more); err != nil {
		return err
	}
	t.held = l.folds[t.fold].judge(t.model)
	return nil
}
