package main

import (
	"encoding/binary"
	"math"
)

// Rows in binary, in requests of Content-Type application/x-float64-rows and the answers to them: the eight bytes
// "F64ROWS\n", the number of rows and that of columns as 32-bit integers, and the numbers row by row as 64-bit floats, all little-endian.
// A context's columns stand behind those of its row. Answers have one column, the log-density or the p-value; samples
// are asked for in JSON and come as rows if Accept has the type.
const binaryType = "application/x-float64-rows"

const magic = "F64ROWS\n"

// decodeBinary sets the rows of a batch, and their contexts of so many columns.
func (b *batch) decodeBinary(given int) error {
	p := b.body.Bytes()
	if len(p) < 16 || string(p[:8]) != magic {
		return bad("got no header of 16 bytes that begins with %q", magic)
	}
	rows, cols := uint64(binary.LittleEndian.Uint32(p[8:])), uint64(binary.LittleEndian.Uint32(p[12:]))
	p = p[16:]
	if cols <= uint64(given) || rows > uint64(len(p)) || cols > uint64(len(p)) || rows*cols*8 != uint64(len(p)) {
		return bad("got %d rows of %d columns in %d bytes, want 8 bytes a number and more than %d columns", rows, cols, len(p), given)
	}
	d := int(cols) - given
	x, c := b.rows.resize(int(rows), d), []float64(nil)
	if given > 0 {
		c = b.given.resize(int(rows), given)
	}
	for i := range int(rows) {
		for j := range int(cols) {
			v := math.Float64frombits(binary.LittleEndian.Uint64(p))
			p = p[8:]
			if j < d {
				x[i*d+j] = v
			} else {
				c[i*given+j-d] = v
			}
		}
	}
	return nil
}

// appendBinary appends rows.
func appendBinary(dst []byte, m *matrix) []byte {
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(m.rows))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(m.cols))
	for _, v := range m.data {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	return dst
}
