package safetensors

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// A Type is what the numbers of a tensor are.
type Type uint8

// The types that are read. F64, I64 and Bool are written.
const (
	F64 Type = 1 + iota
	F32
	F16
	BF16
	I64
	I32
	U8
	Bool
)

// names are those of the types in files.
var names = [...]string{"none", "F64", "F32", "F16", "BF16", "I64", "I32", "U8", "BOOL"}

// typeOf returns the type with the given name, or an error.
func typeOf(name string) (Type, error) {
	if i := slices.Index(names[1:], name); i >= 0 {
		return Type(1 + i), nil
	}
	return 0, fmt.Errorf("got type %.20q, want one of %s", name, strings.Join(names[1:], ", "))
}

// String returns the name of the type in files.
func (t Type) String() string { return names[t] }

// Size returns the number of bytes of one number.
func (t Type) Size() int { return t.size() }

// size returns the number of bytes of one number, 0 for no type.
func (t Type) size() int { return [...]int{0, 8, 4, 2, 2, 8, 4, 1, 1}[t] }

// A Tensor is a named array of numbers. No dimensions is one number.
type Tensor struct {
	Name  string
	Type  Type
	Shape []int

	floats     []float64 // of F64
	raw        []byte    // of every other type
	begin, end int       // in the data of a file
}

// Floats returns a tensor of type F64 that keeps x.
func Floats(name string, x []float64, shape ...int) Tensor {
	return Tensor{Name: name, Type: F64, Shape: shape, floats: x}
}

// Of returns a tensor of little-endian numbers, which it keeps.
func Of(name string, t Type, raw []byte, shape ...int) (Tensor, error) {
	x := Tensor{Name: name, Type: t, Shape: shape, raw: raw}
	if n, ok := x.bytes(); !ok || n != len(raw) || t.size() == 0 {
		return Tensor{}, fmt.Errorf("safetensors: tensor %.60q: got %d bytes for shape %v of %v", name, len(raw), shape, t)
	}
	if t == F64 {
		x.floats, x.raw = make([]float64, len(raw)/8), nil
		for i := range x.floats {
			x.floats[i] = math.Float64frombits(le.Uint64(raw[8*i:]))
		}
	}
	return x, nil
}

// Ints returns a tensor of type I64.
func Ints(name string, x []int, shape ...int) Tensor {
	raw := make([]byte, 0, 8*len(x))
	for _, v := range x {
		raw = le.AppendUint64(raw, uint64(v))
	}
	return Tensor{Name: name, Type: I64, Shape: shape, raw: raw}
}

// Bools returns a tensor of type Bool.
func Bools(name string, x []bool, shape ...int) Tensor {
	raw := make([]byte, len(x))
	for i, v := range x {
		if v {
			raw[i] = 1
		}
	}
	return Tensor{Name: name, Type: Bool, Shape: shape, raw: raw}
}

// Len returns the number of numbers.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// bytes returns the number of bytes that the shape needs, and whether it is
// one that a file can have.
func (t *Tensor) bytes() (n int, ok bool) {
	size, empty := uint64(t.Type.size()), false
	for _, d := range t.Shape {
		if d < 0 {
			return 0, false
		}
		if d == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(size, uint64(d))
		if hi != 0 || lo > math.MaxInt {
			return 0, false
		}
		size = lo
	}
	if empty {
		size = 0
	}
	return int(size), true
}

// Floats returns the numbers as float64: the tensor's own memory for F64, else
// converted, which is exact but for integers above 2⁵³.
func (t *Tensor) Floats() []float64 {
	if t.Type == F64 {
		return t.floats
	}
	x := make([]float64, t.Len())
	for i := range x {
		switch t.Type {
		case F32:
			x[i] = float64(math.Float32frombits(le.Uint32(t.raw[4*i:])))
		case F16:
			x[i] = half(le.Uint16(t.raw[2*i:]))
		case BF16:
			x[i] = float64(math.Float32frombits(uint32(le.Uint16(t.raw[2*i:])) << 16))
		default:
			x[i] = float64(t.integer(i))
		}
	}
	return x
}

// half returns the number of an IEEE 754 half.
func half(h uint16) float64 {
	sign, exp, frac := 1-2*float64(h>>15), int(h>>10&31), float64(h&1023)
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// Ints returns the numbers of a tensor of integers or bools (0 and 1).
func (t *Tensor) Ints() ([]int, error) {
	switch t.Type {
	case I64, I32, U8, Bool:
	default:
		return nil, fmt.Errorf("safetensors: tensor %q: got type %s, want integers", t.Name, t.Type)
	}
	x := make([]int, t.Len())
	for i := range x {
		v := t.integer(i)
		if x[i] = int(v); int64(x[i]) != v {
			return nil, fmt.Errorf("safetensors: tensor %q: got %d, which is no int on this machine", t.Name, v)
		}
	}
	return x, nil
}

func (t *Tensor) integer(i int) int64 {
	switch t.Type {
	case I64:
		return int64(le.Uint64(t.raw[8*i:]))
	case I32:
		return int64(int32(le.Uint32(t.raw[4*i:])))
	}
	return int64(t.raw[i])
}
