package bijector

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Graphical maps each column by a univariate whose parameters a masked network makes from the results that are its parents in a
// graph, and from the context:
//
//	yⱼ = g(xⱼ; rⱼ),  rⱼ = Netⱼ(y[Parents j], c)
//
// Each hidden unit belongs to a column and sees what that column's parents are; a column's parameters come from the units that see nothing but its
// parents. The density is that of a Bayesian network with this graph, where each column given its parents has a map of its own. With all columns before
// it as parents of each it is an [Autoregressive]; with some columns as parents of all others, a [Coupling].
//
// The log-determinant is Σⱼ log g′. Inverse, and with it densities, cost one pass of the network; Forward costs as many as the
// longest path of the graph has columns.
//
// Antoine Wehenkel, Gilles Louppe, Graphical Normalizing Flows, 2020, arXiv:2006.02548.
type Graphical struct {
	Parents [][]int // of each column; no column is its own ancestor
	Map     Univariate
	// Layers map the columns and the context to Map.Params() numbers for each column. Units belong to columns in turn: 0, 1, …, d−1, 0, …. Weights
	// between units that the graph does not connect do not count.
	Layers []nn.Layer
	Cond   int // width of the context, 0 for none

	masks  []*autodiff.Param
	passes int
	ctx    autodiff.Var // bound by Given
}

// NewGraphical returns the map of the graph in which parents[j] are those of column j, by a network with these hidden widths, drawn from src, nil for the
// process-wide source, whose last layer is 0, but for a bias where m starts: see [Univariate]. It panics if there is no column or map, the graph has a cycle, or a width is not positive.
func NewGraphical(parents [][]int, m Univariate, cond int, hidden []int, act nn.Activation, src rand.Source) *Graphical {
	must(checkMap("Graphical", m))
	d := len(parents)
	if d == 0 || cond < 0 {
		panic(fmt.Sprintf("bijector: Graphical: got %d columns and a context of %d, want at least one, and none negative", d, cond))
	}
	g := &Graphical{Map: m, Cond: cond, Layers: nn.NewMLP(d+cond, hidden, d*m.Params(), act, src).ZeroLast().Layers}
	for _, p := range parents {
		g.Parents = append(g.Parents, slices.Clone(p))
	}
	must(g.Restore())
	startLayer(g.Layers[len(g.Layers)-1], m)
	return g
}

// Restore checks the fields and makes the masks.
func (g *Graphical) Restore() error {
	d := len(g.Parents)
	if d == 0 || g.Map == nil || g.Cond < 0 {
		return fmt.Errorf("bijector: Graphical: got %d columns, map %T and context width %d, want at least one column, a map, and no negative width", d, g.Map, g.Cond)
	}
	for j, p := range g.Parents {
		for i, k := range p {
			if k < 0 || k >= d || slices.Contains(p[:i], k) {
				return fmt.Errorf("bijector: Graphical: got column %d as a parent of %d, want different ones of 0 to %d", k, j, d-1)
			}
		}
	}
	net := &nn.MLP{Layers: g.Layers}
	if err := net.Restore(); err != nil {
		return fmt.Errorf("bijector: Graphical: %w", err)
	}
	if net.In() != d+g.Cond || net.Out() != d*g.Map.Params() {
		return fmt.Errorf("bijector: Graphical: got a network from %d to %d numbers, want %d to %d", net.In(), net.Out(), d+g.Cond, d*g.Map.Params())
	}
	if g.passes = longestPath(g.Parents); g.passes > d {
		return fmt.Errorf("bijector: Graphical: got parents %v, want a graph without cycles", g.Parents)
	}
	g.connect()
	return nil
}

// longestPath returns how many columns the longest path has, or more than there are if there is a cycle.
func longestPath(parents [][]int) int {
	depth := make([]int, len(parents))
	for pass := 1; ; pass++ {
		changed := false
		for j, p := range parents {
			for _, k := range p {
				if depth[j] <= depth[k] {
					depth[j], changed = depth[k]+1, true
				}
			}
		}
		if !changed || pass > len(parents) {
			return slices.Max(depth) + 1
		}
	}
}

// connect makes the masks.
func (g *Graphical) connect() {
	d := len(g.Parents)
	sees := make([][]bool, d) // whether all parents of one column are parents of another
	for j, p := range g.Parents {
		sees[j] = make([]bool, d)
		for k, q := range g.Parents {
			sees[j][k] = !slices.ContainsFunc(q, func(i int) bool { return !slices.Contains(p, i) })
		}
	}
	g.masks = g.masks[:0]
	for l, layer := range g.Layers {
		in, out := layer.In(), layer.Out()
		mask := autodiff.NewParam(in, out, nil)
		mask.Freeze(true)
		for u := range out {
			of := u % d
			if l == len(g.Layers)-1 {
				of = u / g.Map.Params()
			}
			for v := range in {
				if l == 0 && (v >= d || slices.Contains(g.Parents[of], v)) || l > 0 && sees[of][v%d] {
					mask.Data()[v*out+u] = 1
				}
			}
		}
		g.masks = append(g.masks, mask)
	}
}

// raw returns the parameters that y makes.
func (g *Graphical) raw(y autodiff.Var) autodiff.Var {
	h, t := y, y.Tape()
	if g.Cond > 0 {
		if g.ctx == (autodiff.Var{}) {
			panic(fmt.Sprintf("bijector: Graphical: got no context, want %d columns by Given", g.Cond))
		}
		h = autodiff.Concat(y, g.ctx.Expand(y.Rows(), g.Cond))
	}
	for l, layer := range g.Layers {
		h = layer.Act.Apply(h.MatMul(t.Use(layer.W).Mul(t.Use(g.masks[l]))).Add(t.Use(layer.B)))
	}
	return h
}

// Forward returns y.
func (g *Graphical) Forward(x autodiff.Var) autodiff.Var { y, _ := g.ForwardFLDJ(x); return y }

// Inverse returns x.
func (g *Graphical) Inverse(y autodiff.Var) autodiff.Var { x, _ := g.InverseILDJ(y); return x }

// ILDJ returns Σⱼ log(dxⱼ/dyⱼ).
func (g *Graphical) ILDJ(y autodiff.Var) autodiff.Var { _, l := g.InverseILDJ(y); return l }

// InverseILDJ returns x and Σⱼ log(dxⱼ/dyⱼ).
func (g *Graphical) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	wantCols("Graphical", y, len(g.Parents))
	x, logSlope := g.Map.Inverse(y, g.raw(y))
	return x, logSlope.RowSum()
}

// ForwardFLDJ returns y and Σⱼ log(dyⱼ/dxⱼ): after one pass the columns without parents are right, after another their children, and so on.
func (g *Graphical) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	wantCols("Graphical", x, len(g.Parents))
	y = zeroed(x)
	for range g.passes {
		y, fldj = g.Map.Forward(x, g.raw(y))
	}
	return y, fldj.RowSum()
}

// zeroed returns zeros of the shape of x.
func zeroed(x autodiff.Var) autodiff.Var { return x.Tape().Zeros(x.Rows(), x.Cols()) }

// CondDim returns Cond.
func (g *Graphical) CondDim() int { return g.Cond }

// Given returns the map for the contexts.
func (g *Graphical) Given(c autodiff.Var) Bijector {
	wantContext("Graphical", c, g.Cond)
	bound := *g
	bound.ctx = c
	return &bound
}
