// Package disttest checks that a distribution obeys the laws of distributions. It
// is for the tests of distributions written outside package dist as well as for
// its own:
//
//	func TestLaws(t *testing.T) {
//		disttest.Run(t, disttest.Case{Dist: mine})
//	}
//
// The laws are those of package dist:
//
//   - A draw is a function of its source, lies in the support and has a density.
//   - Rows are independent: each has the log-density that it has alone, and NaN stays
//     in its row.
//   - The gradient of the log-density is that of differences, in the rows and in every
//     learned parameter.
//   - The density integrates to 1: in one column between quantiles, or between those of draws to what the distribution
//     function rises by there, or else to their share; in several against a normal density if their support is known and
//     has no bounds.
//   - The distribution function rises from 0 to 1, its complement is the survival
//     function, their logarithms are the logarithms, and the draws are distributed by it.
//   - Quantiles invert it; of integers each is the smallest that reaches the probability.
//   - Mean, variance and entropy are those of the draws, and no draw has more than the
//     density of the mode.
//
// What a distribution does not know about itself is not asked. The checks are
// deterministic: their seeds are fixed. They take some tenths of a second.
package disttest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// A Case is a distribution to check.
type Case struct {
	Dist dist.Distribution
	// Draws is the number of samples for the laws about draws; 0 is 20,000.
	Draws int
	// Corners are where the density of one column has a corner or a pole, besides the
	// ends of the support.
	Corners []float64
}

// Run checks all laws, each in a subtest.
func Run(t *testing.T, c Case) {
	t.Helper()
	if c.Dist == nil {
		t.Fatal("disttest: Run: got no distribution, want one")
	}
	if c.Draws == 0 {
		c.Draws = 20000
	}
	for _, law := range c.laws() {
		t.Run(law.name, func(t *testing.T) { law.check(t) })
	}
}

type law struct {
	name  string
	check func(testing.TB)
}

func (c *Case) laws() []law {
	return []law{
		{"draws", c.draws}, {"rows", c.rows}, {"gradients", c.gradients}, {"normalisation", c.normalisation}, {"cdf", c.cdf},
		{"logarithms", c.logarithms}, {"quantiles", c.quantiles}, {"moments", c.moments}, {"entropy", c.entropy}, {"mode", c.mode},
	}
}

// sample draws n rows, always the same.
func (c *Case) sample(n int) *mat.Dense {
	x := mat.NewDense(n, c.Dist.Dim(), nil)
	c.Dist.Draw(x, rand.NewPCG(1, 2))
	return x
}

// logDensity returns log p of each row.
func (c *Case) logDensity(x mat.Matrix) []float64 {
	t := autodiff.NewTape()
	return c.Dist.LogDensity(t.Matrix(x)).Dense().RawMatrix().Data
}

// support returns the support, if the distribution knows it.
func (c *Case) support() (dist.Support, bool) {
	s, ok := c.Dist.(dist.Supported)
	if !ok {
		return dist.Support{}, false
	}
	return s.Support(), true
}

// integers reports whether the distribution is one of integers.
func (c *Case) integers() bool {
	s, _ := c.support()
	return s.Shape == dist.Lattice
}

// same reports whether two values are the same, NaN being itself.
func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
