package autodiff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"gonum.org/v1/gonum/mat"
)

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), want) {
			t.Errorf("got panic %v, want one that says %q", r, want)
		}
	}()
	f()
}

func TestNumbering(t *testing.T) {
	tape := autodiff.NewTape()
	p := autodiff.NewParam(3, 2, nil)
	x := tape.Matrix(random(1, 4, 3, -1, 1))
	f := func() V { return x.MatMul(tape.Use(p)).Tanh().Clamp(-0.5, 0.5) }
	a, n := f(), tape.Len()
	if b := f(); a != b || tape.Len() != n {
		t.Errorf("a repeated expression made %d nodes, want none", tape.Len()-n)
	}
	if x.Clamp(0, 1) == x.Clamp(0, 2) || x.Pow(2) == x.Pow(3) || x.Slice(0, 1) == x.Slice(0, 2) {
		t.Error("expressions with different attributes are one node")
	}
	if tape.Scalar(0) == tape.Scalar(-1/tape.Scalar(1e300).MulConst(1e300).Value()) {
		t.Error("0 and −0 are one node")
	}
	one, two := []int{0, 1}, []int{0, 1}
	gathered := x.Gather(one)
	if gathered != x.Gather(one) || gathered == x.Gather(two) {
		t.Error("Gather: want one node per index slice")
	}
	for i := range 1000 { // the table grows and keeps what it has
		x.AddConst(float64(i))
	}
	if f() != a {
		t.Error("numbering lost a node")
	}
}

func TestReset(t *testing.T) {
	tape := autodiff.NewTape()
	p := autodiff.NewParam(1, 2, []float64{1, 2})
	old := tape.Use(p)
	tape.Reset()
	mustPanic(t, "Reset", func() { old.Exp() })
	mustPanic(t, "Reset", func() { old.Data() })
	if x := tape.Use(p).Square().Sum(); x.Value() != 5 {
		t.Errorf("after Reset: got %v, want 5", x.Value())
	}
	mustPanic(t, "two tapes", func() { tape.Use(p).Add(autodiff.NewTape().Use(p)) })
	mustPanic(t, "zero Var", func() { V{}.Exp() })
	mustPanic(t, "1×1", func() { tape.Backward(tape.Use(p)) })
	mustPanic(t, "2×3 and 3×2", func() { tape.Zeros(2, 3).Add(tape.Zeros(3, 2)) })
	mustPanic(t, "NoGrad", func() { tape.NoGrad(true) })
}

func TestFrozenAndNoGrad(t *testing.T) {
	tape := autodiff.NewTape()
	p, q := autodiff.NewParam(1, 1, []float64{2}), autodiff.NewParam(1, 1, []float64{3})
	q.Freeze(true)
	tape.Backward(tape.Use(p).Mul(tape.Use(q)))
	if g := tape.Grad(p); g[0] != 3 {
		t.Errorf("got gradient %v, want 3", g)
	}
	if g := tape.Grad(q); g != nil {
		t.Errorf("frozen parameter: got gradient %v, want none", g)
	}
	if got := tape.Params(); !slices.Equal(got, []*autodiff.Param{p, q}) {
		t.Errorf("Params: got %v", got)
	}
	tape.Reset()
	tape.NoGrad(true)
	if !tape.Use(p).Exp().Constant() {
		t.Error("NoGrad: got a Var with gradient")
	}
}

func TestAccumulate(t *testing.T) {
	p, q := autodiff.NewParam(1, 1, []float64{2}), autodiff.NewParam(1, 2, []float64{3, 4})
	v := autodiff.NewVector([]*autodiff.Param{p, q})
	sum := make([]float64, 3)
	tape := autodiff.NewTape()
	tape.Accumulate(v, sum)
	for range 2 {
		tape.Reset()
		tape.Backward(tape.Use(q).Square().Sum().Mul(tape.Use(p)))
	}
	if want := []float64{50, 24, 32}; !slices.Equal(sum, want) {
		t.Errorf("got %v, want %v", sum, want)
	}
	tape.Accumulate(v, sum) // from the start
	tape.Reset()
	tape.Backward(tape.Use(q).Sum())
	if want := []float64{50, 1, 1}; !slices.Equal(sum, want) {
		t.Errorf("again: got %v, want %v", sum, want)
	}
	tape.Accumulate(nil, nil) // nothing of p
	if want := []float64{0, 1, 1}; !slices.Equal(sum, want) {
		t.Errorf("in the end: got %v, want %v", sum, want)
	}
	if r, at := v.Find(2); r != q || at != 1 {
		t.Errorf("Find(2): got %v, %d", r, at)
	}
	v.Data[0] = 7
	if p.Data()[0] != 7 {
		t.Error("a parameter is not a part of its vector")
	}
	mustPanic(t, "got 1 numbers, want 3", func() { tape.Accumulate(v, sum[:1]) })
}

func TestStepAllocatesNothing(t *testing.T) {
	tape := autodiff.NewTape()
	w, b := autodiff.NewParam(3, 8, nil), autodiff.NewParam(1, 8, nil)
	x, idx := random(1, 32, 3, -1, 1), []int{1, 0, 2}
	step := func() {
		tape.Reset()
		h := autodiff.Dense(tape.Matrix(x).Gather(idx), tape.Use(w), tape.Use(b), autodiff.Tanh)
		y := autodiff.Concat(h.Slice(0, 2), h.Slice(2, 8)).Mul(tape.Use(b)).Pow(2)
		tape.Backward(y.StdNormalLogDensity().Add(y.Affine(h, h).RowSum()).Mean())
	}
	step()
	if n := testing.AllocsPerRun(10, step); n != 0 {
		t.Errorf("a step allocates %v times, want 0", n)
	}
}

// userOp is an operation as a user would write it: y = x³ and its slope 3x².
var userOp = &autodiff.Op{
	Name: "Cube",
	Forward: func(c *autodiff.Call) {
		for i, x := range c.In(0) {
			c.Out(0)[i], c.Out(1)[i] = x*x*x, 3*x*x
		}
	},
	Backward: func(c *autodiff.Call) {
		dx := c.InGrad(0)
		for i, x := range c.In(0) {
			if dy := c.OutGrad(0); dy != nil {
				dx[i] += 3 * x * x * dy[i]
			}
			if ds := c.OutGrad(1); ds != nil {
				dx[i] += 6 * x * ds[i]
			}
		}
	},
}

func TestUserOp(t *testing.T) {
	cube := func(x V) (V, V) { return userOp.Apply2(nil, autodiff.Args{}, x.Shape(), x.Shape(), x) }
	at := random(1, 3, 2, -2, 2)
	gradtest.Check(t, func(x ...V) V { y, s := cube(x[0]); return y.Mul(s) }, at)
	gradtest.Check(t, func(x ...V) V { y, _ := cube(x[0]); return y }, at)
	gradtest.Check(t, func(x ...V) V { _, s := cube(x[0]); return s }, at)
	x := autodiff.NewTape().Matrix(at)
	y1, s1 := cube(x)
	if y2, s2 := cube(x); y1 != y2 || s1 != s2 {
		t.Error("the two outputs are not numbered")
	}
}

func TestValue(t *testing.T) {
	for _, v := range []autodiff.Value{
		autodiff.Fixed(2, 3), autodiff.Learned(2, 3), autodiff.Learned(2, 3).Positive("test"),
		autodiff.Learned(2, 3).Within("test", 1, 5), autodiff.Learned(2, 3).Within("test", -100, 3.5),
	} {
		for i, want := range []float64{2, 3} {
			if got := v.Numbers()[i]; got < want-1e-14 || got > want+1e-14 {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		gradtest.Check(t, func(x ...V) V { return v.On(x[0].Tape()).Mul(x[0]) }, mat.NewDense(1, 1, []float64{1}))
	}
	mustPanic(t, "test: got -1", func() { autodiff.Fixed(-1).Positive("test") })
	mustPanic(t, "test: got 2 numbers, want 1 or 3", func() { autodiff.Fixed(1, 2).Check("test", 3) })
}

func TestLimit(t *testing.T) {
	tape := autodiff.NewTape()
	tape.Limit(1 << 12)
	tape.Zeros(1, 1000).Exp()
	defer func() {
		if r := recover(); r != autodiff.ErrMemory {
			t.Errorf("got panic %v, want ErrMemory", r)
		}
	}()
	tape.Zeros(1, 1<<20)
	t.Error("got no panic")
}

// The size of what a tape has recorded depends on that alone, not on what the tape has been used for before.
func TestSizeOfUsedTape(t *testing.T) {
	size := func(tape *autodiff.Tape) int {
		x := tape.Zeros(30, 40)
		for range 9 {
			x = x.AddConst(1)
		}
		rows, _ := tape.Size()
		return rows
	}
	fresh, used := autodiff.NewTape(), autodiff.NewTape()
	used.Zeros(70, 10)
	used.Reset()
	if a, b := size(fresh), size(used); a != b || a != 10*30*40 {
		t.Errorf("got %d elements of a new tape and %d of a used one, want %d", a, b, 10*30*40)
	}
}
