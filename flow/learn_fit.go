package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// fit fits the candidates: all in the first fold, in the others those that are of use there; those that are trained after the others.
func (l *learner) fit(ctx context.Context) error {
	for _, c := range l.Candidates {
		if c.Conditional == (l.data.Contexts != nil) && (l.KeepRows || !c.Rows) && l.data.Len() >= c.Least {
			l.tried = append(l.tried, c)
		}
	}
	if len(l.tried) == 0 {
		return errNoCandidate
	}
	l.makeFolds()
	if err := l.openCheckpoint(); err != nil {
		return fmt.Errorf("checkpoint %s: %w", l.Checkpoint, err)
	}
	l.tasks = make([][]*task, len(l.tried))
	for i := range l.folds {
		var waves [3][]*task
		var tasks []*task
		for k, c := range l.tried {
			if i > 0 && l.useless(k) {
				continue
			}
			t := &task{candidate: k, fold: i, name: fmt.Sprintf("%s/%d", c.Name, i)}
			l.tasks[k] = append(l.tasks[k], t)
			w := c.wave()
			if len(l.folds) > 1 { // what the first is judged by is of use in all: nothing is cut short beside other flows
				w = min(w, 1)
			}
			waves[w] = append(waves[w], t)
		}
		for _, wave := range waves {
			if err := l.runTasks(ctx, wave, l.runTask); err != nil {
				return err
			}
			tasks = append(tasks, wave...)
			l.folds[i].stack = l.stacked(l.folds[i], tasks)
		}
		switch {
		case l.handsOn():
			if err := l.handOn(ctx, tasks); err != nil {
				return err
			}
		case len(l.folds) == 1 && !l.Single:
			if err := l.again(ctx, tasks); err != nil {
				return err
			}
		}
	}
	return nil
}

// stacked returns the log-densities of a fold's held-out rows by the best mixture of what tasks gave, or by the best of them if one will be taken; nil if
// that is nothing.
func (l *learner) stacked(f *Fold, tasks []*task) []float64 {
	use, lps, w := l.weighTasks(f, tasks)
	if len(use) > 0 && f.single {
		w = bestAlone(lps, f.HeldWeights)
	}
	if len(use) == 0 || w == nil {
		return nil
	}
	return mixed(lps, w)
}

// weighTasks returns the candidates that tasks of a fold could fit, their log-densities of the held-out rows, and their weights in the best
// mixture, nil if nothing can be said.
func (l *learner) weighTasks(f *Fold, tasks []*task) (use []int, lps [][]float64, w []float64) {
	for _, t := range tasks {
		if t.model != nil {
			use, lps = append(use, t.candidate), append(lps, t.held)
		}
	}
	if len(use) == 0 {
		return nil, nil, nil
	}
	w, err := l.weigh(use, lps, f.HeldWeights)
	if err != nil {
		return use, lps, nil
	}
	return use, lps, w
}

// runTasks does something with tasks on all cores.
func (l *learner) runTasks(ctx context.Context, tasks []*task, do func(ctx context.Context, t *task) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	var panicked any
	for range min(runtime.GOMAXPROCS(0), len(tasks)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() {
				if r := recover(); r != nil {
					mu.Lock()
					panicked = r
					mu.Unlock()
				}
			}()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(tasks) {
					return
				}
				if err := do(ctx, tasks[i]); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					return
				}
			}
		}()
	}
	wg.Wait()
	if panicked != nil {
		panic(panicked) // on the caller's goroutine, where it can be recovered
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return failed
}

// runTask does a task, or takes its result from the checkpoint, and returns an error if learning must end.
func (l *learner) runTask(ctx context.Context, t *task) error {
	f := l.folds[t.fold]
	found, err := l.recall(t)
	if err != nil {
		return fmt.Errorf("checkpoint %s: %s: %w", l.Checkpoint, t.name, err)
	}
	if !found {
		m, err := l.tried[t.candidate].Fit(ctx, f)
		if e := ctx.Err(); e != nil {
			return e
		}
		if err != nil {
			t.note = err.Error()
		} else {
			t.model = m
			if t.training = f.trainingOf(m); t.training != nil {
				t.spent = t.training.work(t.training.spent)
			}
		}
	}
	if t.model != nil {
		t.held = f.judge(t.model)
	}
	if !found && !(l.handsOn() && t.training != nil && t.training.open) { // it may go on
		return l.remember(t)
	}
	return nil
}

// judge returns log p of the held-out rows, −Inf where it is NaN.
func (f *Fold) judge(m *Transformed) []float64 {
	if f.HeldContext != nil {
		m = m.Given(f.HeldContext)
	}
	lps := m.LogProbs(nil, f.Held)
	for i, lp := range lps {
		if math.IsNaN(lp) {
			lps[i] = math.Inf(-1)
		}
	}
	return lps
}

var errNoCandidate = errors.New("no candidate could be fitted")

// refit fits a steady candidate to all rows.
func (l *learner) refit(ctx context.Context, k int) (*Transformed, error) {
	first := l.folds[0]
	all := &Fold{X: l.data.Rows, Held: first.Held, Context: l.data.Contexts, HeldContext: first.HeldContext,
		Weights: l.data.Weights, HeldWeights: first.HeldWeights, Seed: first.Seed, Work: first.Work, budget: first.budget}
	return l.tried[k].Fit(ctx, all)
}
