package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// VonMisesFisher is the von Mises–Fisher distribution on the unit sphere, the rows of d values with
// |x| = 1, with mean direction μ, the MeanDirection brought to length 1, and concentration κ:
// log p(x) = κ·(μᵀx − 1) − log(2π^(d/2)/Γ(d/2)) − log(e^(−κ)·₀F₁(d/2; κ²/4)), a density in the
// surface of the sphere, also written as κ·μᵀx + (d/2−1)·log κ − d/2·log 2π − log I_(d/2−1)(κ). A
// log-density costs O(d), a draw O(d): R. A. Fisher, Dispersion on a sphere, 1953.
type VonMisesFisher struct {
	MeanDirection, Concentration autodiff.Value
}

// NewVonMisesFisher returns the distribution of rows of as many columns as direction has values,
// whose length does not matter. It panics unless these are two at least, finite and not all 0, and
// concentration is one positive number, or fixed and 0: the uniform distribution on the sphere.
func NewVonMisesFisher(direction, concentration autodiff.Value) *VonMisesFisher {
	m := &VonMisesFisher{direction, bounded("NewVonMisesFisher", "concentration", concentration, 0, math.Inf(1), 0)}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// Restore checks the fields.
func (m *VonMisesFisher) Restore() error {
	if m.MeanDirection.IsZero() || m.MeanDirection.Len() < 2 {
		return fmt.Errorf("dist: VonMisesFisher: got no mean direction of two values or more, want one")
	}
	if n := length(m.MeanDirection.Numbers()); !(n > 0) || math.IsInf(n, 0) {
		return fmt.Errorf("dist: VonMisesFisher: got a mean direction of length %v, want a positive finite one", n)
	}
	return checkScalar("VonMisesFisher: concentration", m.Concentration)
}

// Dim returns d.
func (m *VonMisesFisher) Dim() int { return m.MeanDirection.Len() }

// LogDensity returns log p of the direction x/|x| of each row, −Inf unless |x| is 1 within 10⁻⁸.
// Its gradient is tangential.
func (m *VonMisesFisher) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("VonMisesFisher: LogDensity", x.Cols(), m.Dim())
	t, n := x.Tape(), autodiff.Shape{Rows: x.Rows(), Cols: 1}
	κ := m.Concentration.On(t)
	versine, penalty := directionOp.Apply2(nil, autodiff.Args{}, n, n, x, m.MeanDirection.On(t))
	norm := logBesselOp.of(κ, t.Scalar(0.5*float64(m.Dim())-1)).AddConst(logArea(m.Dim()))
	return versine.Mul(κ).Add(norm).Neg().Add(penalty)
}

// logArea returns the logarithm of the surface 2π^(d/2)/Γ(d/2) of the unit sphere.
func logArea(d int) float64 {
	half := 0.5 * float64(d)
	return math.Ln2 + float64(half*logπ) - special.Lgamma(half)
}

// logBesselOp is log(e^(−κ)·₀F₁(n+1; κ²/4)) of κ, given n.
var logBesselOp = newFused("LogBessel",
	func(x args) float64 { return first(special.LogBessel(x[1], x[0])) },
	func(x args) args { return args{second(special.LogBessel(x[1], x[0]))} })

// directionOp has inputs x (n×d) and m (1×d). Its first output is the versine 1 − uᵀμ of their
// directions u and μ, its second 0 where the row has length 1 and −Inf elsewhere.
var directionOp = &autodiff.Op{
	Name: "Direction",
	Forward: func(c *autodiff.Call) {
		m, d := c.In(1), c.InShape(0).Cols
		long := length(m)
		for i := range c.Out(0) {
			x := c.In(0)[i*d : (i+1)*d]
			n := length(x)
			if math.Abs(n-1) > 1e-8 {
				c.Out(0)[i], c.Out(1)[i] = 0, math.Inf(-1)
				continue
			}
			c.Out(0)[i], c.Out(1)[i] = versine(x, m, n, long), 0
		}
	},
	Backward: func(c *autodiff.Call) {
		m, d, dm := c.In(1), c.InShape(0).Cols, c.InGrad(1)
		long, dy := length(m), c.OutGrad(0)
		for i, penalty := range c.Out(1) {
			if penalty != 0 || dy == nil {
				continue
			}
			x, v := c.In(0)[i*d:(i+1)*d], c.Out(0)[i]
			n := length(x)
			for j := range x { // of the versine v in x is (u − μ − v·u)/|x|
				u, μ := x[j]/n, m[j]/long
				if dx := c.InGrad(0); dx != nil {
					dx[i*d+j] += dy[i] * kernel.FMA(-v, u, u-μ) / n
				}
				if dm != nil {
					dm[j] += dy[i] * kernel.FMA(-v, μ, μ-u) / long
				}
			}
		}
	},
}

// versine returns 1 − uᵀμ for the directions u = x/n and μ = m/l, as ½|u−μ|², where nothing cancels.
func versine(x, m []float64, n, l float64) float64 {
	sum := 0.0
	for j, v := range x {
		e := v/n - m[j]/l
		sum = kernel.FMA(e, e, sum)
	}
	return 0.5 * sum
}

// Draw fills the rows of batch: a sample of μᵀx, and a uniform direction across μ.
func (m *VonMisesFisher) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("VonMisesFisher: Draw", batch, m.Dim()) {
		return
	}
	r, κ, μ := generator(src), m.Concentration.Numbers()[0], m.direction()
	axis := math.Copysign(1, -μ[0]) // the reflection swaps μ and this multiple of the first axis
	across := append([]float64(nil), μ...)
	across[0] -= axis
	square := 2 - 2*axis*μ[0] // |across|²
	for i := range batch.RawMatrix().Rows {
		row := batch.RawRowView(i)
		v, rest := drawVersine(r, κ, 0.5*float64(m.Dim()-1))
		for j := 1; j < len(row); j++ {
			row[j] = r.NormFloat64()
		}
		row[0] = axis * (1 - v)
		scale := math.Sqrt(float64(v*rest)) / length(row[1:])
		dot := float64(row[0] * across[0])
		for j := 1; j < len(row); j++ {
			row[j] *= scale
			dot = kernel.FMA(row[j], across[j], dot)
		}
		for j := range row {
			row[j] = kernel.FMA(-2*dot/square, across[j], row[j])
		}
		n := length(row)
		for j := range row {
			row[j] /= n
		}
	}
}

// drawVersine returns a sample of 1 − μᵀx and 1 + μᵀx, given κ and half = (d−1)/2: rejection from a
// transformed beta distribution (Andrew T. A. Wood, Simulation of the von Mises Fisher
// distribution, 1994), whose logit is shifted here, so that both have all digits. It accepts two thirds.
func drawVersine(r *rand.Rand, κ, half float64) (v, rest float64) {
	b := 0.5 * half / κ
	if q := κ / half; q < 1e8 {
		b = 1 / (q + special.Hypot1(q))
	}
	shift := special.Log(b)
	for range tries {
		u := drawLogitBeta(r, half, half) + shift
		v, rest = 2*special.Sigmoid(u), 2*special.Sigmoid(-u)
		q := κ * (v - 2*b/(1+b)) / (2 * half)
		if special.Log(uniform(r)) <= 2*half*special.Log1pMinus(q) {
			return v, rest
		}
	}
	return 0, 2
}

func (m *VonMisesFisher) direction() []float64 {
	μ := m.MeanDirection.Numbers()
	n := length(μ)
	for j := range μ {
		μ[j] /= n
	}
	return μ
}

// LogProb returns log p(x).
func (m *VonMisesFisher) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *VonMisesFisher) Rand(dst []float64) []float64 { return Rand(m, dst) }

// resultant returns the mean and the variance of μᵀx.
func (m *VonMisesFisher) resultant() (mean, variance float64) {
	mean, _, variance = special.BesselRatio(0.5*float64(m.Dim())-1, m.Concentration.Numbers()[0])
	return mean, variance
}

// MeanLength returns |E x| = I_(d/2)(κ)/I_(d/2−1)(κ).
func (m *VonMisesFisher) MeanLength() float64 {
	a, _ := m.resultant()
	return a
}

// Mean sets dst to E x = |E x|·μ.
func (m *VonMisesFisher) Mean(dst []float64) []float64 {
	dst = sized("Mean", dst, m.Dim())
	a := m.MeanLength()
	for j, μ := range m.direction() {
		dst[j] = a * μ
	}
	return dst
}

// Variance sets dst to the variances of the columns.
func (m *VonMisesFisher) Variance(dst []float64) []float64 {
	dst = sized("Variance", dst, m.Dim())
	a, along := m.resultant()
	across := 1 / float64(m.Dim()) // E (xᵀv)² for v across μ
	if κ := m.Concentration.Numbers()[0]; κ > 0 {
		across = a / κ
	}
	for j, μ := range m.direction() {
		dst[j] = float64(across*(1-μ)*(1+μ)) + float64(along*μ*μ)
	}
	return dst
}

// Mode sets dst to μ.
func (m *VonMisesFisher) Mode(dst []float64) []float64 {
	dst = sized("Mode", dst, m.Dim())
	copy(dst, m.direction())
	return dst
}

// Entropy returns −E log p.
func (m *VonMisesFisher) Entropy() float64 {
	κ := m.Concentration.Numbers()[0]
	l, slope := special.LogBessel(0.5*float64(m.Dim())-1, κ)
	return logArea(m.Dim()) + l - float64(κ*slope)
}

// Support returns the sphere.
func (m *VonMisesFisher) Support() Support { return Support{Shape: Sphere, dim: m.Dim()} }
