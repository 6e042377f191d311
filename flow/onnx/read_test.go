package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A field of a message of Protocol Buffers.
type field struct {
	number int
	v      uint64
	b      []byte
}

func fields(b []byte) (all []field) {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		v, k := binary.Uvarint(b[n:])
		if n <= 0 || k <= 0 {
			panic("truncated number")
		}
		b = b[n+k:]
		f := field{number: int(tag >> 3), v: v}
		switch tag & 7 {
		case 0:
		case 2:
			f.b, b = b[:v], b[v:]
		default:
			panic(fmt.Sprintf("wire type %d", tag&7))
		}
		all = append(all, f)
	}
	return all
}

func read(file []byte) *runtime {
	r := &runtime{constants: map[string]tensor{}}
	for _, f := range fields(file) {
		if f.number != 7 {
			continue
		}
		for _, f := range fields(f.b) {
			switch f.number {
			case 1:
				r.nodes = append(r.nodes, readNode(f.b))
			case 5:
				name, t := readTensor(f.b)
				r.constants[name] = t
			case 11:
				r.inputs = append(r.inputs, string(fields(f.b)[0].b))
			case 12:
				r.outputs = append(r.outputs, string(fields(f.b)[0].b))
			}
		}
	}
	return r
}

func readNode(b []byte) node {
	n := node{numbers: map[string][]int{}}
	for _, f := range fields(b) {
		switch f.number {
		case 1:
			n.in = append(n.in, string(f.b))
		case 2:
			n.out = append(n.out, string(f.b))
		case 4:
			n.op = string(f.b)
		case 5:
			name, v := "", []int(nil)
			for _, f := range fields(f.b) {
				switch f.number {
				case 1:
					name = string(f.b)
				case 3, 8:
					v = append(v, int(int64(f.v)))
				}
			}
			n.numbers[name] = v
		}
	}
	return n
}

func readTensor(b []byte) (name string, t tensor) {
	for _, f := range fields(b) {
		switch f.number {
		case 1:
			t.shape = append(t.shape, int(f.v))
		case 2:
			t.isInt = f.v == 7
		case 8:
			name = string(f.b)
		case 9:
			for raw := f.b; len(raw) > 0; raw = raw[8:] {
				u := binary.LittleEndian.Uint64(raw)
				if t.isInt {
					t.x = append(t.x, float64(int64(u)))
				} else {
					t.x = append(t.x, math.Float64frombits(u))
				}
			}
		}
	}
	if size(t.shape) != len(t.x) {
		panic(fmt.Sprintf("%s: %d numbers of shape %v", name, len(t.x), t.shape))
	}
	return name, t
}

func size(shape []int) int {
	n := 1
	for _, k := range shape {
		n *= k
	}
	return n
}
