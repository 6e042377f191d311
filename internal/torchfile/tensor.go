package torchfile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/normflow/normflow/internal/safetensors"
)

// A storage is an array of numbers in the archive.
type storage struct {
	data []byte
	kind safetensors.Type
	size int // bytes a number
}

// A tensor is a view of a storage.
type tensor struct {
	of            *storage
	offset        int
	shape, stride []int
	archive       *archive
}

// storages are PyTorch's names of types.
var storages = map[global]safetensors.Type{
	"torch.DoubleStorage": safetensors.F64, "torch.FloatStorage": safetensors.F32, "torch.HalfStorage": safetensors.F16,
	"torch.BFloat16Storage": safetensors.BF16, "torch.LongStorage": safetensors.I64, "torch.IntStorage": safetensors.I32,
	"torch.ByteStorage": safetensors.U8, "torch.BoolStorage": safetensors.Bool,
}

// build does the instructions that make values of names: a storage of the archive (Q), a tensor or an ordered
// dictionary of a function's name and its arguments (R), and attributes (b), which are left out.
func (m *machine) build(op byte) error {
	if op == 'Q' {
		id, err := m.pop()
		if err != nil {
			return err
		}
		s, err := m.storage(id)
		if err != nil {
			return err
		}
		return m.push(s)
	}
	items, err := m.popN(2)
	if err != nil {
		return err
	}
	if op == 0x81 { // NEWOBJ
		return fmt.Errorf("got an object of class %.200v: only tensors are read, as torch.save(model.state_dict(), …) writes them", items[0])
	}
	if op == 'b' {
		if _, ok := items[0].(*dict); !ok {
			return fmt.Errorf("got %s with attributes: only tensors are read, as torch.save(model.state_dict(), …) writes them", kind(items[0]))
		}
		return m.push(items[0])
	}
	name, _ := items[0].(global)
	args, ok := items[1].(tuple)
	if !ok {
		return errors.New("got a call without arguments")
	}
	switch name {
	case "collections.OrderedDict":
		if len(args) == 0 {
			return m.push(new(dict))
		}
	case "torch._utils._rebuild_tensor_v2":
		t, err := m.tensor(args)
		if err != nil {
			return err
		}
		return m.push(t)
	case "torch._utils._rebuild_parameter":
		if len(args) > 0 {
			if t, ok := args[0].(*tensor); ok {
				return m.push(t)
			}
		}
	case "torch.Size":
		return m.push(args)
	}
	return fmt.Errorf("got a call of %q: only tensors are read, as torch.save(model.state_dict(), …) writes them", string(name))
}

// storage returns what the archive holds by the persistent identity ("storage", type, key, device, numbers).
func (m *machine) storage(id any) (*storage, error) {
	t, ok := id.(tuple)
	if !ok || len(t) != 5 || t[0] != "storage" {
		return nil, fmt.Errorf("got a reference to %s, want a storage", kind(id))
	}
	name, _ := t[1].(global)
	s := new(storage)
	if s.kind, ok = storages[name]; !ok {
		return nil, fmt.Errorf("got numbers of type %q: they are not supported", string(name))
	}
	key, _ := t[2].(string)
	n, ok := t[4].(int64)
	data, err := m.archive.bytes(m.root + key)
	if err != nil {
		return nil, err
	}
	s.data, s.size = data, s.kind.Size()
	if !ok || n < 0 || n > int64(len(data)/s.size) {
		return nil, fmt.Errorf("storage %.60q: got %v numbers in %d bytes", key, t[4], len(data))
	}
	s.data = data[:int(n)*s.size]
	return s, nil
}

// tensor returns the view that the arguments storage, offset, shape, strides and others describe.
func (m *machine) tensor(args tuple) (*tensor, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("got a tensor of %d arguments, want at least 4", len(args))
	}
	s, ok := args[0].(*storage)
	offset, ok2 := args[1].(int64)
	shape, ok3 := sizes(args[2])
	stride, ok4 := sizes(args[3])
	if !ok || !ok2 || !ok3 || !ok4 || len(shape) != len(stride) || offset < 0 || offset > int64(len(s.data)/s.size) {
		return nil, errors.New("got a tensor without storage, offset, shape or strides")
	}
	return &tensor{of: s, offset: int(offset), shape: shape, stride: stride, archive: m.archive}, nil
}

// sizes returns a tuple of whole numbers that are not negative, nor above 2⁴⁰.
func sizes(v any) ([]int, bool) {
	t, ok := v.(tuple)
	if !ok || len(t) > 16 {
		return nil, false
	}
	x := make([]int, len(t))
	for i, v := range t {
		n, ok := v.(int64)
		if !ok || n < 0 || n > 1<<40 || int64(int(n)) != n {
			return nil, false
		}
		x[i] = int(n)
	}
	return x, true
}

// read returns the numbers of a view in order.
func (t *tensor) read(name string) (safetensors.Tensor, error) {
	total, last := 1, t.offset // the number of numbers, and the place of the last
	have := len(t.of.data) / t.of.size
	if slices.Contains(t.shape, 0) {
		return safetensors.Of(name, t.of.kind, nil, t.shape...)
	}
	for i, n := range t.shape {
		if total > have/n || n > 1 && t.stride[i] > have/(n-1) {
			return safetensors.Tensor{}, fmt.Errorf("got shape %v and strides %v of %d numbers", t.shape, t.stride, have)
		}
		total *= n
		last += (n - 1) * t.stride[i]
	}
	if last >= have {
		return safetensors.Tensor{}, fmt.Errorf("got shape %v and strides %v from %d of %d numbers", t.shape, t.stride, t.offset, have)
	}
	if t.archive.left -= total * t.of.size; t.archive.left < 0 {
		return safetensors.Tensor{}, errors.New("got tensors of more numbers than the file has")
	}
	raw := make([]byte, 0, total*t.of.size)
	at, index := t.offset, make([]int, len(t.shape))
	for range total {
		raw = append(raw, t.of.data[at*t.of.size:(at+1)*t.of.size]...)
		for k := len(index) - 1; k >= 0; k-- {
			index[k]++
			at += t.stride[k]
			if index[k] < t.shape[k] {
				break
			}
			at -= index[k] * t.stride[k]
			index[k] = 0
		}
	}
	return safetensors.Of(name, t.of.kind, raw, t.shape...)
}
