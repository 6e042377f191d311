package safetensors

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/normflow/normflow/internal/strictjson"
)

const (
	maxHeader  = 100_000_000 // bytes, the format's own limit
	maxTensors = 1 << 20
	maxPairs   = 1 << 10 // of metadata
	maxDims    = 16
	metadata   = "__metadata__"

	leastEntry  = 50                               // bytes of text of the shortest entry of a tensor
	tensorBytes = int(unsafe.Sizeof(Tensor{})) + 8 // with what reading it takes besides
	slack       = 61 << 14                         // bytes of memory beyond that of the text, a little less than 1 MiB
)

// A File is what a file holds: its text by key, and its tensors in the order
// of their numbers.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor

	left int // bytes of memory
}

// Left returns how many bytes of memory are left, after reading the file, of twice those of
// its numbers, eight times those of the text before them, and 1 MiB.
func (f *File) Left() int { return f.left }

// Tensor returns the tensor with the given name, or nil.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// parseHeader reads and checks the JSON part. It takes at most three times so many bytes of
// memory as the text has, and slack.
func parseHeader(text string) (*File, error) {
	if !strings.HasPrefix(text, "{") {
		return nil, fmt.Errorf("safetensors: header: got %.20q, want it to begin with {", text)
	}
	// every entry has the word, so there are no more of them
	most := min(strings.Count(text, `"data_offsets"`), len(text)/leastEntry, maxTensors)
	f := &File{Tensors: make([]Tensor, 0, most)}
	r := strictjson.New(text)
	spent := most * tensorBytes
	err := r.Object(func(name string) error {
		if name == metadata {
			return f.readMetadata(r)
		}
		t := Tensor{Name: name}
		if err := t.readEntry(r); err != nil {
			return fmt.Errorf("tensor %.60q: %w", name, err)
		}
		if len(f.Tensors) == maxTensors {
			return fmt.Errorf("more than %d tensors", maxTensors)
		}
		if spent += 8 * len(t.Shape); spent+r.Copied() > 3*len(text)+slack {
			return fmt.Errorf("tensor %.60q: names and shapes claim more memory than the size of the header justifies", name)
		}
		f.Tensors = append(f.Tensors, t)
		return nil
	})
	if err == nil {
		err = r.End()
	}
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f.left = 7*len(text) + 1<<20 - spent - r.Copied()
	if k := len(f.Tensors); k > 0 {
		f.left += f.Tensors[k-1].end
	}
	return f, nil
}

func (f *File) readMetadata(r *strictjson.Reader) error {
	if f.Metadata != nil {
		return fmt.Errorf("%s stands there twice", metadata)
	}
	f.Metadata = map[string]string{}
	return r.Object(func(key string) error {
		if _, twice := f.Metadata[key]; twice {
			return fmt.Errorf("%s: key %.60q stands there twice", metadata, key)
		}
		if len(f.Metadata) == maxPairs {
			return fmt.Errorf("%s: more than %d keys", metadata, maxPairs)
		}
		value, err := r.String()
		if err != nil {
			return fmt.Errorf("%s: key %.60q: %w", metadata, key, err)
		}
		f.Metadata[key] = value
		return nil
	})
}

// readEntry reads {"dtype": …, "shape": …, "data_offsets": …}, in any order.
func (t *Tensor) readEntry(r *strictjson.Reader) error {
	var seen [3]bool
	once := func(i int, key string) error {
		if seen[i] {
			return fmt.Errorf("%s stands there twice", key)
		}
		seen[i] = true
		return nil
	}
	err := r.Object(func(key string) error {
		switch key {
		case "dtype":
			if err := once(0, key); err != nil {
				return err
			}
			s, err := r.String()
			if err == nil {
				t.Type, err = typeOf(s)
			}
			return err
		case "shape":
			if err := once(1, key); err != nil {
				return err
			}
			return t.readShape(r)
		case "data_offsets":
			if err := once(2, key); err != nil {
				return err
			}
			return t.readOffsets(r)
		}
		return fmt.Errorf("got key %.20q, want dtype, shape and data_offsets", key)
	})
	if err == nil && seen != [3]bool{true, true, true} {
		return fmt.Errorf("got not all of dtype, shape and data_offsets")
	}
	return err
}

func (t *Tensor) readShape(r *strictjson.Reader) error {
	var dims [maxDims]int
	n := 0
	err := r.Array(func(i int) (err error) {
		if i == maxDims {
			return fmt.Errorf("got a shape of more than %d dimensions", maxDims)
		}
		dims[i], err = r.Int()
		if err == nil && dims[i] < 0 {
			return fmt.Errorf("got a shape with %d", dims[i])
		}
		n = i + 1
		return err
	})
	t.Shape = append(make([]int, 0, n), dims[:n]...)
	return err
}

func (t *Tensor) readOffsets(r *strictjson.Reader) error {
	n := 0
	err := r.Array(func(i int) (err error) {
		switch n = i + 1; i {
		case 0:
			t.begin, err = r.Int()
		case 1:
			t.end, err = r.Int()
		default:
			err = r.Skip()
		}
		return err
	})
	if err == nil && n != 2 {
		return fmt.Errorf("got %d data_offsets, want 2", n)
	}
	return err
}

// check sorts the tensors by their place and says whether their names differ
// and their numbers fill the data without holes or overlaps.
func (f *File) check() error {
	slices.SortFunc(f.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	for i := range f.Tensors[min(1, len(f.Tensors)):] {
		if name := f.Tensors[i].Name; name == f.Tensors[i+1].Name {
			return fmt.Errorf("tensor %.60q stands there twice", name)
		}
	}
	slices.SortStableFunc(f.Tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	at := 0
	for _, t := range f.Tensors {
		switch n, ok := t.bytes(); {
		case !ok:
			return fmt.Errorf("tensor %.60q: shape %v is too large", t.Name, t.Shape)
		case t.begin != at:
			return fmt.Errorf("tensor %.60q: data_offsets [%d %d]: want them to begin at %d, without holes or overlaps", t.Name, t.begin, t.end, at)
		case n > math.MaxInt-at || t.end != at+n:
			return fmt.Errorf("tensor %.60q: data_offsets [%d %d]: want %d bytes for %s of shape %v", t.Name, t.begin, t.end, n, t.Type, t.Shape)
		}
		at = t.end
	}
	return nil
}
