package train

import (
	"fmt"
	"strings"

	"github.com/normflow/normflow/internal/plain"
)

// An Identity tells trainings apart, to see whether a checkpoint belongs to one.
type Identity struct {
	Model    string // its architecture, as JSON
	Training string // what else must be the same, one thing a line: "what: value"
	Plan     string // what must be the same unless a finished training is extended
}

// Difference says where another identity first differs, or "".
func (id Identity) Difference(from Identity) string {
	if diff := plain.Difference(from.Model, id.Model); diff != "" {
		return diff
	}
	if diff := differentLine(from.Training, id.Training); diff != "" {
		return diff
	}
	return differentLine(from.Plan, id.Plan)
}

func differentLine(from, to string) string {
	got, want := strings.Split(from, "\n"), strings.Split(to, "\n")
	for i, w := range want {
		g := "nothing"
		if i < len(got) {
			g = got[i]
		}
		if g == w {
			continue
		}
		what, is, _ := strings.Cut(w, ": ")
		if was, same := strings.CutPrefix(g, what+": "); same {
			return fmt.Sprintf("%s: got %s, want %s", what, was, is)
		}
		return fmt.Sprintf("got %s, want %s", g, w)
	}
	return ""
}
