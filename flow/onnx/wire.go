package onnx

import "encoding/binary"

// A message is a message of Protocol Buffers, the wire format of ONNX files, as far as it is written. Field numbers are
// those of onnx.proto.
type message []byte

// The wire types of fields.
const (
	varint = 0
	length = 2
)

func (m *message) tag(field, wire int) { *m = binary.AppendUvarint(*m, uint64(field<<3|wire)) }

// integer appends a field that is a number.
func (m *message) integer(field int, v int64) {
	m.tag(field, varint)
	*m = binary.AppendUvarint(*m, uint64(v))
}

// bytes appends a field that is a string, bytes or a finished message.
func (m *message) bytes(field int, b []byte) {
	m.tag(field, length)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}

func (m *message) text(field int, s string) { m.bytes(field, []byte(s)) }

// within appends a field that is a message which write fills.
func (m *message) within(field int, write func(inner *message)) {
	var inner message
	write(&inner)
	m.bytes(field, inner)
}
