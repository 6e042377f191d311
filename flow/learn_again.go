package flow

import (
	"context"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
)

const (
	evened = 0.5 // of what a mixture is ahead of the best in it, that more of the same are hoped to gain
	whole  = 0.9 // of the work that a candidate may take: who took more was cut short
)

// again trains flows of rows with contexts once more, from other weights, with what others have left of the budget, at most a quarter of
// it. These overfit before their steps are over, so that more of them are of no use, but errors of two trainings differ and even out. By
// how much, the mixture of all tells: it is ahead of the best of them alone. A flow that the budget cut short is not trained again.
//
// B. Lakshminarayanan, A. Pritzel, C. Blundell, Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles, 2017,
// arXiv:1612.01474.
func (l *learner) again(ctx context.Context, tasks []*task) error {
	f := l.folds[0]
	use, lps, w := l.weighTasks(f, tasks)
	if w == nil {
		return nil
	}
	alone := mixed(lps, bestAlone(lps, f.HeldWeights))
	hoped := evened * (kernel.Mean(mixed(lps, w), f.HeldWeights) - kernel.Mean(alone, f.HeldWeights))
	left := float64(l.Budget)
	var cheap, worth []*task
	for _, t := range tasks {
		left -= t.spent
		switch c, i := l.tried[t.candidate], slices.Index(use, t.candidate); {
		case !c.trained:
			cheap = append(cheap, t)
		case i >= 0 && c.again && t.spent < whole*f.Work && w[i]*hoped >= price*t.spent/float64(l.Budget):
			worth = append(worth, t)
		}
	}
	share := min(left, mostHanded*float64(l.Budget)) / float64(len(worth))
	before := l.stacked(f, cheap)
	var twins []*task
	for _, t := range worth {
		c := l.tried[t.candidate]
		other := &Fold{X: f.X, Held: f.Held, Context: f.Context, HeldContext: f.HeldContext, Weights: f.Weights, HeldWeights: f.HeldWeights,
			Seed: f.Seed + 1, Work: min(t.spent, share), stack: before, beside: f.beside, budget: f.budget}
		fit := c.Fit
		c.Name, c.Fit = c.Name+" again", func(ctx context.Context, _ *Fold) (*Transformed, error) { return fit(ctx, other) }
		twin := &task{candidate: len(l.tried), name: c.Name + "/0"}
		l.tried, l.tasks, twins = append(l.tried, c), append(l.tasks, []*task{twin}), append(twins, twin)
	}
	return l.runTasks(ctx, twins, l.runTask)
}
