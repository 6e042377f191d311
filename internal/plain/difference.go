package plain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/normflow/normflow/internal/strictjson"
)

// Difference says where two texts that Encode has written first differ, and
// what stands there in each; "" if they are equal.
func Difference(got, want string) string {
	if got == want {
		return ""
	}
	g, w := leaves(got), leaves(want)
	n := 0
	for n < len(g) && n < len(w) && g[n] == w[n] {
		n++
	}
	switch {
	case n < len(g) && n < len(w) && g[n].path == w[n].path:
		return fmt.Sprintf("%s: got %.60s, want %.60s", g[n].path, g[n].text, w[n].text)
	case n < len(g) && n < len(w):
		return fmt.Sprintf("got %v, want %v", g[n], w[n])
	case n < len(g):
		return fmt.Sprintf("got %v, want no more", g[n])
	case n < len(w):
		return fmt.Sprintf("got no more, want %v", w[n])
	}
	return fmt.Sprintf("got %.60s, want %.60s", got, want)
}

// A leaf is a number, a word or a string, and where in a text it stands.
type leaf struct{ path, text string }

func (l leaf) String() string { return fmt.Sprintf("%s: %.60s", l.path, l.text) }

// leaves returns those of a text, up to where it is broken.
func leaves(text string) (list []leaf) {
	r := strictjson.New(text)
	var value func(path string) error
	value = func(path string) error {
		switch r.Next() {
		case '{':
			return r.Object(func(key string) error { return value(join(path, key)) })
		case '[':
			return r.Array(func(i int) error { return value(join(path, strconv.Itoa(i))) })
		}
		from := r.Offset()
		if err := r.Skip(); err != nil {
			return err
		}
		list = append(list, leaf{path, strings.TrimSpace(text[from:r.Offset()])})
		return nil
	}
	_ = value("") // a broken text has no more leaves
	return list
}
