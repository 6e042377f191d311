package safetensors

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/normflow/normflow/internal/strictjson"
)

// Write writes a file with the given text and tensors. The same content gives
// the same bytes: keys are sorted, tensors stay in order, but those of wider
// numbers come first so that all are aligned.
func Write(w io.Writer, text map[string]string, tensors []Tensor) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b Tensor) int { return cmp.Compare(b.Type.size(), a.Type.size()) })
	header, err := appendHeader(text, tensors)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	b := bufio.NewWriterSize(w, 1<<16)
	var buf [8]byte
	le.PutUint64(buf[:], uint64(len(header)))
	b.Write(buf[:])
	b.Write(header)
	for _, t := range tensors {
		b.Write(t.raw)
		for _, x := range t.floats {
			le.PutUint64(buf[:], math.Float64bits(x))
			b.Write(buf[:])
		}
	}
	return b.Flush() // the first error of all these writes
}

// appendHeader sets the places of the tensors and returns the JSON part, padded
// to a multiple of 8 bytes.
func appendHeader(text map[string]string, tensors []Tensor) ([]byte, error) {
	b := []byte("{")
	if len(text) > 0 {
		b = append(strictjson.AppendString(b, metadata), ':', '{')
		for i, key := range slices.Sorted(maps.Keys(text)) {
			if i > 0 {
				b = append(b, ',')
			}
			if !utf8.ValidString(key) || !utf8.ValidString(text[key]) {
				return nil, fmt.Errorf("metadata %q: got a text that is not UTF-8", key)
			}
			b = append(strictjson.AppendString(b, key), ':')
			b = strictjson.AppendString(b, text[key])
		}
		b = append(b, '}')
	}
	at := 0
	for i := range tensors {
		t := &tensors[i]
		if err := t.checkWrite(); err != nil {
			return nil, err
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		n, _ := t.bytes()
		t.begin, t.end = at, at+n
		at = t.end
		b = t.appendEntry(b)
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	// a file that could not be read must not be written: names may repeat, or be too many
	if _, err := parseHeader(string(b)); err != nil {
		return nil, err
	}
	return b, nil
}

func (t *Tensor) checkWrite() error {
	n, ok := t.bytes()
	if !ok || n != 8*len(t.floats)+len(t.raw) || t.Type.size() == 0 {
		return fmt.Errorf("tensor %q: got %d bytes, want those of %s of shape %v", t.Name, 8*len(t.floats)+len(t.raw), t.Type, t.Shape)
	}
	if !utf8.ValidString(t.Name) || t.Name == metadata {
		return fmt.Errorf("tensor %q: got a name that is reserved or not UTF-8", t.Name)
	}
	return nil
}

func (t *Tensor) appendEntry(b []byte) []byte {
	b = append(strictjson.AppendString(b, t.Name), `:{"dtype":"`...)
	b = append(append(b, t.Type.String()...), `","shape":[`...)
	for i, d := range t.Shape {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(d), 10)
	}
	b = append(b, `],"data_offsets":[`...)
	b = append(strconv.AppendInt(b, int64(t.begin), 10), ',')
	return append(strconv.AppendInt(b, int64(t.end), 10), "]}"...)
}
