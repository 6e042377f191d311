package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A curve is a strictly increasing map y = g(x; θ) of single numbers, with raw parameters θ for each number, given by loops over
// columns: both directions and every gradient follow. It embeds searched or closed, which say whether its inverse has a formula.
type curve interface {
	// sizes returns how many columns each of these has.
	sizes() curveSizes
	// prepare sets p from raw.
	prepare(p, raw, work columns)
	// at sets y = g(x) and ls = log g′(x), and keeps what bend and pull need, unless keep has no columns.
	at(y, ls, x []float64, p, keep, work columns)
	// invert sets x = g⁻¹(y) and ls = log g′(x), and keeps what at does, if there is a formula.
	invert(x, ls, y []float64, p, keep, work columns) bool
	// bracket sets lo ≤ g⁻¹(y) ≤ hi, and x to a guess between them.
	bracket(lo, x, hi, y []float64, p columns)
	// bend sets d = ∂log g′/∂x.
	bend(d []float64, at curvePoint)
	// pull adds u·∂y/∂θ + v·∂log g′/∂θ to dp, the gradient of what raw parameters are made to.
	pull(dp columns, u, v []float64, at curvePoint)
	// unprepare adds the gradient of raw, given that of pull and what is prepared.
	unprepare(draw, dp, p, raw, work columns)
}

// curveSizes are numbers of columns: of raw parameters, of what prepare makes, of what at keeps, of the gradient
// of pull, and of memory to work in; and the rounding of g in units of the last place, 0 for 1.
type curveSizes struct{ raw, prepared, kept, pulled, work, rounding int }

// A curvePoint is what at has computed, and memory to work in.
type curvePoint struct {
	x, y, slope   []float64
	p, kept, work columns
}

// columns are the first n of stride numbers in each column.
type columns struct {
	data      []float64
	n, stride int
}

// at returns column k.
func (c columns) at(k int) []float64 { return c.data[k*c.stride : k*c.stride+c.n] }

// from returns the columns from k on.
func (c columns) from(k int) columns { return columns{c.data[k*c.stride:], c.n, c.stride} }

// first returns the first n numbers of each column.
func (c columns) first(n int) columns { return columns{c.data, n, c.stride} }

// curveBlock is about how many elements are computed at once. Columns are curvePad numbers further apart, so that those of
// one element are not in the same lines of the cache.
const (
	curveBlock = 256
	curvePad   = 8
)

// curveRun is one evaluation of a curve's operation.
type curveRun[C curve] struct {
	g       C
	size    curveSizes
	c       *autodiff.Call
	inverse bool
	shared  bool // the rows share their parameters
	d       int  // columns of x
	block   int
	raw, p  columns
	once    columns // prepared for each column of x, if the rows share it
	work    columns
	draw    columns
}

// newCurve returns the operation of a curve, with inputs x (n×d), or y if Args.J is odd, and raw (n×dK or 1×dK), and outputs
// value and log-slope. The curve follows from the Args.
func newCurve[C curve](name string, of func(autodiff.Args) C) *autodiff.Op {
	return &autodiff.Op{
		Name:     "bijector." + name,
		Forward:  func(c *autodiff.Call) { r := openCurve(c, of(c.Args())); r.forward() },
		Backward: func(c *autodiff.Call) { r := openCurve(c, of(c.Args())); r.backward() },
	}
}

// applyCurve applies the operation of a curve in a direction, which the lowest bit of Args.J is for.
func applyCurve(op *autodiff.Op, args autodiff.Args, x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	if dir.back() {
		args.J |= 1
	}
	return op.Apply2(nil, args, x.Shape(), x.Shape(), x, raw)
}

func openCurve[C curve](c *autodiff.Call, g C) curveRun[C] {
	x := c.InShape(0)
	r := curveRun[C]{g: g, size: g.sizes(), c: c, inverse: c.Args().J&1 == 1, d: x.Cols}
	r.shared = c.InShape(1).Rows == 1 && x.Rows > 1
	r.block = max(1, min(x.Rows, curveBlock/max(1, x.Cols))) * x.Cols
	r.raw, r.p, r.work = r.temp(r.size.raw), r.temp(r.size.prepared), r.temp(r.size.work)
	if r.shared {
		r.once = r.temp(r.size.prepared).first(r.d)
		r.read(c.In(1), r.d)
		g.prepare(r.once, r.raw.first(r.d), r.work.first(r.d))
	}
	return r
}

// temp returns columns of a block.
func (r *curveRun[C]) temp(k int) columns {
	return columns{r.c.Temp(k * (r.block + curvePad)), r.block, r.block + curvePad}
}

// read sets raw from the parameters of n elements, one after the other.
func (r *curveRun[C]) read(from []float64, n int) {
	k := r.size.raw
	for j := range k {
		col := r.raw.at(j)[:n]
		for i := range col {
			col[i] = from[i*k+j]
		}
	}
}

// parameters returns what is prepared for n elements from number i on.
func (r *curveRun[C]) parameters(i, n int) columns {
	p := r.p.first(n)
	if !r.shared {
		r.read(r.c.In(1)[i*r.size.raw:], n)
		r.g.prepare(p, r.raw.first(n), r.work.first(n))
		return p
	}
	for k := range r.size.prepared {
		repeat(p.at(k), r.once.at(k))
	}
	return p
}

// kept returns what is kept of n elements from number i on; saved is all of it.
func (r *curveRun[C]) kept(saved []float64, i, n int) columns {
	if len(saved) == 0 {
		return columns{n: n}
	}
	return columns{saved[i*r.size.kept:], n, n}
}

func (r *curveRun[C]) forward() {
	in, v, ls := r.c.In(0), r.c.Out(0), r.c.Out(1)
	var saved []float64
	if r.c.Needs() {
		saved = r.c.Save(len(in) * r.size.kept)
	}
	for i := 0; i < len(in); i += r.block {
		n := min(r.block, len(in)-i)
		p, keep := r.parameters(i, n), r.kept(saved, i, n)
		if !r.inverse {
			r.g.at(v[i:i+n], ls[i:i+n], in[i:i+n], p, keep, r.work.first(n))
			continue
		}
		if !r.g.invert(v[i:i+n], ls[i:i+n], in[i:i+n], p, keep, r.work.first(n)) {
			r.solve(v[i:i+n], in[i:i+n], p)
			p = r.parameters(i, n) // which the search has sorted
			r.g.at(r.c.Temp(n), ls[i:i+n], v[i:i+n], p, keep, r.work.first(n))
		}
		kernel.Scale(ls[i:i+n], ls[i:i+n], -1)
	}
}

func (r *curveRun[C]) backward() {
	x, y := r.c.In(0), r.c.Out(0)
	if r.inverse {
		x, y = y, x
	}
	draw := r.c.InGrad(1)
	din := orTemp(r.c, r.c.InGrad(0), x)
	dv, dls := orTemp(r.c, r.c.OutGrad(0), x), orTemp(r.c, r.c.OutGrad(1), x)
	slope, bend, u, v := r.c.Temp(r.block), r.c.Temp(r.block), r.c.Temp(r.block), r.c.Temp(r.block)
	dp := r.temp(r.size.pulled)
	r.draw = r.temp(r.size.raw)
	total := columns{r.c.Temp(r.size.pulled * r.d), r.d, r.d} // over the rows, if they share parameters
	clear(total.data)
	for i := 0; i < len(x); i += r.block {
		n := min(r.block, len(x)-i)
		kernel.Scale(slope[:n], r.c.Out(1)[i:i+n], direction(r.c.Args().J&1).sign())
		kernel.Exp(slope[:n], slope[:n])
		at := curvePoint{x[i : i+n], y[i : i+n], slope[:n], r.parameters(i, n), r.kept(r.c.Saved(), i, n), r.work.first(n)}
		r.g.bend(bend[:n], at)
		r.weigh(u[:n], v[:n], din[i:i+n], dv[i:i+n], dls[i:i+n], slope, bend)
		if draw == nil {
			continue
		}
		clear(dp.data)
		r.g.pull(dp.first(n), u[:n], v[:n], at)
		if !r.shared {
			r.unread(draw[i*r.size.raw:], dp, at.p, n)
			continue
		}
		for k := range r.size.pulled {
			sum := total.at(k)
			for j, d := range dp.at(k)[:n] {
				sum[j%r.d] += d
			}
		}
	}
	if draw != nil && r.shared {
		r.read(r.c.In(1), r.d)
		r.unread(draw, total, r.once, r.d)
	}
}

// weigh adds to the gradient of the input, and sets the weights u and v of the gradients of g and log g′ in those of
// the parameters. Nothing flows where the slope is not a positive number.
func (r *curveRun[C]) weigh(u, v, din, dv, dls, slope, bend []float64) {
	for i := range u {
		s := slope[i]
		switch {
		case !(s > 0 && s <= math.MaxFloat64):
			u[i], v[i] = 0, 0
		case r.inverse:
			d := kernel.FMA(-dls[i], bend[i], dv[i]) / s
			din[i] += d
			u[i], v[i] = -d, -dls[i]
		default:
			u[i], v[i] = dv[i], dls[i]
			din[i] += kernel.FMA(dv[i], s, float64(dls[i]*bend[i]))
		}
	}
}

// unread adds to the gradients of the parameters of n elements, one after the other, whose values raw holds.
func (r *curveRun[C]) unread(to []float64, dp, p columns, n int) {
	k := r.size.raw
	d := r.draw.first(n)
	clear(r.draw.data)
	r.g.unprepare(d, dp.first(n), p, r.raw.first(n), r.work.first(n))
	for j := range k {
		for i, g := range d.at(j) {
			to[i*k+j] += g
		}
	}
}
