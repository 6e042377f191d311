package flowtest

import (
	"bytes"
	"runtime"
	"slices"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/safetensors"
	"github.com/normflow/normflow/internal/strictjson"
)

// Damage saves the model and loads files whose architecture is damaged: each value
// replaced by others. It checks that Load says what is wrong, or makes some model of it,
// in no more memory than the size of the file justifies, and that methods Restore let
// nothing through that then panics in another way than by a message.
func Damage(t *testing.T, m *flow.Transformed) {
	t.Helper()
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	const key = "normflow.model"
	text := f.Metadata[key]
	var where string
	before := plain.Unexpected
	defer func() { plain.Unexpected = before }()
	plain.Unexpected = func(err runtime.Error) {
		t.Errorf("%v, where the architecture is damaged to %s", err, where)
	}
	for _, v := range values(text) {
		for _, other := range []string{"null", "0", "-1", "7", "100000", "4611686018427387904", `""`, "[]", "{}", "[0]", "[[]]", "[null]", "1e300", `"nan"`} {
			where = text[max(0, v.from-60):v.from] + "→" + other + "←" + text[v.to:min(v.to+20, len(text))]
			f.Metadata[key] = text[:v.from] + other + text[v.to:]
			var b bytes.Buffer
			if err := safetensors.Write(&b, f.Metadata, f.Tensors); err != nil {
				t.Fatal(err)
			}
			file := b.Bytes()
			if got := memtest.Allocated(func() { flow.Load(bytes.NewReader(file)) }); got > memtest.Bound(file) {
				t.Errorf("%d bytes allocated for a file of %d, where the architecture is damaged to %s", got, len(file), where)
			}
		}
	}
}

// A span is a part of a text.
type span struct{ from, to int }

// values returns where the values stand in a JSON text: all of small ones, of large
// ones the first and some others.
func values(text string) (spans []span) {
	r := strictjson.New(text)
	var value func() error
	value = func() (err error) {
		from := r.Offset()
		switch r.Next() {
		case '{':
			err = r.Object(func(string) error { return value() })
		case '[':
			err = r.Array(func(int) error { return value() })
		default:
			err = r.Skip()
		}
		spans = append(spans, span{from, r.Offset()})
		return err
	}
	if value() != nil {
		return nil
	}
	const many = 100
	if n := len(spans); n > many {
		slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
		for i := many / 2; i < many; i++ {
			spans[i] = spans[many/2+(i-many/2)*(n-many/2)/(many/2)]
		}
		spans = spans[:many]
	}
	return spans
}
