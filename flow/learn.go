package flow

import (
	"context"
	"fmt"

	"github.com/normflow/normflow/bijector"
)

// LearnSettings of [Learn]. The zero value, and a nil pointer, are good defaults.
type LearnSettings struct {
	// Seed decides everything random.
	Seed uint64
	// Budget bounds the work of training, in multiply-adds: a training step of b rows counts as
	// b·(3·w + 10·v), for w numbers in the model's parameters and v numbers that a row takes on a tape.
	// 0 is 8·10¹¹, about a minute of one core for 10,000 rows of ten columns. The same budget
	// gives the same model on any machine; for a limit of time cancel the context.
	Budget int64
	// Checkpoint is a file that keeps what has been fitted. If it exists, learning goes on from
	// there, bit for bit as if it had never stopped; data and settings must be the same.
	Checkpoint string
	// Map is a fixed map from ℝᵈ onto where rows can be, such as a prior's from normal numbers; it
	// stands at the data's end of the model. Nil is none.
	Map bijector.Bijector
	// Candidates are the kinds of model to try; nil is [Candidates].
	Candidates []Candidate
	// KeepRows adds a kernel density, which keeps the rows in the model and its file.
	KeepRows bool
	// Robust is for rows some of which may be wrong: those that are far from all others, by
	// the columns' medians and quartiles, are left out, and the report counts them.
	Robust bool
	// Single makes a model of the one candidate that is best by itself: smaller, and faster to score.
	Single bool
}

const defaultBudget = 800e9

// Learn returns a density of the data's rows, given their contexts if there are any, and a report
// on data and model. It looks at the data, fits all candidates to a part of the rows, and stacks them: the
// model is a mixture
//
//	p(y) = Σₖ wₖ·pₖ(y)
//
// whose weights make the rows that the candidates have not seen most likely. Below 1500 rows each
// candidate is fitted five times, to four fifths of the rows, and these fits are averaged; else once, to
// nine tenths. One part is a Student t, or a linear regression with such residuals, with a weight of at
// least 1/1000: no row, however far from the data, has a log-density more than 7 below that of this part.
// Nil settings are the defaults.
//
// The result is a fixed function of data and settings, on any machine and any number of cores. It scores,
// samples and is saved like any other model, but [Transformed.Encode] is of no use: before the last maps
// there is a mixture.
//
// Rows with a weight, see [Data.Weighted], count as so many; those of weight 0 are left out. Columns whose
// rows are all the same number become a point mass: the density is that of the other columns, and 0 for
// rows with another number there. Streams are read once, and kept as far as memory for 2·10⁷ numbers goes,
// a random part of them if there are more; of endless samples 20,000 are drawn.
//
// Rows with NaN or infinite numbers, or outside the range of Settings.Map, are an error that names the
// first; so are fewer than two rows, and rows that are all the same. When ctx is done, Learn returns its
// error, and with Settings.Checkpoint can be called again to go on.
func Learn(ctx context.Context, data Data, s *LearnSettings) (*Transformed, *Report, error) {
	var c LearnSettings
	if s != nil {
		c = *s
	}
	m, r, err := learn(ctx, data, c)
	if err != nil {
		return nil, nil, fmt.Errorf("flow: Learn: %w", err)
	}
	return m, r, nil
}

func learn(ctx context.Context, data Data, s LearnSettings) (*Transformed, *Report, error) {
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	rows, err := data.gather(s.Seed)
	if err != nil {
		return nil, nil, err
	}
	l := &learner{LearnSettings: s, report: new(Report)}
	if err := l.prepare(rows); err != nil {
		return nil, nil, err
	}
	if err := l.fit(ctx); err != nil {
		return nil, nil, err
	}
	m, err := l.stack(ctx)
	if err != nil {
		return nil, nil, err
	}
	return m, l.report, nil
}

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
