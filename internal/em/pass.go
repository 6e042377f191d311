package em

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A pass is one evaluation of a model at all rows, with the sums that the next model is
// made of.
type pass struct {
	rows *Rows
	b    []float64 // scatter of the prior
	a    float64   // rows of the prior
	keep float64   // 1 − its Shrink

	coef, base []float64 // K×features, K: log wₖpₖ as a function of the monomials
	trace      []float64 // K: tr(BΣ⁻¹)
	logPrior   float64

	logLik float64
	count  []float64 // Σ r, of either sums
	sums   []float64 // K×features: Σ r·u·monomials
	logs   float64   // Σ r·log(1+q/ν), and
	s1, s2 []float64 // Σ r·s and Σ r·s² with s = q/(ν+q), of components that are not normal

	phi, q, r, u, l, row []float64 // of a block
	small                [3][]float64
}

func newPass(rows *Rows, k int, prior Prior) *pass {
	d := rows.D
	f := features(d)
	p := &pass{rows: rows, b: prior.scatter(k, d, rows.Total), a: prior.Rows, keep: 1 - prior.Shrink,
		coef: make([]float64, k*f), base: make([]float64, k), trace: make([]float64, k), count: make([]float64, k), s1: make([]float64, k), s2: make([]float64, k), sums: make([]float64, k*f),
		phi: make([]float64, f*blockRows), q: make([]float64, k*blockRows), r: make([]float64, k*blockRows), u: make([]float64, k*blockRows), l: make([]float64, k*blockRows), row: make([]float64, 2*blockRows)}
	for _, j := range rows.flat {
		p.b[j*d+j] += rows.Total / float64(k)
	}
	for i := range p.small {
		p.small[i] = make([]float64, d*d)
	}
	return p
}

// work returns how many multiply-adds a pass costs.
func (p *pass) work() float64 {
	k, f := float64(len(p.base)), float64(features(p.rows.D))
	return float64(p.rows.N) * k * (2*f + 20)
}

// prepare writes each squared distance ‖L⁻¹(x−μ)‖² as coefficients of monomials.
func (p *pass) prepare(m *Model) {
	d := m.D
	f := features(d)
	l, w, prec := p.small[0], p.small[1], p.small[2]
	norm := m.LogNorm()
	p.logPrior = 0
	for k := range m.K {
		factor(l, m.scale(k), d)
		InvertLower(w, l, d)
		precision(prec, w, d)
		logDet := 0.0
		for j := range d {
			logDet += special.Log(l[j*d+j])
		}
		p.base[k] = special.Log(m.Weight[k]) + norm - logDet
		p.trace[k] = kernel.Dot(p.b, prec)
		p.logPrior -= float64(p.a*logDet) + float64(0.5*p.trace[k])
		quadratic(p.coef[k*f:(k+1)*f], prec, m.loc(k))
	}
}

// quadratic sets c to the coefficients of (x−μ)ᵀP(x−μ).
func quadratic(c, prec, loc []float64) {
	d, at := len(loc), 1+len(loc)
	c[0] = 0
	for i := range d {
		pμ := kernel.Dot(prec[i*d:(i+1)*d], loc)
		c[0] = kernel.FMA(pμ, loc[i], c[0])
		c[1+i] = -2 * pμ
		for j := i; j < d; j++ {
			c[at] = 2 * prec[i*d+j]
			if i == j {
				c[at] = prec[i*d+i]
			}
			at++
		}
	}
}

// run evaluates the model m, and adds up what add does for every block of rows, nil for nothing.
func (p *pass) run(m *Model, add func(m *Model, rows int)) {
	p.prepare(m)
	clear(p.count)
	clear(p.sums)
	clear(p.s1)
	clear(p.s2)
	p.logLik, p.logs = 0, 0
	for at := 0; at < p.rows.N; at += blockRows {
		x, w := p.rows.block(at)
		p.evaluate(m, x, w)
		p.responsibilities(m.K, w)
		if add != nil {
			add(m, len(w))
		}
	}
}

// evaluate sets q to the squared distances of a block and r to log wₖpₖ, K×m.
func (p *pass) evaluate(m *Model, x, w []float64) {
	k, n, f := m.K, len(w), features(m.D)
	monomials(p.phi, x, m.D)
	q, r := p.q[:k*n], p.r[:k*n]
	kernel.Gemm(false, false, k, n, f, p.coef, f, p.phi, n, false, q, n)
	kernel.Clamp(q, q, 0, math.Inf(1)) // what rounding makes negative
	if m.Normal() {
		kernel.Scale(r, q, -0.5)
	} else {
		l := p.l[:k*n]
		kernel.Scale(q, q, 1/m.DF)
		kernel.Log1p(l, q)
		kernel.Scale(r, l, -0.5*(m.DF+float64(m.D)))
	}
	kernel.AddCol(r, r, p.base, k, n)
}

// responsibilities turns log wₖpₖ of a block into the weighted probabilities of the
// components, and adds to the log-likelihood.
func (p *pass) responsibilities(k int, w []float64) {
	n := len(w)
	top, sum := p.row[:n], p.row[blockRows:blockRows+n]
	r := p.r[:k*n]
	copy(top, r)
	for c := 1; c < k; c++ {
		for i, v := range r[c*n : (c+1)*n] {
			if v > top[i] {
				top[i] = v
			}
		}
	}
	kernel.SubRow(r, r, top, k, n)
	kernel.Exp(r, r)
	copy(sum, r)
	for c := 1; c < k; c++ {
		kernel.Add(sum, sum, r[c*n:(c+1)*n])
	}
	p.logLik += kernel.Dot(w, top)
	kernel.Div(top, w, sum)
	kernel.MulRow(r, r, top, k, n)
	kernel.Log(sum, sum)
	p.logLik += kernel.Dot(w, sum)
}

// addCounts adds the probabilities of a block of n rows.
func (p *pass) addCounts(k, n int) {
	for c := range k {
		p.count[c] += kernel.Sum(p.r[c*n : (c+1)*n])
	}
}

// addMoments adds the sums that the next locations and scales are made of.
func (p *pass) addMoments(m *Model, n int) {
	k, f := m.K, features(m.D)
	p.addCounts(k, n)
	r := p.r[:k*n]
	if !m.Normal() {
		u := p.u[:k*n]
		kernel.AddConst(u, p.q[:k*n], 1)
		kernel.Div(r, r, u)
	}
	kernel.Gemm(false, true, k, f, n, r, n, p.phi, n, true, p.sums, f)
}

// addTails adds the sums that the next degrees of freedom are made of.
func (p *pass) addTails(m *Model, n int) {
	k := m.K
	p.addCounts(k, n)
	r, q, u, l := p.r[:k*n], p.q[:k*n], p.u[:k*n], p.l[:k*n]
	p.logs += kernel.Dot(r, l)
	kernel.AddConst(u, q, 1)
	kernel.Div(r, r, u)
	kernel.Mul(q, q, r) // r·s
	kernel.Div(l, q, u) // r·s·(1−s)
	for c := range k {
		s1 := kernel.Sum(q[c*n : (c+1)*n])
		p.s1[c] += s1
		p.s2[c] += s1 - kernel.Sum(l[c*n:(c+1)*n])
	}
}
