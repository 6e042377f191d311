package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

var le = binary.LittleEndian

// ErrForeign is in the errors about files that begin as no safetensors file does.
var ErrForeign = errors.New("is this a safetensors file?")

// Read reads a whole file. It never panics, and sets aside at most twice the memory of the numbers
// that r delivers, four times that of the header, and 1 MiB, whatever the header says; once more, if
// r does not say how much it has, as a file does.
func Read(r io.Reader) (*File, error) {
	f, in, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	for i := range f.Tensors {
		if err := in.numbers(&f.Tensors[i]); err != nil {
			return nil, fmt.Errorf("safetensors: tensor %.60q: %w", f.Tensors[i].Name, err)
		}
	}
	var one [1]byte
	if _, err := io.ReadFull(r, one[:]); err != io.EOF {
		if err == nil {
			err = errors.New("bytes follow the last tensor")
		}
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

// ReadHeader reads a file up to its numbers, which the tensors then lack: only
// their names, types and shapes are of use.
func ReadHeader(r io.Reader) (*File, error) {
	f, _, err := readHeader(r)
	return f, err
}

func readHeader(r io.Reader) (*File, *input, error) {
	in := &input{r: r, left: size(r)}
	var length [8]byte
	if err := in.full(length[:]); err != nil {
		return nil, nil, fmt.Errorf("safetensors: length of the header: %w", err)
	}
	n := le.Uint64(length[:])
	if n > maxHeader {
		return nil, nil, fmt.Errorf("safetensors: got a header of %d bytes, want at most %d: %w", n, maxHeader, ErrForeign)
	}
	text, err := in.text(int(n))
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: header of %d bytes: %w", n, err)
	}
	f, err := parseHeader(text)
	if err != nil {
		return nil, nil, err
	}
	if k := len(f.Tensors); k > 0 && in.left >= 0 && f.Tensors[k-1].end != in.left {
		return nil, nil, fmt.Errorf("safetensors: got %d bytes of numbers, want %d", in.left, f.Tensors[k-1].end)
	}
	return f, in, nil
}

// piece is how many bytes get memory before they have arrived.
const piece = 1 << 18

// An input is a reader of which left bytes are left, −1 if that is unknown.
type input struct {
	r    io.Reader
	left int
}

// size returns how many bytes r has, or −1 if it does not say.
func size(r io.Reader) int {
	switch r := r.(type) {
	case interface{ Len() int }:
		return r.Len()
	case interface {
		io.Seeker
		Stat() (fs.FileInfo, error)
	}:
		at, err := r.Seek(0, io.SeekCurrent)
		if info, e := r.Stat(); err == nil && e == nil && info.Mode().IsRegular() && info.Size()-at <= math.MaxInt {
			return int(max(info.Size()-at, 0))
		}
	}
	return -1
}

// Peek returns the first n bytes of r, or as many as there are, and a reader of all of it, which says how much it
// has if r does.
func Peek(r io.Reader, n int) (head []byte, whole io.Reader, err error) {
	all := size(r)
	head = make([]byte, n)
	got, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, nil, err
	}
	head = head[:got]
	whole = io.MultiReader(bytes.NewReader(head), r)
	if all >= 0 {
		whole = &sized{whole, all}
	}
	return head, whole, nil
}

// A sized reader says how much it had.
type sized struct {
	io.Reader
	size int
}

func (s *sized) Len() int { return s.size }

func (in *input) full(b []byte) error {
	n, err := io.ReadFull(in.r, b)
	if in.left >= 0 {
		in.left = max(in.left-n, 0)
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the file ends too early")
	}
	return err
}

// first returns how many of n bytes get memory at once: all if they are there,
// else at most so many.
func (in *input) first(n, most int) (int, error) {
	if in.left >= 0 && n > in.left {
		return 0, fmt.Errorf("the file ends too early: want %d bytes, %d are left", n, in.left)
	}
	if in.left >= 0 {
		return n, nil
	}
	return min(n, most), nil
}

// text returns the next n bytes.
func (in *input) text(n int) (string, error) {
	if _, err := in.first(n, 0); err != nil {
		return "", err
	}
	var b strings.Builder
	if in.left >= 0 {
		b.Grow(n)
		buf := make([]byte, min(n, 1<<12))
		for b.Len() < n {
			buf = buf[:min(n-b.Len(), len(buf))]
			if err := in.full(buf); err != nil {
				return "", err
			}
			b.Write(buf)
		}
		return b.String(), nil
	}
	var pieces [][]byte
	for at := 0; at < n; at += piece {
		x := make([]byte, min(piece, n-at))
		if err := in.full(x); err != nil {
			return "", err
		}
		pieces = append(pieces, x)
	}
	b.Grow(n)
	for _, x := range pieces {
		b.Write(x)
	}
	return b.String(), nil
}

// numbers reads those of t.
func (in *input) numbers(t *Tensor) (err error) {
	n := t.end - t.begin
	if t.Type != F64 {
		t.raw, err = inPieces(in, n, in.full)
		return err
	}
	buf := make([]byte, min(n, 1<<12))
	t.floats, err = inPieces(in, n/8, func(x []float64) error {
		for len(x) > 0 {
			b := buf[:min(8*len(x), len(buf))]
			if err := in.full(b); err != nil {
				return err
			}
			for i := range len(b) / 8 {
				x[i] = math.Float64frombits(le.Uint64(b[8*i:]))
			}
			x = x[len(b)/8:]
		}
		return nil
	})
	return err
}

// inPieces returns n values that fill reads: at once if all are there, else
// piece by piece, joined in the end, so that memory follows what has arrived.
func inPieces[T any](in *input, n int, fill func([]T) error) ([]T, error) {
	var zero T
	width := binary.Size(zero)
	k, err := in.first(n*width, piece)
	if err != nil {
		return nil, err
	}
	var pieces [][]T
	for at := 0; ; at += k / width {
		x := make([]T, min(k/width, n-at))
		if err := fill(x); err != nil {
			return nil, err
		}
		if pieces = append(pieces, x); at+len(x) == n {
			break
		}
	}
	if len(pieces) == 1 {
		return pieces[0], nil
	}
	all := make([]T, 0, n)
	for i, x := range pieces {
		all = append(all, x...)
		pieces[i] = nil
	}
	return all, nil
}
