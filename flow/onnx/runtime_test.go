package onnx

import (
	"fmt"
	"math"
	"slices"
)

// A runtime evaluates the ONNX files that this package writes, by the operators' definitions: files are read back from bytes, so that
// the encoder is tested too. Shapes broadcast as in NumPy.
type runtime struct {
	constants       map[string]tensor
	nodes           []node
	inputs, outputs []string
}

// A tensor of float64 or, if isInt, int64 numbers or truth values.
type tensor struct {
	shape []int
	x     []float64
	isInt bool
}

type node struct {
	op      string
	in, out []string
	numbers map[string][]int
}

// run returns the first output for the inputs.
func (r *runtime) run(in map[string]tensor) tensor {
	known := map[string]tensor{}
	for _, name := range r.inputs {
		known[name] = in[name]
	}
	for name, t := range r.constants {
		known[name] = t
	}
	for _, n := range r.nodes {
		var args []tensor
		for _, name := range n.in {
			t, ok := known[name]
			if !ok {
				panic(fmt.Sprintf("%s: %s is not there yet", n.op, name))
			}
			args = append(args, t)
		}
		known[n.out[0]] = n.evaluate(args)
	}
	return known[r.outputs[0]]
}

var unaries = map[string]func(x float64) float64{
	"Neg": func(x float64) float64 { return -x }, "Abs": math.Abs, "Exp": math.Exp, "Log": math.Log, "Sqrt": math.Sqrt, "Tanh": math.Tanh,
	"Sigmoid": func(x float64) float64 {
		if e := math.Exp(-math.Abs(x)); x < 0 {
			return e / (1 + e)
		} else {
			return 1 / (1 + e)
		}
	},
	"Relu": func(x float64) float64 { return max(x, 0) }, "Sin": math.Sin, "Cos": math.Cos, "Floor": math.Floor,
	"Identity": func(x float64) float64 { return x }, "Cast": func(x float64) float64 { return x }, "IsNaN": func(x float64) float64 { return truth(x != x) },
	"Not": func(x float64) float64 { return 1 - x },
}

var binaries = map[string]func(x, y float64) float64{
	"Add": func(x, y float64) float64 { return x + y }, "Sub": func(x, y float64) float64 { return x - y },
	"Mul": func(x, y float64) float64 { return x * y }, "Div": func(x, y float64) float64 { return x / y },
	"Min": func(x, y float64) float64 { return min(x, y) }, "Max": func(x, y float64) float64 { return max(x, y) },
	"Less": func(x, y float64) float64 { return truth(x < y) }, "Pow": math.Pow, "And": func(x, y float64) float64 { return x * y }, "Or": func(x, y float64) float64 { return max(x, y) },
}

func truth(t bool) float64 {
	if t {
		return 1
	}
	return 0
}

func (n node) evaluate(in []tensor) tensor {
	x := in[0]
	if f, ok := unaries[n.op]; ok {
		y := tensor{shape: x.shape, x: make([]float64, len(x.x)), isInt: n.op == "IsNaN"}
		for i, v := range x.x {
			y.x[i] = f(v)
		}
		return y
	}
	if f, ok := binaries[n.op]; ok {
		shape := broadcast(x.shape, in[1].shape)
		return over(shape, func(at []int) float64 { return f(x.at(at), in[1].at(at)) })
	}
	switch n.op {
	case "Where":
		shape := broadcast(broadcast(x.shape, in[1].shape), in[2].shape)
		return over(shape, func(at []int) float64 {
			if x.at(at) != 0 {
				return in[1].at(at)
			}
			return in[2].at(at)
		})
	case "MatMul", "Gemm":
		y := over([]int{x.shape[0], in[1].shape[1]}, func(at []int) float64 {
			sum := 0.0
			for k := range x.shape[1] {
				sum = math.FMA(x.x[at[0]*x.shape[1]+k], in[1].x[k*in[1].shape[1]+at[1]], sum)
			}
			return sum
		})
		if x.shape[1] != in[1].shape[0] {
			panic("MatMul of shapes that do not fit")
		}
		if n.op == "Gemm" {
			b := in[2]
			y = over(y.shape, func(at []int) float64 { return y.at(at) + b.at(at) })
		}
		return y
	}
	return n.reshaped(in)
}

// reshaped evaluates operators that move numbers, and reductions.
func (n node) reshaped(in []tensor) tensor {
	x := in[0]
	switch n.op {
	case "ReduceSum", "ReduceMax", "ReduceMean":
		return over([]int{x.shape[0], 1}, func(at []int) float64 {
			row := x.x[at[0]*x.shape[1] : (at[0]+1)*x.shape[1]]
			if n.op == "ReduceMax" {
				return slices.Max(row)
			}
			sum := 0.0
			for _, v := range row {
				sum += v
			}
			if n.op == "ReduceMean" {
				sum /= float64(len(row))
			}
			return sum
		})
	case "Reshape":
		rows := len(x.x) / int(in[1].x[1])
		return tensor{shape: []int{rows, int(in[1].x[1])}, x: x.x}
	case "Squeeze":
		return tensor{shape: x.shape[:1], x: x.x, isInt: x.isInt}
	case "Shape":
		return tensor{shape: []int{1}, x: []float64{float64(x.shape[0])}, isInt: true}
	case "Expand":
		shape := broadcast(x.shape, []int{int(in[1].x[0]), int(in[1].x[1])})
		return over(shape, x.at)
	case "Slice":
		from, to := int(in[1].x[0]), int(in[2].x[0])
		return over([]int{x.shape[0], to - from}, func(at []int) float64 { return x.x[at[0]*x.shape[1]+from+at[1]] })
	case "Gather":
		if n.numbers["axis"][0] == 0 {
			return over([]int{len(in[1].x), x.shape[1]}, func(at []int) float64 { return x.x[int(in[1].x[at[0]])*x.shape[1]+at[1]] })
		}
		return over([]int{x.shape[0], len(in[1].x)}, func(at []int) float64 { return x.x[at[0]*x.shape[1]+int(in[1].x[at[1]])] })
	case "GatherElements":
		if x.shape[0] != in[1].shape[0] {
			panic("GatherElements of other rows")
		}
		return over(in[1].shape, func(at []int) float64 { return x.x[at[0]*x.shape[1]+int(in[1].at(at))] })
	case "Concat":
		return concatenated(n.numbers["axis"][0], in)
	}
	panic("no operator " + n.op)
}

func concatenated(axis int, in []tensor) tensor {
	if len(in[0].shape) == 1 {
		y := tensor{isInt: true}
		for _, t := range in {
			y.x = append(y.x, t.x...)
		}
		y.shape = []int{len(y.x)}
		return y
	}
	if axis != 1 {
		panic("Concat of rows")
	}
	shape := []int{in[0].shape[0], 0}
	for _, t := range in {
		shape[1] += t.shape[1]
		if t.shape[0] != shape[0] {
			panic("Concat of other numbers of rows")
		}
	}
	y := tensor{shape: shape}
	for i := range shape[0] {
		for _, t := range in {
			y.x = append(y.x, t.x[i*t.shape[1]:(i+1)*t.shape[1]]...)
		}
	}
	return y
}

// at returns the number at a place of the shape that t is broadcast to.
func (t tensor) at(place []int) float64 {
	i := 0
	place = place[len(place)-len(t.shape):]
	for k, n := range t.shape {
		if i *= n; n > 1 {
			i += place[k]
		}
	}
	return t.x[i]
}

func broadcast(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	shape := slices.Clone(a)
	off := len(a) - len(b)
	for i, n := range b {
		switch {
		case shape[off+i] == 1:
			shape[off+i] = n
		case n != 1 && n != shape[off+i]:
			panic(fmt.Sprintf("shapes %v and %v do not fit", a, b))
		}
	}
	return shape
}

// over returns the tensor of f at all places.
func over(shape []int, f func(at []int) float64) tensor {
	t := tensor{shape: shape, x: make([]float64, size(shape))}
	at := make([]int, len(shape))
	for i := range t.x {
		rest := i
		for k := len(shape) - 1; k >= 0; k-- {
			at[k] = rest % shape[k]
			rest /= shape[k]
		}
		t.x[i] = f(at)
	}
	return t
}
