package flow

import (
	"fmt"

	"github.com/normflow/normflow/bijector"
)

// LearnSettings of [Learn]. The zero value, and a nil pointer, are good defaults.
type LearnSettings struct {
	// Seed decides everything random.
	Seed uint64
	// Budget bounds the work of training, in multiply-adds: a training step of b rows counts as
	// b·(3·w + 10·v), for w elements of the model's parameters and v values that a row takes on a tape.
	// 0 is 8·10¹¹, about a minute of one core for 10,000 rows of ten columns. The same budget
	// gives the same model on any machine; for a limit of time cancel the context.
	Budget int64
	// Checkpoint is a file that keeps what has been fitted. If it exists, learning goes on from
	// there, bit for bit as if it had never stopped; data and settings must be the same.
	Checkpoint string
	// Map is a fixed map from ℝᵈ onto where rows can be, such as a prior's from normal samples; it
	// stands at the data's end of the model. Nil is none.
	Map bijector.Bijector
	// Candidates are the kinds of model to try; nil is [Candidates].
	Candidates []Candidate
	// KeepRows adds a kernel density, which keeps the rows in the model and its file.
	KeepRows bool
	// Robust is for rows some of which may be wrong, and not much more than a tenth of them: left out are
	// those that are far from all others by the columns' medians and quartiles, and those that a contamination explains better than
	// a mixture of t distributions of the other rows does, which is fitted for this up to three times: rows from Cauchy distributions of the
	// columns, one by one, and rows with one value from these; and, if the rows are clearly likelier so, those of a cloud of at most an eighth of the rows that
	// is normal column by column and wider than the others by one factor in all. The report counts them. Wrong rows that lie
	// closely together cannot be told from right ones: they stay, and take their share of the density. It costs up to nine fits of a mixture of K parts
	// to n rows of d columns, each with n·K·d³ multiply-adds more.
	Robust bool
	// Single makes a model of the one candidate that is best by itself: smaller, and faster to score. Below 1500 rows flows stop from their twelfth
	// record on if they are on the way to stay behind the best candidate before.
	Single bool
}

const defaultBudget = 800e9

func (s *LearnSettings) check() error {
	if s.Budget < 0 {
		return fmt.Errorf("LearnSettings.Budget: got %d, want at least 0", s.Budget)
	}
	setDefault(&s.Budget, defaultBudget)
	if s.Candidates == nil {
		s.Candidates = Candidates()
	}
	seen := map[string]bool{}
	for i, c := range s.Candidates {
		if c.Name == "" || c.Fit == nil || seen[c.Name] {
			return fmt.Errorf("LearnSettings.Candidates: got number %d with name %q, want each with a name of its own and a function", i, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}
