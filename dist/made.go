package dist

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// MADE is an autoregressive distribution: each column has a distribution whose
// parameters a masked network computes from the columns before it in the network's order, and
// from the context:
//
//	log p(x) = Σⱼ log p(xⱼ | rⱼ),  r = Net(x, c),  rⱼ depending on the columns before j
//
// The [Head] says which distribution: of bits, of classes, of real numbers.
// The log-density costs one pass of the network, and so does drawing, in
// whatever number of columns, see [masked.MADE.Fill].
//
// With several masks it is an ensemble, p(x) = mean of pₘ(x) over networks with
// the same weights but other orders and connections; each costs a pass. It is
// trained by taking its members in turn, see [MADE.Member].
//
// M. Germain, K. Gregor, I. Murray and H. Larochelle, MADE: Masked Autoencoder for
// Distribution Estimation, 2015, arXiv:1502.03509.
type MADE struct {
	Net  *masked.MADE
	Head Head
	// Orders and Degrees are those of the members of an ensemble; both are
	// empty if there is only Net itself. Orders are empty if all have Net's.
	Orders  [][]int
	Degrees [][][]int

	members []*masked.MADE
}

// A Head is a family of univariate distributions with raw parameters, any finite
// values, that a network computes.
type Head interface {
	// Params returns K, the number of raw parameters.
	Params() int
	// Inputs returns how many values stand for x in the network.
	Inputs() int
	// Encode returns these values, n×d → n×(d·Inputs).
	Encode(x autodiff.Var) autodiff.Var
	// LogDensities returns log p(xᵢⱼ), n×d, for raw n×(d·K): columns j·K to
	// j·K+K−1 for column j.
	LogDensities(x, raw autodiff.Var) autodiff.Var
	// Draw sets dst[i] to the value that u[i], uniform between 0 and 1, leads to
	// under row i of raw, n×K: increasing in u for most families.
	Draw(dst, raw, u []float64)
}

// NewMADE returns the distribution with a new network for the head;
// the head sets Inputs and Outputs of spec. Nil src is the
// process-wide source. It panics if spec or head is invalid.
func NewMADE(spec masked.Spec, head Head, src rand.Source) *MADE {
	need.One("dist: NewMADE", "head", head)
	m := &MADE{Net: headNet(spec, head, src), Head: head}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

func headNet(spec masked.Spec, head Head, src rand.Source) *masked.MADE {
	if head == nil {
		panic("dist: MADE: got no head, want one")
	}
	spec.Inputs, spec.Outputs = head.Inputs(), head.Params()
	return masked.NewMADE(spec, src)
}

// NewMADEEnsemble returns an ensemble of networks with the same weights and random
// connections, and with orders random orders as well. Otherwise it is like [NewMADE]. It
// panics also if masks is not positive.
func NewMADEEnsemble(spec masked.Spec, head Head, masks int, orders bool, src rand.Source) *MADE {
	need.One("dist: NewMADEEnsemble", "head", head)
	if masks < 1 {
		panic(fmt.Sprintf("dist: NewMADEEnsemble: got %d masks, want at least 1", masks))
	}
	m := &MADE{Net: headNet(spec, head, src), Head: head}
	for _, l := range m.Net.Layers {
		nn.Uniform(l, src) // also the weights that the first network ignores
	}
	r := generator(src)
	widths := spec.Hidden
	if spec.Residual {
		widths = widths[:1]
	}
	for range masks {
		degrees := masked.RandomDegrees(spec.Dim, widths, spec.Cond > 0, src)
		for _, d := range degrees {
			r.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
		}
		m.Degrees = append(m.Degrees, degrees)
		if orders {
			m.Orders = append(m.Orders, r.Perm(spec.Dim))
		}
	}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// Restore checks the fields and makes the members.
func (m *MADE) Restore() error {
	if m.Net == nil || m.Head == nil {
		return fmt.Errorf("dist: MADE: got no network or no head, want both")
	}
	s := &m.Net.Spec
	if in, out := m.Head.Inputs(), m.Head.Params(); in < 1 || out < 1 || m.Net.In() != s.Dim*in || m.Net.Out() != s.Dim*out {
		return fmt.Errorf("dist: MADE: got a network from %d to %d numbers, want %d columns of %d to %d", m.Net.In(), m.Net.Out(), s.Dim, in, out)
	}
	if len(m.Orders) != 0 && len(m.Orders) != len(m.Degrees) {
		return fmt.Errorf("dist: MADE: got %d orders, want %d", len(m.Orders), len(m.Degrees))
	}
	m.members = nil
	for i, degrees := range m.Degrees {
		order := s.Order
		if len(m.Orders) > 0 {
			order = m.Orders[i]
		}
		net, err := m.Net.Remask(order, degrees)
		if err != nil {
			return fmt.Errorf("dist: MADE: member %d: %w", i, err)
		}
		m.members = append(m.members, net)
	}
	if len(m.members) == 0 {
		m.members = []*masked.MADE{m.Net}
	}
	return nil
}

// Dim returns the number of columns.
func (m *MADE) Dim() int { return m.Net.Spec.Dim }

// Members returns the number of networks in the ensemble, 1 for a single one.
func (m *MADE) Members() int { return len(m.members) }

// Member returns the distribution of one network of the ensemble, which shares its
// parameters. To train the ensemble, let step t minimise −log p of Member(t mod
// Members()): the weights learn to serve all orders and connections.
func (m *MADE) Member(i int) *MADE {
	if i < 0 || i >= len(m.members) {
		panic(fmt.Sprintf("dist: MADE.Member: got %d, want 0 to %d", i, len(m.members)-1))
	}
	return &MADE{Net: m.members[i], Head: m.Head, members: m.members[i : i+1]}
}

// CondDim returns the width of the context, 0 if there is none.
func (m *MADE) CondDim() int { return m.Net.Spec.Cond }

// Given returns the distribution for the contexts c, n×CondDim with one row for each
// sample, or 1×CondDim for all. It lives on the tape of c.
func (m *MADE) Given(c autodiff.Var) Distribution {
	checkCols("MADE.Given", c.Cols(), m.CondDim())
	return &given{m, c}
}

// LogDensity returns log p of each row of x. It panics if the network has a context.
func (m *MADE) LogDensity(x autodiff.Var) autodiff.Var {
	return m.LogDensityGiven(x, autodiff.Var{})
}

// LogDensityGiven returns log p(x | c) of each row of x.
func (m *MADE) LogDensityGiven(x, c autodiff.Var) autodiff.Var {
	checkCols("MADE", x.Cols(), m.Dim())
	if m.CondDim() == 0 {
		c = autodiff.Var{}
	}
	code := m.Head.Encode(x)
	one := func(net *masked.MADE) autodiff.Var {
		return m.Head.LogDensities(x, net.ApplyGiven(code, c)).RowSum()
	}
	if len(m.members) == 1 {
		return one(m.members[0])
	}
	all := make([]autodiff.Var, len(m.members))
	for i, net := range m.members {
		all[i] = one(net)
	}
	return autodiff.Concat(all...).RowLogSumExp().AddConst(-special.Log(float64(len(all))))
}

// LogProb returns log p(x).
func (m *MADE) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *MADE) Rand(dst []float64) []float64 { return Rand(m, dst) }

// Draw fills the rows of batch. A row is a function of Dim values of the
// source, or one more for an ensemble: more rows leave the first ones as they are.
func (m *MADE) Draw(batch *mat.Dense, src rand.Source) { m.DrawGiven(batch, nil, src) }

// DrawGiven is like Draw given the contexts c, one for each row or one for all.
func (m *MADE) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	n, d := batch.Dims()
	if !hasRows("MADE", batch, m.Dim()) {
		return
	}
	if m.CondDim() == 0 {
		c = nil
	} else if c != nil {
		checkContext("MADE", c, n, m.CondDim())
	}
	r := generator(src)
	u := make([]float64, n*d)
	rows := make([][]int, len(m.members))
	for i := range n {
		member := 0
		if len(m.members) > 1 {
			member = r.IntN(len(m.members))
		}
		rows[member] = append(rows[member], i)
		for j := range d {
			u[i*d+j] = uniform(r)
		}
	}
	for i, net := range m.members {
		if len(rows[i]) > 0 {
			m.drawRows(net, batch, pickRows(c, rows[i]), rows[i], u)
		}
	}
}

// drawRows fills the given rows of batch from one network.
func (m *MADE) drawRows(net *masked.MADE, batch *mat.Dense, c mat.Matrix, rows []int, u []float64) {
	d := m.Dim()
	t := autodiff.Borrow()
	defer t.Release()
	x, v := make([]float64, len(rows)), make([]float64, len(rows))
	code := mat.NewDense(len(rows), net.In(), nil)
	net.Fill(code, c, func(row, col int, raw, dst []float64) {
		x, v := x[:len(raw)/m.Head.Params()], v[:len(raw)/m.Head.Params()]
		for i := range v {
			v[i] = u[rows[row+i]*d+col]
		}
		m.Head.Draw(x, raw, v)
		t.Reset()
		copy(dst, m.Head.Encode(t.View(len(x), 1, x)).Data())
		for i, y := range x {
			batch.Set(rows[row+i], col, y)
		}
	})
}
