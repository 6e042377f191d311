package bijectortest

import (
	"math"
	"sync"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// gradients checks a few rows: each costs four evaluations per element.
func (c *Case) gradients(t *testing.T) {
	n, _ := c.X.Dims()
	n = min(n, 3)
	x := top(c.X, n)
	y := c.evaluate(x, top(c.Context, n)).y
	args := func(first *mat.Dense) []*mat.Dense {
		if c.Context == nil {
			return []*mat.Dense{first}
		}
		return []*mat.Dense{first, top(c.Context, n)}
	}
	compare := gradtest.Compare
	if c.Single {
		compare = gradtest.Single.Compare
	}
	check := func(name string, at *mat.Dense, f func(b bijector.Bijector, v autodiff.Var) autodiff.Var) {
		err := compare(func(v ...autodiff.Var) autodiff.Var {
			b := c.B
			if len(v) == 2 {
				b = bijector.Given(b, v[1])
			}
			return f(b, v[0])
		}, args(at)...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	both := func(v, l autodiff.Var) autodiff.Var { return autodiff.Concat(v, l.Expand(v.Rows(), 1)) }
	check("Forward", x, bijector.Bijector.Forward)
	check("ForwardFLDJ", x, func(b bijector.Bijector, v autodiff.Var) autodiff.Var { return both(bijector.ForwardFLDJ(b, v)) })
	if c.Embedded { // a step off the surface may leave the range
		check("InverseILDJ of Forward", x, func(b bijector.Bijector, v autodiff.Var) autodiff.Var {
			return both(bijector.InverseILDJ(b, b.Forward(v)))
		})
		return
	}
	check("Inverse", y, bijector.Bijector.Inverse)
	check("InverseILDJ", y, func(b bijector.Bijector, v autodiff.Var) autodiff.Var { return both(bijector.InverseILDJ(b, v)) })
}

// oneWalk compares what the optional interfaces compute with the methods by themselves.
func (c *Case) oneWalk(t *testing.T) {
	alone := c.evaluate(c.X, c.Context)
	on := func(x *mat.Dense, walk func(bijector.Bijector, autodiff.Var) (v, l autodiff.Var)) (v, l *mat.Dense) {
		tape := autodiff.NewTape()
		value, ldj := walk(c.bind(tape, c.Context), tape.Matrix(x))
		return value.Dense(), ldj.Expand(value.Rows(), 1).Dense()
	}
	y, fldj := on(c.X, bijector.ForwardFLDJ)
	x, ildj := on(y, bijector.InverseILDJ)
	c.eachRow(t, func(i int) bool { return c.compareRow(t, "in one walk", result{y, x, ildj, fldj}, i, alone, i) })
}

// top returns a copy of the first n rows of m, or nil of nil.
func top(m *mat.Dense, n int) *mat.Dense {
	if m == nil {
		return nil
	}
	_, d := m.Dims()
	return mat.DenseCopyOf(m.Slice(0, n, 0, d))
}

func (c *Case) rows(t *testing.T) {
	all := c.evaluate(c.X, c.Context)
	c.eachRow(t, func(i int) bool {
		one := c.evaluate(row(c.X, i), row(c.Context, i))
		return c.compareRow(t, "alone", one, 0, all, i)
	})
}

// eachRow calls check for each row, until three are wrong.
func (c *Case) eachRow(t *testing.T, check func(i int) (right bool)) {
	t.Helper()
	n, _ := c.X.Dims()
	wrong := 0
	for i := range n {
		if check(i) {
			continue
		}
		if wrong++; wrong == 3 && i+1 < n {
			t.Errorf("three rows are wrong, the last %d were not looked at", n-i-1)
			return
		}
	}
}

func (c *Case) compareRow(t *testing.T, what string, got result, i int, want result, k int) (same bool) {
	t.Helper()
	same = true
	for _, p := range []struct {
		name      string
		got, want *mat.Dense
	}{{"Forward", got.y, want.y}, {"Inverse", got.x, want.x}, {"ILDJ", got.ildj, want.ildj}, {"ForwardFLDJ", got.fldj, want.fldj}} {
		if !sameBits(p.got.RawRowView(i), p.want.RawRowView(k)) {
			t.Errorf("row %d %s: %s: got %v, want %v", k, what, p.name, p.got.RawRowView(i), p.want.RawRowView(k))
			same = false
		}
	}
	return same
}

func (c *Case) nan(t *testing.T) {
	n, d := c.X.Dims()
	if n < 3 {
		t.Fatalf("got %d points, want at least 3", n)
	}
	want := c.evaluate(c.X, c.Context)
	x := mat.DenseCopyOf(c.X)
	for j := range d {
		x.Set(1, j, math.NaN())
	}
	got := c.evaluate(x, c.Context)
	if !hasNaN(got.y.RawRowView(1)) {
		t.Errorf("got f(NaN) = %v, want NaN", got.y.RawRowView(1))
	}
	for _, i := range []int{0, 2} {
		c.compareRow(t, "beside a row with NaN", got, i, want, i)
	}
}

func hasNaN(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) {
			return true
		}
	}
	return false
}

func (c *Case) purity(t *testing.T) {
	tape := autodiff.NewTape()
	b := c.bind(tape, c.Context)
	x := tape.Matrix(c.X)
	methods := []struct {
		name string
		call func(v autodiff.Var) autodiff.Var
	}{
		{"Forward", b.Forward}, {"Inverse", b.Inverse}, {"ILDJ", b.ILDJ},
		{"ForwardFLDJ", func(x autodiff.Var) autodiff.Var { return second(bijector.ForwardFLDJ(b, x)) }},
	}
	y := b.Forward(x)
	args, first := []autodiff.Var{x, y, y, x}, make([]autodiff.Var, len(methods))
	for k, m := range methods {
		first[k] = m.call(args[k])
	}
	var before [][]float64
	for _, p := range tape.Params() {
		before = append(before, append([]float64(nil), p.Data()...))
	}
	for k, m := range methods {
		if nodes := tape.Len(); m.call(args[k]) != first[k] || tape.Len() != nodes {
			t.Errorf("%s: a second call recorded %d nodes, want none: the same tape and Var must give the same node. "+
				"An Op stands in a package's variable, and a slice that View gets in a field: one that is made in the call is another each time",
				m.name, tape.Len()-nodes)
		}
	}
	loss := autodiff.Concat(first[0], first[1], first[2].Expand(x.Rows(), 1), first[3].Expand(x.Rows(), 1)).Sum()
	tape.Backward(loss)
	for i, p := range tape.Params() {
		if i < len(before) && !sameBits(p.Data(), before[i]) {
			t.Errorf("evaluation changed parameter %d", i)
		}
	}
	again, want := c.evaluate(c.X, c.Context), c.evaluate(mat.DenseCopyOf(c.X), c.Context)
	c.eachRow(t, func(i int) bool {
		d := len(c.X.RawRowView(i))
		kept := sameBits(x.Data()[i*d:(i+1)*d], c.X.RawRowView(i))
		if !kept {
			t.Errorf("evaluation changed row %d of its argument", i)
		}
		return c.compareRow(t, "again", again, i, want, i) && kept
	})
}

func second(_, l autodiff.Var) autodiff.Var { return l }

func (c *Case) concurrency(t *testing.T) {
	want := c.evaluate(c.X, c.Context)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got := c.evaluate(c.X, c.Context)
			c.eachRow(t, func(i int) bool { return c.compareRow(t, "concurrently", got, i, want, i) })
		})
	}
	wg.Wait()
}

func (c *Case) context(t *testing.T) {
	width := bijector.CondDim(c.B)
	if _, w := c.Context.Dims(); w != width {
		t.Fatalf("got CondDim %d, want %d as in the test's context", width, w)
	}
	tape := autodiff.NewTape()
	x := tape.Matrix(c.X)
	mustPanic(t, "Forward without context", func() { c.B.Forward(x) })
	mustPanic(t, "Given a context that is too wide", func() { bijector.Given(c.B, tape.Zeros(1, width+1)).Forward(x) })
	one := bijector.Given(c.B, tape.Matrix(row(c.Context, 0))).Forward(x)
	all := bijector.Given(c.B, tape.Matrix(row(c.Context, 0)).Expand(x.Rows(), width)).Forward(x)
	if !sameBits(one.Data(), all.Data()) {
		t.Error("one context for all rows and the same context in every row differ")
	}
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: got no panic, want one", what)
		}
	}()
	f()
}

func (c *Case) extremes(t *testing.T) {
	_, d := c.X.Dims()
	values := []float64{0, math.Copysign(0, -1), 1e-300, -1e-300, 30, -30, 1e3, -1e3}
	for _, v := range []float64{c.Lo, c.Hi} {
		if !math.IsInf(v, 0) {
			values = append(values, v, math.Nextafter(v, math.Inf(1)), math.Nextafter(v, math.Inf(-1)))
		}
	}
	for _, v := range values {
		if v < c.Lo || v > c.Hi {
			continue
		}
		x := mat.NewDense(1, d, nil)
		for j := range d {
			x.Set(0, j, v)
		}
		tape := autodiff.NewTape()
		b := c.bind(tape, row(c.Context, 0))
		xv := tape.Variable(x)
		y, ldj := bijector.ForwardFLDJ(b, xv)
		if hasNaN(y.Data()) || hasNaN(ldj.Data()) {
			t.Errorf("x = %v: got f = %v with log-determinant %v, want no NaN", v, y.Data(), ldj.Data())
			continue
		}
		back, _ := bijector.InverseILDJ(b, y)
		if alone := c.evaluate(x, row(c.Context, 0)); !sameBits(alone.y.RawRowView(0), y.Data()) || !sameBits(alone.x.RawRowView(0), back.Data()) {
			t.Errorf("x = %v: got f = %v and f⁻¹ = %v in one walk, want the bits of Forward and Inverse", v, y.Data(), back.Data())
		}
		if y.Finite() && ldj.Finite() {
			tape.Backward(y.Sum().Add(ldj.Sum()))
			if hasNaN(xv.Grad()) {
				t.Errorf("x = %v: got gradient %v, want no NaN", v, xv.Grad())
			}
		}
	}
}
