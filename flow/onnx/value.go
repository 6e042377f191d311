package onnx

import (
	"fmt"
	"math"
	"slices"
)

// binary returns an operator's result of two values, of which one may have one row, or one column.
func (v value) binary(kind string, w value) value {
	if v.cols != w.cols && v.cols != 1 && w.cols != 1 {
		panic(fmt.Sprintf("onnx: %s: got %d and %d columns", kind, v.cols, w.cols))
	}
	return v.g.op(kind, max(v.cols, w.cols), []value{v, w})
}

func (v value) unary(kind string) value { return v.g.op(kind, v.cols, []value{v}) }

func (v value) add(w value) value { return v.binary("Add", w) }
func (v value) sub(w value) value { return v.binary("Sub", w) }
func (v value) mul(w value) value { return v.binary("Mul", w) }
func (v value) div(w value) value { return v.binary("Div", w) }
func (v value) min(w value) value { return v.binary("Min", w) }
func (v value) max(w value) value { return v.binary("Max", w) }

// less returns the truth of v < w.
func (v value) less(w value) value { return v.binary("Less", w) }

func (v value) neg() value     { return v.unary("Neg") }
func (v value) abs() value     { return v.unary("Abs") }
func (v value) exp() value     { return v.unary("Exp") }
func (v value) log() value     { return v.unary("Log") }
func (v value) sqrt() value    { return v.unary("Sqrt") }
func (v value) tanh() value    { return v.unary("Tanh") }
func (v value) sigmoid() value { return v.unary("Sigmoid") }
func (v value) square() value  { return v.mul(v) }

// c returns a number.
func (v value) c(x float64) value { return v.g.constant(1, x) }

func (v value) plus(x float64) value  { return v.add(v.c(x)) }
func (v value) times(x float64) value { return v.mul(v.c(x)) }

// clamp returns v held between two numbers, as it is between infinite ones.
func (v value) clamp(lo, hi float64) value {
	if !math.IsInf(lo, -1) {
		v = v.max(v.c(lo))
	}
	if !math.IsInf(hi, 1) {
		v = v.min(v.c(hi))
	}
	return v
}

// where returns v where a truth value holds, and w elsewhere.
func (v value) where(truth, w value) value {
	return v.g.op("Where", max(truth.cols, v.cols, w.cols), []value{truth, v, w})
}

// isNaN returns where v is not a number.
func (v value) isNaN() value { return v.unary("IsNaN") }

// truth returns 1 where a truth value holds, and 0 elsewhere.
func (v value) truth() value {
	return v.g.op("Cast", v.cols, []value{v}, attribute{name: "to", v: []int64{typeDouble}})
}

// whole returns whole numbers as such, to choose columns by.
func (v value) whole() value {
	return v.g.op("Cast", v.cols, []value{v}, attribute{name: "to", v: []int64{typeInt64}})
}

// next returns whole numbers and 1.
func (v value) next() value { return v.g.op("Add", v.cols, []value{v, v.g.integers(1)}) }

// pick returns of each row the numbers in the columns that at says.
func (v value) pick(at value) value {
	return v.g.op("GatherElements", at.cols, []value{v, at}, axis(1))
}

// reduce returns the sum, or another function, of each row.
func (v value) reduce(kind string) value {
	if kind == "ReduceSum" { // of which the axes became an input first
		return v.g.op(kind, 1, []value{v, v.g.integers(1)})
	}
	return v.g.op(kind, 1, []value{v}, attribute{name: "axes", list: true, v: []int64{1}})
}

func (v value) rowSum() value { return v.reduce("ReduceSum") }
func (v value) rowMax() value { return v.reduce("ReduceMax") }

// matmul returns v·w.
func (v value) matmul(w value) value { return v.g.op("MatMul", w.cols, []value{v, w}) }

// reshape returns the numbers in rows of so many columns.
func (v value) reshape(cols int) value {
	if cols == v.cols {
		return v
	}
	r := v.g.op("Reshape", cols, []value{v, v.g.integers(-1, cols)})
	r.row = false
	return r
}

// slice returns columns from to to−1.
func (v value) slice(from, to int) value {
	if from == 0 && to == v.cols {
		return v
	}
	return v.g.op("Slice", to-from, []value{v, v.g.integers(from), v.g.integers(to), v.g.integers(1)})
}

// gather returns some columns, in their order.
func (v value) gather(columns []int) value {
	first := columns[0]
	neighbours := true
	for i, j := range columns {
		neighbours = neighbours && j == first+i
	}
	if neighbours {
		return v.slice(first, first+len(columns))
	}
	return v.g.op("Gather", len(columns), []value{v, v.g.integers(columns...)}, axis(1))
}

// replace returns v with other numbers in some columns.
func (v value) replace(columns []int, by value) value {
	if len(columns) == v.cols && slices.IsSorted(columns) {
		return by.like(v)
	}
	var kept []int
	for j := range v.cols {
		if !slices.Contains(columns, j) {
			kept = append(kept, j)
		}
	}
	if len(kept) == 0 {
		return by.like(v).gather(inverse(columns))
	}
	return concat(v.gather(kept), by).gather(inverse(append(kept, columns...)))
}

// inverse returns where each of 0 to d−1 stands in a permutation.
func inverse(permutation []int) []int {
	at := make([]int, len(permutation))
	for i, j := range permutation {
		at[j] = i
	}
	return at
}

// concat returns values side by side: those of one row are repeated, unless all are.
func concat(parts ...value) value {
	if len(parts) == 1 {
		return parts[0]
	}
	whole := slices.IndexFunc(parts, func(v value) bool { return !v.row })
	cols := 0
	for i, v := range parts {
		cols += v.cols
		if whole >= 0 {
			parts[i] = v.like(parts[whole])
		}
	}
	return parts[0].g.op("Concat", cols, parts, axis(1))
}

// like returns v with as many rows as w has.
func (v value) like(w value) value {
	if !v.row || w.row {
		return v
	}
	rows := w.g.op("Shape", 1, []value{w}, attribute{name: "start", v: []int64{0}}, attribute{name: "end", v: []int64{1}})
	shape := w.g.op("Concat", 2, []value{rows, w.g.integers(v.cols)}, axis(0))
	r := w.g.op("Expand", v.cols, []value{v, shape})
	r.row = false
	return r
}

// sum returns v + w, either of which may be none.
func sum(v, w value) value {
	switch {
	case v == none:
		return w
	case w == none:
		return v
	}
	return v.add(w)
}
