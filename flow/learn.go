package flow

import (
	"context"
	"fmt"
)

// Learn returns a density of the data's rows, given their contexts if there are any, and a report
// on data and model. It looks at the data, fits all candidates to a part of the rows, and stacks them: the
// model is a mixture
//
//	p(y) = Σₖ wₖ·pₖ(y)
//
// whose weights make the rows that the candidates have not seen most likely. Below 1500 rows each
// candidate is fitted five times, to four fifths of the rows, and these fits are averaged; else once, to
// nine tenths. Flows are trained after the other candidates, with one fit those that are seldom worth much last, and stop early where they come to
// nothing beside the candidates before: from a quarter of their steps on, if they are on the way to a held-out log-density that is .1
// behind, and would add less than .002 to it, or, with one fit and without contexts, add less than .02 for each tenth of the budget. Those without
// contexts go back to their best and come to an end where held-out rows become less likely from record to record. With one fit and without contexts, what is left
// of the budget, up to a quarter of it, goes to those that were still getting better, as far as that can be hoped to gain .02 nats for
// each tenth of the budget; with contexts it goes to second trainings of flows from other weights, where the mixture's lead over the best
// flow alone lets hope for as much. Flows given contexts, but those of [LikelihoodCandidates], are judged from record to record beside the candidates before, which get a weight of
// .01: few rows that a flow alone has far out do not decide. One part is a Student t, or a linear regression with such residuals, with a weight of at
// least 1/1000: no row, however far from the data, has a log-density more than 7 below that of this part.
// Nil settings are the defaults.
//
// The result is a fixed function of data and settings, on any machine and any number of cores. It scores,
// samples and is saved like any other model, but [Transformed.Encode] is of no use: before the last maps
// there is a mixture.
//
// Rows with a weight, see [Data.Weighted], count as so many; those of weight 0 are left out. Columns whose
// rows all have the same value become a point mass: the density is that of the other columns, and 0 for
// rows with another value there. Streams are read once, and kept as far as memory for 2·10⁷ values goes,
// a random part of them if there are more; of endless samples 20,000 are drawn.
//
// Rows with NaN or infinite values, or outside the range of Settings.Map, are an error that names the
// first; so are fewer than two rows, and rows that are all the same. When ctx is done, Learn returns its
// error, and with Settings.Checkpoint can be called again to go on.
func Learn(ctx context.Context, data Data, s *LearnSettings) (*Transformed, *Report, error) {
	if ctx == nil {
		panic("flow: Learn: got no context.Context, want one such as context.Background()")
	}
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
	l.report.cover(rows, s.Seed)
	return m, l.report, nil
}
