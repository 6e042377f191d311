package em

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Single fits one component to the rows: its correlations are shrunk by the share that makes rows most likely that are
// left out.
func Single(rows *Rows, df float64, budget *Budget) *Model {
	m := NewModel(1, rows.D, df)
	m.Weight[0] = 1
	u := make([]float64, rows.N)
	for i := range u {
		u[i] = 1
	}
	moments(rows, m)
	for range 2 {
		prior := shrinkage(rows, u, m)
		Fit(rows, m, Options{Prior: prior, Tolerance: 1e-7, Steps: 500}, budget)
		robustWeights(rows, u, m)
	}
	n := max(rows.Total, 1.5) // what is known of few rows: the next one lies farther out
	kernel.Scale(m.Scale, m.Scale, (n+1)/(n-1))
	switch {
	case math.IsInf(df, 1): // is asked for
	case len(rows.flat) > 0: // what is far cannot be said
		m.DF = MinDF
	case !m.Normal() || n < fewRows:
		m.DF = max(min(m.DF, n-1), MinDF)
	}
	return m
}

// Correlated fits a normal distribution as Single does. With that are returned the nats a row by which its correlations make rows
// left out likelier.
func Correlated(rows *Rows) (m *Model, gain float64) {
	m = Single(rows, math.Inf(1), nil)
	u := make([]float64, rows.N)
	for i := range u {
		u[i] = 1
	}
	some, λ := correlations(rows, u, m)
	if some == nil {
		return m, 0
	}
	return m, (some.loss(1) - some.loss(λ)) / 2
}

// fewRows is the number of rows below which their tails are not taken for those of a normal distribution.
const fewRows = 50

// moments sets the component to mean and variances of the rows within the clip.
func moments(rows *Rows, m *Model) {
	near := rows.clipped()
	p := newPass(near, 1, Prior{Ridge: 1e-8})
	newClusters(near, near, 1).gather(p)
	df := m.DF
	m.DF = math.Inf(1)
	p.maximise(m)
	m.DF = df
}

// shrinkage returns the prior that takes a share of the correlations, each row weighted by u.
func shrinkage(rows *Rows, u []float64, m *Model) Prior {
	_, λ := correlations(rows, u, m)
	return Prior{Ridge: 1e-6, Shrink: λ}
}

// correlations returns rows to be left out, nil if there are too few, and the share λ of the correlations that is to be taken away. It begins with
//
//	λ = Σ Var(sᵢⱼ)/Σ sᵢⱼ²
//
// over the correlations, which is nearest to them in the mean square (J. Schäfer, K. Strimmer, A shrinkage approach to
// large-scale covariance matrix estimation and implications for functional genomics, 2005), and goes on by halves or
// doubles while that makes rows left out likelier: where some direction has little variance, λ may be far too large
// for it.
func correlations(rows *Rows, u []float64, m *Model) (some *left, λ float64) {
	d := rows.D
	scatter, squares := make([]float64, d*d), make([]float64, d*d)
	some = &left{d: d, of: m}
	step := (rows.N + leftRows - 1) / leftRows
	z, zz, wz := make([]float64, d*blockRows), make([]float64, d*blockRows), make([]float64, d*blockRows)
	total := 0.0
	for at := 0; at < rows.N; at += blockRows {
		x, w := rows.block(at)
		n := len(w)
		for j := range d {
			s := 1 / math.Sqrt(max(m.Scale[j*d+j], 1e-300))
			for i := range n {
				z[j*n+i] = (x[j*n+i] - m.Loc[j]) * s * math.Sqrt(u[at+i])
			}
		}
		for i := range n {
			if (at+i)%step == 0 {
				some.add(z[i:], n, u[at+i])
			}
		}
		kernel.Mul(zz[:d*n], z[:d*n], z[:d*n])
		kernel.MulRow(wz[:d*n], z[:d*n], w, d, n)
		kernel.Gemm(false, true, d, d, n, wz, n, z, n, true, scatter, d)
		kernel.MulRow(wz[:d*n], zz[:d*n], w, d, n)
		kernel.Gemm(false, true, d, d, n, wz, n, zz, n, true, squares, d)
		total += kernel.Sum(w)
	}
	noise, signal := 0.0, 0.0
	for i := range d {
		for j := range i {
			s := scatter[i*d+j] / total
			noise += max(squares[i*d+j]/total-float64(s*s), 0) / total
			signal = kernel.FMA(s, s, signal)
		}
	}
	λ = 1
	if signal > 0 {
		λ = min(noise/signal, 1)
	}
	if total <= float64(d+1) { // the rows lie in a plane, however well they seem correlated
		λ = max(λ, 1/max(total-1, 1))
	}
	if total <= 2 {
		return nil, λ
	}
	kernel.Scale(scatter, scatter, 1/total)
	some.scatter, some.total = scatter, total
	return some, likeliest(some, λ)
}

// robustWeights sets u to the weights (ν+d)/(ν+q) of the rows.
func robustWeights(rows *Rows, u []float64, m *Model) {
	if m.Normal() {
		return
	}
	p := newPass(rows, 1, Prior{})
	p.prepare(m)
	for at := 0; at < rows.N; at += blockRows {
		x, w := rows.block(at)
		p.evaluate(m, x, w)
		for i := range w {
			u[at+i] = (m.DF + float64(m.D)) / m.DF / (1 + p.q[i])
		}
	}
}
