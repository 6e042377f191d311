package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// singleOnceOp is singleOp for up to singleRows rows without gradients and others that share rounded weights: these are
// rounded as they are needed. Its inputs are x, and W and B of each layer.
var singleOnceOp = &autodiff.Op{
	Name: "nn.SingleOnce",
	Forward: func(c *autodiff.Call) {
		m, n := c.Args().Ref.(*MLP), c.InShape(0).Rows
		wide := m.In()
		for _, l := range m.Layers {
			wide = max(wide, l.Out())
		}
		temp := temp32(c, n*wide, n*wide, max(kernel.RoundedBlock, wide))
		x, y, block := temp.Take(n*wide), temp.Take(n*wide), temp.Take(max(kernel.RoundedBlock, wide))
		kernel.Narrow(x, c.In(0))
		for i, l := range m.Layers {
			act, _ := l.Act.Fused()
			kernel.DenseRounded(y, x, c.In(1+2*i), c.In(2+2*i), 0, n, l.In(), l.Out(), nil, act, block)
			x, y = y, x
		}
		kernel.Widen(c.Out(0), x[:n*m.Out()])
	},
}

// constant reports whether no gradient of any of the values is needed.
func constant(all []autodiff.Var) bool {
	for _, v := range all {
		if !v.Constant() {
			return false
		}
	}
	return true
}
