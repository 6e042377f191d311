package kernel

// number is the type of the elements of matrices.
type number interface{ float32 | float64 }

// A product is C = act(start + A·B). Every matrix is a slice with the elements
// of elements between its rows and between its columns.
type product[T number] struct {
	m, n, k    int
	a          []T
	aRow, aCol int
	b          []T
	bRow, bCol int // one of them is 1
	start      []T
	startRow   int // 0 when every row starts from the same; start is nil for 0
	c          []T
	cRow       int
	act        Act
}

// compute runs the product on the active tier.
func (p *product[T]) compute() {
	if p.m == 0 || p.n == 0 {
		return
	}
	switch {
	case p.k > 0 && p.foreign():
	case p.k > 0 && p.fast():
	default:
		p.generic()
		p.tanh(0, p.m)
	}
}

// tanh applies the Tanh, when it is the activation, to the rows [from, to) of C.
func (p *product[T]) tanh(from, to int) {
	if p.act != Tanh {
		return
	}
	if p.cRow == p.n {
		tanhOf(p.c[from*p.n : to*p.n])
		return
	}
	for i := from; i < to; i++ {
		tanhOf(p.c[i*p.cRow : i*p.cRow+p.n])
	}
}

// tanhOf replaces x by its hyperbolic tangent.
func tanhOf[T number](x []T) {
	switch x := any(x).(type) {
	case []float64:
		TanhOf(x, x)
	case []float32:
		var wide [256]float64
		for len(x) > 0 {
			n := min(len(x), len(wide))
			Widen(wide[:n], x[:n])
			TanhOf(wide[:n], wide[:n])
			Narrow(x[:n], wide[:n])
			x = x[n:]
		}
	}
}
