package anomaly

import "fmt"

// Settings of [Learn] and [Outliers]. The zero value, and a nil pointer, are good defaults.
type Settings struct {
	// Seed decides everything random.
	Seed uint64
	// Budget bounds the work of training the flows, in multiply-adds: a step of b rows counts as 3·b·w for w numbers
	// in the flow's parameters. 0 is 8·10¹¹, about half a minute of one core; few columns or rows need less. The same budget
	// gives the same detector on any machine; for a limit of time cancel the context.
	Budget int64
}

const defaultBudget = 800e9

// orDefault returns the settings with zero fields replaced.
func (s *Settings) orDefault() (Settings, error) {
	var c Settings
	if s != nil {
		c = *s
	}
	if c.Budget < 0 {
		return c, fmt.Errorf("Settings.Budget: got %d, want at least 0", c.Budget)
	}
	if c.Budget == 0 {
		c.Budget = defaultBudget
	}
	return c, nil
}
