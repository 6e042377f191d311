package flow_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// counted counts the rows that it embeds.
type counted struct {
	nn.Network
	rows atomic.Int64
}

func (c *counted) Apply(x autodiff.Var) autodiff.Var {
	c.rows.Add(int64(x.Rows()))
	return c.Network.Apply(x)
}

// Many rows for each of several contexts: the same bits as with contexts repeated by hand, and each is embedded
// once, or once for each core's share of its rows.
func TestGivenEach(t *testing.T) {
	net := &counted{Network: nn.NewMLP(5, []int{8}, 2, nn.Tanh, rng.New(1))}
	inner := shake(flow.NSFAR(flow.Arch{Dim: 2, Cond: 2, Layers: 2, Hidden: []int{16}}, rng.New(2)), 3)
	embedded := flow.New(dist.NewStdNormal(2), bijector.NewEmbedded(net, inner.Map))
	all := conditionals()
	all["embedded"], all["embedded base"] = embedded, embedded.Then(bijector.NewShift(autodiff.Fixed(1)))
	all["embedded part"] = flow.New(dist.NewMixture(dist.FixedWeights(1, 1), flow.New(embedded), dist.NewStdNormal(2)))
	all["coupling"] = shake(small(2, 5), 6)
	for name, m := range all {
		for _, s := range [][2]int{{1, 7}, {30, 3}, {40, 25}, {3, 700}, {2, 1100}} {
			c, k := normal(s[0], m.CondDim(), 4), s[1]
			n := s[0] * k
			repeated := mat.NewDense(n, m.CondDim(), nil)
			for i := range n {
				repeated.SetRow(i, c.RawRowView(i/k))
			}
			got, want := mat.NewDense(n, m.Dim(), nil), mat.NewDense(n, m.Dim(), nil)
			p, q := m.GivenEach(c, k), m.Given(repeated)
			p.Draw(got, rng.New(5))
			q.Draw(want, rng.New(5))
			if !mat.Equal(got, want) {
				t.Errorf("%s: %d×%d: got other samples than given repeated contexts", name, s[0], k)
			}
			if !slices.Equal(p.LogProbs(nil, got), q.LogProbs(nil, got)) {
				t.Errorf("%s: %d×%d: got other log-densities than given repeated contexts", name, s[0], k)
			}
		}
	}
	net.rows.Store(0)
	embedded.GivenEach(normal(40, 5, 1), 25).Draw(mat.NewDense(1000, 2, nil), rng.New(1))
	if got := net.rows.Load(); got != 40 {
		t.Errorf("got %d contexts embedded, want 40", got)
	}
	mustPanic(t, "got 6 rows with 3 contexts by GivenEach, want 4 for each", func() { all["flow"].GivenEach(normal(3, 2, 1), 4).Sample(mat.NewDense(6, 2, nil)) })
	mustPanic(t, "got 6 rows with 1 contexts by GivenEach, want 700 for each", func() { all["flow"].GivenEach(normal(1, 2, 1), 700).LogProbs(nil, normal(6, 2, 1)) })
	mustPanic(t, "flow: GivenEach: got 0 rows for each context", func() { all["flow"].GivenEach(normal(3, 2, 1), 0) })
	mustPanic(t, "flow: GivenEach: got a context of 1 columns, want 2", func() { all["flow"].GivenEach(normal(3, 1, 1), 2) })
}
