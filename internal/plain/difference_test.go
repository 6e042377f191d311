package plain_test

import (
	"testing"

	"github.com/normflow/normflow/internal/plain"
)

func TestDifference(t *testing.T) {
	for _, c := range []struct{ got, want, text string }{
		{`{"A":[1,2]}`, `{"A":[1,2]}`, ""},
		{`{"A":[1,2],"B":"x"}`, `{"A":[1,3],"B":"y"}`, "A.1: got 2, want 3"},
		{`{"M":[{"kind":"exp"}]}`, `{"M":[{"kind":"tanh"}]}`, `M.0.kind: got "exp", want "tanh"`},
		{`{"A":[1,2],"B":0}`, `{"A":[1],"B":0}`, "got A.1: 2, want B: 0"},
		{`{"A":[1,2]}`, `{"A":[1]}`, "got A.1: 2, want no more"},
		{`{"A":[1]}`, `{"A":[1,2]}`, "got no more, want A.1: 2"},
		{`{"A":[]}`, `{"A":{}}`, `got {"A":[]}, want {"A":{}}`},
		{`{"A":1,`, `{"A":1}`, `got {"A":1,, want {"A":1}`},
	} {
		if text := plain.Difference(c.got, c.want); text != c.text {
			t.Errorf("%s and %s: got %q, want %q", c.got, c.want, text, c.text)
		}
	}
}
