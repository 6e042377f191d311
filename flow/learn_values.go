package flow

import (
	"math"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/special"
)

const noiseScale = 3.5 // times the deviation given the other values, of a noisy one

// A component is an elliptical part of a mixture, taken apart by columns: with Λ = Σ⁻¹ and u = Λ(x − μ), the squared distance of a row
// without column j is q − uⱼ²/Λⱼⱼ, and its scale matrix has the determinant |Σ|·Λⱼⱼ.
type component struct {
	loc, factor []float64 // μ and L, lower triangular, Σ = L·Lᵀ
	precision   []float64 // Λⱼⱼ
	df          float64   // infinite for a normal part
	constant    float64   // its log-weight and −½·log|Σ|
	whole, less float64   // of the densities of d and of d−1 columns
	z           []float64 // L⁻¹(x − μ), then u
}

// componentsOf returns those of a mixture of normal or t distributions.
func componentsOf(m *dist.Mixture) []*component {
	logits := m.Logits.Numbers()
	total := special.LogSumExp(logits)
	all := make([]*component, len(m.Parts))
	for k, p := range m.Parts {
		c := &component{df: math.Inf(1), constant: logits[k] - total}
		switch p := p.(type) {
		case *dist.MultivariateNormal:
			c.loc, c.factor = p.Loc.Numbers(), p.L.Data()
		case *dist.MultivariateStudentT:
			c.loc, c.factor, c.df = p.Loc.Numbers(), p.L.Data(), p.DF.Numbers()[0]
		}
		c.prepare()
		all[k] = c
	}
	return all
}

func (c *component) prepare() {
	d := len(c.loc)
	c.z, c.precision = make([]float64, d), make([]float64, d)
	for j := range d {
		c.constant -= special.Log(math.Abs(c.factor[j*d+j]))
		clear(c.z)
		c.z[j] = 1
		c.solve()
		for _, v := range c.z {
			c.precision[j] += float64(v * v)
		}
	}
	c.whole, c.less = c.normalizer(d), c.normalizer(d-1)
}

// normalizer is that of the density of so many columns.
func (c *component) normalizer(d int) float64 {
	half := 0.5 * float64(d)
	if math.IsInf(c.df, 1) {
		return -half * special.Log(2*math.Pi)
	}
	return special.Lgamma(0.5*c.df+half) - special.Lgamma(0.5*c.df) - float64(half*special.Log(c.df*math.Pi))
}

// solve replaces z by L⁻¹·z.
func (c *component) solve() {
	d := len(c.z)
	for i := range d {
		sum := c.z[i]
		for j, l := range c.factor[i*d : i*d+i] {
			sum -= float64(l * c.z[j])
		}
		c.z[i] = sum / c.factor[i*d+i]
	}
}

// distance returns q of a row and sets z to u.
func (c *component) distance(x []float64) (q float64) {
	d := len(c.z)
	for i, v := range x {
		c.z[i] = v - c.loc[i]
	}
	c.solve()
	for _, v := range c.z {
		q += float64(v * v)
	}
	for i := d - 1; i >= 0; i-- {
		c.z[i] /= c.factor[i*d+i]
		for j, l := range c.factor[i*d : i*d+i] {
			c.z[j] -= float64(l * c.z[i])
		}
	}
	return q
}

// kernel is the logarithm of the part of a density of so many columns that depends on the distance.
func (c *component) kernel(q float64, d int) float64 {
	if math.IsInf(c.df, 1) {
		return -0.5 * q
	}
	return -0.5 * (c.df + float64(d)) * special.Log1p(q/c.df)
}

// logDensity returns the weighted log-density of a row, and adds to each column's terms that of the row without its value there, and
// that of the row if this value is noisy: if the deviation given the other values is that many times as large.
func (c *component) logDensity(x []float64, without, noise [][]float64) float64 {
	d, q := len(x), c.distance(x)
	for j, u := range c.z {
		of := u * u / c.precision[j]
		without[j] = append(without[j], c.constant+c.less+c.kernel(max(q-of, 0), d-1)-0.5*special.Log(c.precision[j]))
		noise[j] = append(noise[j], c.constant+c.whole+c.kernel(max(q-float64(of*(1-1.0/(noiseScale*noiseScale))), 0), d)-special.Log(noiseScale))
	}
	return c.constant + c.whole + c.kernel(q, d)
}
