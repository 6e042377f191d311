package onnx

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

// opset is the version of the operators, irVersion that of the file format which came with it.
const (
	opset     = 17
	irVersion = 8
)

// The element types of tensors.
const (
	typeInt64  = 7
	typeDouble = 11
)

// A graph is an ONNX graph that is being built: equal constants are stored, and equal nodes computed, once.
type graph struct {
	inputs, outputs    message // fields of GraphProto
	nodes, constants   message
	known              map[[sha256.Size]byte]string // names of constants and of the results of nodes
	where              []string                     // parts of the model around the one that is being translated
	nodeCount, numbers int
}

func newGraph() *graph { return &graph{known: map[[sha256.Size]byte]string{}} }

// A value is a matrix in a graph, in float64 unless it is of numbers of columns or of truth values.
type value struct {
	g    *graph
	name string
	cols int
	row  bool // it has one row, for all rows of the batch
}

// none is the value that is not there, such as the logarithm of a determinant that is 1.
var none value

// Fields of the messages of onnx.proto.
const (
	graphNode, graphName, graphInitializer, graphInput, graphOutput                  = 1, 2, 5, 11, 12
	nodeInput, nodeOutput, nodeOp, nodeAttribute                                     = 1, 2, 4, 5
	attributeName, attributeInt, attributeInts, attributeType                        = 1, 3, 8, 20
	attributeIsInt, attributeIsInts                                                  = 2, 7
	tensorDim, tensorType, tensorName, tensorRaw                                     = 1, 2, 8, 9
	modelVersion, modelProducer, modelDoc, modelGraph, modelOpset                    = 1, 2, 6, 7, 8
	opsetVersion                                                                     = 2
	infoName, infoType, infoTensor, infoElement, infoShape, infoDim, sizeN, sizeName = 1, 2, 1, 1, 2, 1, 1, 2
)

// An attribute is a named number, or list of numbers, of a node.
type attribute struct {
	name string
	list bool
	v    []int64
}

func axis(i int64) attribute { return attribute{name: "axis", v: []int64{i}} }

func (a attribute) write(m *message) {
	m.text(attributeName, a.name)
	if a.list {
		for _, v := range a.v {
			m.integer(attributeInts, v)
		}
		m.integer(attributeType, attributeIsInts)
		return
	}
	m.integer(attributeInt, a.v[0])
	m.integer(attributeType, attributeIsInt)
}

// op returns the result of an operator, of so many columns.
func (g *graph) op(kind string, cols int, in []value, attributes ...attribute) value {
	var node message
	row := true
	for _, v := range in {
		node.text(nodeInput, v.name)
		row = row && v.row
	}
	node.text(nodeOp, kind)
	for _, a := range attributes {
		node.within(nodeAttribute, a.write)
	}
	key := sha256.Sum256(node)
	name, ok := g.known[key]
	if !ok {
		name = fmt.Sprintf("v%d", g.nodeCount)
		g.nodeCount++
		g.known[key] = name
		node.text(nodeOutput, name)
		g.nodes.bytes(graphNode, node)
	}
	return value{g, name, cols, row}
}

// constant returns a matrix of numbers, row by row.
func (g *graph) constant(cols int, x ...float64) value {
	raw := make([]byte, 0, 8*len(x))
	for _, v := range x {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return value{g, g.tensor(typeDouble, raw, int64(len(x)/cols), int64(cols)), cols, len(x) == cols}
}

// integers returns a list of whole numbers, such as of columns.
func (g *graph) integers(x ...int) value {
	raw := make([]byte, 0, 8*len(x))
	for _, v := range x {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(int64(v)))
	}
	return value{g, g.tensor(typeInt64, raw, int64(len(x))), len(x), true}
}

// tensor returns the name of a constant.
func (g *graph) tensor(kind int64, raw []byte, dims ...int64) string {
	var t message
	for _, d := range dims {
		t.integer(tensorDim, d)
	}
	t.integer(tensorType, kind)
	t.bytes(tensorRaw, raw)
	key := sha256.Sum256(t)
	name, ok := g.known[key]
	if !ok {
		name = fmt.Sprintf("c%d", g.numbers)
		g.numbers++
		g.known[key] = name
		t.text(tensorName, name)
		g.constants.bytes(graphInitializer, t)
	}
	return name
}

// input returns a new input of the graph, a row for each of the batch.
func (g *graph) input(name string, cols int) value {
	g.inputs.within(graphInput, describe(name, int64(cols)))
	return value{g, name, cols, false}
}

// output makes a value an output of the graph: a list of numbers, or a matrix of cols columns.
func (g *graph) output(name string, v value, cols ...int64) {
	var node message
	node.text(nodeInput, v.name)
	node.text(nodeOp, "Identity")
	node.text(nodeOutput, name)
	g.nodes.bytes(graphNode, node)
	g.outputs.within(graphOutput, describe(name, cols...))
}

// describe writes what a value is called, and its shape, which begins with the size of the batch.
func describe(name string, cols ...int64) func(m *message) {
	return func(m *message) {
		m.text(infoName, name)
		m.within(infoType, func(m *message) {
			m.within(infoTensor, func(m *message) {
				m.integer(infoElement, typeDouble)
				m.within(infoShape, func(m *message) {
					m.within(infoDim, func(m *message) { m.text(sizeName, "batch") })
					for _, n := range cols {
						m.within(infoDim, func(m *message) { m.integer(sizeN, n) })
					}
				})
			})
		})
	}
}

// model returns the file.
func (g *graph) model(name, doc string) []byte {
	var m message
	m.integer(modelVersion, irVersion)
	m.text(modelProducer, "normflow")
	m.text(modelDoc, doc)
	m.within(modelGraph, func(m *message) {
		*m = append(*m, g.nodes...)
		m.text(graphName, name)
		*m = append(*m, g.constants...)
		*m = append(*m, g.inputs...)
		*m = append(*m, g.outputs...)
	})
	m.within(modelOpset, func(m *message) { m.integer(opsetVersion, opset) })
	return m
}
