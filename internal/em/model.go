package em

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// A Model is a mixture of K distributions of D columns: Student t distributions with
// DF degrees of freedom, normal ones if DF is +Inf.
type Model struct {
	K, D   int
	DF     float64
	Weight []float64 // K, of sum 1
	Loc    []float64 // K×D
	Scale  []float64 // K×D×D, symmetric
}

// NewModel returns a model with zeros for locations and scales.
func NewModel(k, d int, df float64) *Model {
	return &Model{k, d, df, make([]float64, k), make([]float64, k*d), make([]float64, k*d*d)}
}

// Clone returns a copy.
func (m *Model) Clone() *Model {
	c := NewModel(m.K, m.D, m.DF)
	copy(c.Weight, m.Weight)
	copy(c.Loc, m.Loc)
	copy(c.Scale, m.Scale)
	return c
}

// Normal reports whether the components are normal.
func (m *Model) Normal() bool { return math.IsInf(m.DF, 1) }

// Factor returns the lower Cholesky factor of the scale of component k.
func (m *Model) Factor(k int) []float64 {
	l := make([]float64, m.D*m.D)
	factor(l, m.scale(k), m.D)
	return l
}

func (m *Model) scale(k int) []float64 { return m.Scale[k*m.D*m.D : (k+1)*m.D*m.D] }
func (m *Model) loc(k int) []float64   { return m.Loc[k*m.D : (k+1)*m.D] }

// LogNorm returns the part of a component's log-density that is the same for all of them.
func (m *Model) LogNorm() float64 {
	d := float64(m.D)
	if m.Normal() {
		return -0.5 * d * log2π
	}
	return special.Lgamma(0.5*(m.DF+d)) - special.Lgamma(0.5*m.DF) - float64(0.5*d*special.Log(m.DF*math.Pi))
}

const log2π = 1.8378770664093454835606594728112352797227949472756

// A Prior adds to every component Rows rows of scale Scale, and Ridge on the diagonal as
// an even share of all rows would: that of an inverse Wishart distribution of the scales.
type Prior struct {
	Rows  float64
	Scale []float64 // D×D
	Ridge float64
	// Shrink is the share of every correlation that is taken away after each round.
	Shrink float64
}

// scatter returns the matrix that the prior adds to the scatter of a component.
func (p Prior) scatter(k, d int, total float64) []float64 {
	b := make([]float64, d*d)
	for i, v := range p.Scale {
		b[i] = p.Rows * v
	}
	for j := range d {
		b[j*d+j] += p.Ridge * total / float64(k)
	}
	return b
}
