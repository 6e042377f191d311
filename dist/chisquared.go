package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// ChiSquared is the distribution of the sum of k squared standard normal
// variables, the gamma distribution with shape k/2 and rate ½.
type ChiSquared struct {
	DF autodiff.Value
}

// NewChiSquared returns d independent chi-square columns. It panics unless df is
// positive.
func NewChiSquared(d int, df autodiff.Value) *Columns {
	return NewColumns(d, &ChiSquared{positive("NewChiSquared", "df", df)})
}

func (c *ChiSquared) values() values  { return values{c.DF} }
func (c *ChiSquared) family() *family { return chiSquaredFamily }

var chiSquaredFamily = func() *family {
	f := derived(gammaFamily, "ChiSquared", []string{"df"}, func(p nums) nums { return nums{0.5, half(p[0])} }, nil)
	f.logDensity = within(0, math.Inf(1), func(x autodiff.Var, p vars) autodiff.Var {
		return gammaOp.of(x.MulConst(0.5), p[0].MulConst(0.5)).Add(chiNormOp.of(p[0])).AddConst(-math.Ln2)
	})
	return f
}()
