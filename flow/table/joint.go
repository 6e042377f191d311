package table

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func init() { flow.Register("table.joint", (*joint)(nil)) }

// A joint is the distribution of a table's rows, encoded as numbers: of each column given any others, by networks that see the others' values and
// which of them are known; and of all together as the product of these in one order.
type joint struct {
	Schema  *Schema
	Heads   []head
	Pairs   []pair
	Sums    []sum
	Blanks  []int // columns of which the networks may be told that they are blank
	Nets    []member
	Weights []float64 // of the nets
	Order   []int     // of the columns in the joint density

	heads    *heads
	features *features
	parts    [][]member       // of each network and column: with the outputs for that column alone
	shared   *autodiff.Shared // weights in float32: no parameter changes after Restore
}

// A member is one network: a perceptron, and a linear map beside it.
type member struct {
	Body, Skip *nn.MLP
}

func (m *member) apply(x autodiff.Var) autodiff.Var { return m.Body.Apply(x).Add(m.Skip.Apply(x)) }

// Restore checks the fields and derives the others.
func (j *joint) Restore() error {
	if j.Schema == nil || len(j.Heads) != len(j.Schema.Columns) || len(j.Nets) == 0 || len(j.Weights) != len(j.Nets) {
		return errors.New("table: got a joint whose parts are not as many as its columns")
	}
	if err := j.Schema.check(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	order := slices.Clone(j.Order)
	slices.Sort(order)
	for i := range j.Heads {
		c := &j.Schema.Columns[i]
		if err := j.Heads[i].check(); err != nil {
			return fmt.Errorf("table: column %q: %w", c.Name, err)
		}
		if c.atoms() != j.Heads[i].Atoms {
			return fmt.Errorf("table: column %q: got a head of %d atoms, want %d", c.Name, j.Heads[i].Atoms, c.atoms())
		}
		if len(order) != len(j.Heads) || order[i] != i {
			return fmt.Errorf("table: got the order %v, want a permutation of %d columns", j.Order, len(j.Heads))
		}
	}
	number := func(col int) bool { return col >= 0 && col < len(j.Heads) && j.Heads[col].Comps > 0 }
	for _, p := range j.Pairs {
		if !number(p.A) || !number(p.B) || !(p.Scale > 0) || math.IsNaN(p.Slope-p.Slope) {
			return fmt.Errorf("table: got the pair %+v", p)
		}
	}
	for _, t := range j.Sums {
		if !number(t.A) || !number(t.B) || !number(t.C) {
			return fmt.Errorf("table: got the sum %+v", t)
		}
	}
	for _, col := range j.Blanks {
		if col < 0 || col >= len(j.Heads) {
			return fmt.Errorf("table: got blanks of column %d of %d", col, len(j.Heads))
		}
	}
	j.prepare()
	var sum float64
	for k, m := range j.Nets {
		if m.Body == nil || m.Skip == nil || m.Body.In() != j.features.width || m.Skip.In() != j.features.width ||
			m.Body.Out() != j.heads.width || m.Skip.Out() != j.heads.width {
			return fmt.Errorf("table: network %d: want one from %d features to %d outputs", k, j.features.width, j.heads.width)
		}
		if !(j.Weights[k] >= 0) {
			return fmt.Errorf("table: got the weight %v of network %d", j.Weights[k], k)
		}
		sum += j.Weights[k]
	}
	if !(math.Abs(sum-1) < 1e-6) {
		return fmt.Errorf("table: got weights whose sum is %v", sum)
	}
	j.parts, j.shared = make([][]member, len(j.Nets)), new(autodiff.Shared)
	for k := range j.Nets {
		for col := range j.Heads {
			j.parts[k] = append(j.parts[k], j.Nets[k].part(j.heads.at[col], j.Heads[col].width()))
		}
	}
	return nil
}

// part returns the member with n of its outputs alone, those from the first on.
func (m *member) part(first, n int) member {
	cut := func(net *nn.MLP) *nn.MLP {
		c := *net
		c.Layers = slices.Clone(net.Layers)
		last := &c.Layers[len(c.Layers)-1]
		in, out := last.W.Dims()
		columns := func(p *autodiff.Param, rows int) *autodiff.Param {
			return autodiff.FixedMatrix(mat.DenseCopyOf(mat.NewDense(rows, out, p.Data()).Slice(0, rows, first, first+n)))
		}
		last.W, last.B = columns(last.W, in), columns(last.B, 1)
		return &c
	}
	return member{cut(m.Body), cut(m.Skip)}
}

func (j *joint) prepare() {
	j.heads = newHeads(j.Heads)
	j.features = newFeatures(j.Schema, j.Heads, j.Pairs, j.Sums, j.Blanks)
}

// atoms returns how many atoms, levels among them, the column has.
func (c *Column) atoms() int {
	if c.Kind.numeric() {
		return len(c.Atoms)
	}
	if c.Other {
		return len(c.Levels) + 1
	}
	return len(c.Levels)
}

// Dim returns the number of columns.
func (j *joint) Dim() int { return len(j.Heads) }

// densityOp is the joint's log-density of complete rows; it has no gradient.
var densityOp = &autodiff.Op{
	Name: "table.LogDensity",
	Forward: func(c *autodiff.Call) {
		j, d := c.Args().Ref.(*joint), c.InShape(0).Cols
		x, out := c.In(0), c.Out(0)
		rows := make([][]float64, len(out))
		for i := range rows {
			rows[i] = x[i*d : (i+1)*d]
		}
		j.chain(out, rows, nil, nil)
		for i, row := range rows {
			if slices.ContainsFunc(row, math.IsNaN) {
				out[i] = math.NaN()
			}
		}
	},
}

// LogDensity returns log p of each encoded row: NaN with a blank.
func (j *joint) LogDensity(x autodiff.Var) autodiff.Var {
	return densityOp.Apply(nil, autodiff.Args{Ref: j}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x)
}

// Draw fills the rows with samples.
func (j *joint) Draw(batch *mat.Dense, src rand.Source) {
	n, d := batch.Dims()
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = batch.RawRowView(i)
		for k := range d {
			rows[i][k] = math.NaN()
		}
	}
	j.complete(rows, nil, rng.Or(src))
}
