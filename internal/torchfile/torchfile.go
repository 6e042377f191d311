// Package torchfile reads the tensors of a file that torch.save of PyTorch wrote: a state dictionary, or a dictionary
// of some. Such a file is a zip archive with a pickle, which is a program; here it makes dictionaries, lists, plain
// values and tensors, and nothing else: no name of a function or class has an effect but those of a fixed list.
package torchfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/normflow/normflow/internal/safetensors"
)

// An archive is an opened file.
type archive struct {
	data    []byte // of the whole file
	entries map[string]*zip.File
	left    int // how many bytes the tensors may still have
}

// Is reports whether a file that begins with these bytes, at least 4, may be one that torch.save wrote.
func Is(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) || isLegacy(head) }

// isLegacy reports whether a file begins as torch.save wrote it before PyTorch 1.6, a pickle of a number of ten bytes.
func isLegacy(head []byte) bool { return bytes.HasPrefix(head, []byte("\x80\x02\x8a\x0a")) }

// Read returns the tensors in the file, by their names; those in a dictionary within another have its key and a point
// before theirs. It never panics, and sets aside at most some times the size of the data.
func Read(data []byte) (*safetensors.File, error) {
	if isLegacy(data) {
		return nil, errors.New("torchfile: got a file of the format before PyTorch 1.6: torch.save(torch.load(file, weights_only=True), file) writes it anew")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("torchfile: %w", err)
	}
	a := &archive{data: data, entries: map[string]*zip.File{}, left: 2 * len(data)}
	program := ""
	for _, f := range z.File {
		a.entries[f.Name] = f
		if strings.HasSuffix("/"+f.Name, "/data.pkl") {
			program = f.Name
		}
	}
	if program == "" {
		return nil, errors.New("torchfile: got a zip archive without data.pkl, want what torch.save writes")
	}
	text, err := a.bytes(program)
	if err != nil {
		return nil, fmt.Errorf("torchfile: %w", err)
	}
	root := strings.TrimSuffix(program, "data.pkl")
	if _, ok := a.entries[root+"byteorder"]; ok {
		if order, err := a.bytes(root + "byteorder"); err != nil || string(order) != "little" {
			return nil, fmt.Errorf("torchfile: got byte order %.20q (error %v), want little", order, err)
		}
	}
	m := &machine{in: text, memo: map[int]any{}, archive: a, root: root + "data/"}
	top, err := m.run()
	if err != nil {
		return nil, fmt.Errorf("torchfile: data.pkl at byte %d: %w", m.at, err)
	}
	file := new(safetensors.File)
	w := walker{file: file, seen: map[string]bool{}, steps: len(text)}
	if err := w.walk("", top, 0); err != nil {
		return nil, fmt.Errorf("torchfile: %w", err)
	}
	return file, nil
}

// bytes returns what an entry holds, which is stored as it is.
func (a *archive) bytes(name string) ([]byte, error) {
	f := a.entries[name]
	if f == nil {
		return nil, fmt.Errorf("entry %.60q is missing", name)
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("entry %.60q: %w", name, err)
	}
	n, size := f.UncompressedSize64, uint64(len(a.data))
	if f.Method != zip.Store || f.CompressedSize64 != n || at < 0 || uint64(at) > size || n > size-uint64(at) {
		return nil, fmt.Errorf("entry %.60q: got %d bytes at %d by method %d in a file of %d, want bytes stored as they are", name, n, at, f.Method, size)
	}
	return a.data[at:][:n:n], nil
}

// A walker collects tensors.
type walker struct {
	file  *safetensors.File
	seen  map[string]bool
	steps int
}

const (
	mostDepth = 4
	mostName  = 1000 // bytes
)

// walk collects the tensors of a dictionary, and of those in it. What is neither has no names.
func (w *walker) walk(prefix string, v any, depth int) error {
	d, ok := v.(*dict)
	if !ok {
		return fmt.Errorf("got %s, want a dictionary of tensors: torch.save(model.state_dict(), …)", kind(v))
	}
	for i, key := range d.keys {
		if w.steps--; w.steps < 0 {
			return errors.New("got dictionaries within each other")
		}
		name, ok := key.(string)
		if !ok {
			continue
		}
		name = prefix + name
		if len(name) > mostName {
			return fmt.Errorf("got a name of %d bytes, want at most %d", len(name), mostName)
		}
		switch v := d.values[i].(type) {
		case *tensor:
			if w.seen[name] {
				return fmt.Errorf("tensor %.60q: got two of this name", name)
			}
			w.seen[name] = true
			t, err := v.read(name)
			if err != nil {
				return fmt.Errorf("tensor %.60q: %w", name, err)
			}
			w.file.Tensors = append(w.file.Tensors, t)
		case *dict:
			if depth+1 < mostDepth {
				if err := w.walk(name+".", v, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func kind(v any) string {
	switch v := v.(type) {
	case *tensor:
		return "one tensor"
	case *list:
		return "a list"
	case object:
		return "an object of class " + string(v)
	}
	return fmt.Sprintf("a value of type %T", v)
}

var errEnd = io.ErrUnexpectedEOF
