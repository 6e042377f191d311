package bijectortest

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// roundTrip: the error of f⁻¹(f(x)) is measured against |x| and what an error
// of one part in f(x) makes of it through the inverse Jacobian.
func (c *Case) roundTrip(t *testing.T) {
	r := c.evaluate(c.X, c.Context)
	_, d := c.X.Dims()
	c.eachRow(t, func(i int) bool {
		scale, right := c.conditioned(i, r.y), true
		for j := range d {
			got, want := r.x.At(i, j), c.X.At(i, j)
			if !(math.Abs(got-want) <= c.Tol*(1+math.Abs(want)+scale[j])) {
				t.Errorf("row %d, column %d: got f⁻¹(f(x)) = %v, want %v", i, j, got, want)
				right = false
			}
		}
		return right
	})
	again := c.evaluate(r.x, c.Context).y
	_, dy := r.y.Dims()
	c.eachRow(t, func(i int) bool {
		right := true
		for j := range dy {
			got, want := again.At(i, j), r.y.At(i, j)
			if size := mat.Norm(r.y.RowView(i), math.Inf(1)); !(math.Abs(got-want) <= 100*c.Tol*(1+size)) {
				t.Errorf("row %d, column %d: got f(f⁻¹(y)) = %v, want %v", i, j, got, want)
				right = false
			}
		}
		return right
	})
}

// conditioned returns |J⁻¹|·|y| for row i, or zeros if J has no inverse.
func (c *Case) conditioned(i int, y *mat.Dense) []float64 {
	_, d := c.X.Dims()
	scale := make([]float64, d)
	j := c.jacobian(i)
	var inv mat.Dense
	if r, k := j.Dims(); r != k || inv.Inverse(j) != nil {
		return scale
	}
	in, out := c.columns()
	for a, col := range in {
		for b, row := range out {
			scale[col] += math.Abs(inv.At(a, b) * y.At(i, row))
		}
	}
	return scale
}

func (c *Case) logDeterminant(t *testing.T) {
	r := c.evaluate(c.X, c.Context)
	c.eachRow(t, func(i int) bool {
		right := true
		want := logVolume(c.jacobian(i), c.Embedded)
		tol := 1e-7 * (1 + math.Abs(want)) // the differences' own error
		if got := -r.ildj.At(i, 0); !(math.Abs(got-want) <= tol) {
			t.Errorf("row %d: got −ILDJ = %v, want %v by differences", i, got, want)
			right = false
		}
		if f, b := r.fldj.At(i, 0), -r.ildj.At(i, 0); !(math.Abs(f-b) <= 100*c.Tol*(1+math.Abs(f))) {
			t.Errorf("row %d: got the forward log-determinant %v, want −ILDJ(f(x)) = %v", i, f, b)
			right = false
		}
		return right
	})
}

// columns returns the free columns of x and y.
func (c *Case) columns() (in, out []int) {
	all := func(free []int, n int) []int {
		for j := 0; len(free) < n; j++ {
			free = append(free, j)
		}
		return free
	}
	in, out = c.In, c.Out
	if in == nil {
		_, d := c.X.Dims()
		in = all(nil, d)
	}
	if out == nil {
		_, d := c.evaluate(row(c.X, 0), row(c.Context, 0)).y.Dims()
		out = all(nil, d)
	}
	return in, out
}

// jacobian returns ∂y/∂x of the free columns at row i, by central differences
// of fourth order.
func (c *Case) jacobian(i int) *mat.Dense {
	in, out := c.columns()
	_, d := c.X.Dims()
	steps := []struct{ at, weight float64 }{{1, 8.0 / 12}, {-1, -8.0 / 12}, {2, -1.0 / 12}, {-2, 1.0 / 12}}
	x := mat.NewDense(len(in)*len(steps), d, nil)
	var ctx *mat.Dense
	if c.Context != nil {
		_, w := c.Context.Dims()
		ctx = mat.NewDense(len(in)*len(steps), w, nil)
	}
	h := make([]float64, len(in))
	for a, col := range in {
		// a step that is a power of 2, so that x+h is exact
		h[a] = math.Exp2(math.Round(math.Log2(5e-4 * (0.1 + math.Abs(c.X.At(i, col))))))
		for k, s := range steps {
			x.SetRow(a*len(steps)+k, c.X.RawRowView(i))
			x.Set(a*len(steps)+k, col, c.X.At(i, col)+s.at*h[a])
			if ctx != nil {
				ctx.SetRow(a*len(steps)+k, c.Context.RawRowView(i))
			}
		}
	}
	y := c.evaluate(x, ctx).y
	j := mat.NewDense(len(out), len(in), nil)
	for a := range in {
		for b, col := range out {
			var sum float64
			for k, s := range steps {
				sum += s.weight * y.At(a*len(steps)+k, col)
			}
			j.Set(b, a, sum/h[a])
		}
	}
	return j
}

// logVolume returns log|det J|, or ½·log det(JᵀJ) of an embedding.
func logVolume(j *mat.Dense, embedded bool) float64 {
	if embedded {
		var g mat.Dense
		g.Mul(j.T(), j)
		v, _ := mat.LogDet(&g)
		return v / 2
	}
	v, _ := mat.LogDet(j)
	return v
}
