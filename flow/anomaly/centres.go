package anomaly

import (
	"errors"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A centres is a mixture of round normals: a kernel density in which small clusters of rows stand for their rows, so that none
// of these is kept. Its wide density is
//
//	p(x) = mean over σ of Σₖ wₖ·N(x | cₖ, (vₖ + σ²)·I)
type centres struct {
	At        *autodiff.Param // k×d: means of rows
	Weights   []float64       // shares of the rows
	Variances []float64       // of a number in a cluster
}

const (
	perCentre   = 5 // rows
	leastMember = 3 // rows of a cluster; what belongs to smaller ones is left out
	mostCentres = 512
	centreSteps = 12
	clusterRows = 20000 // from which centres are learned, at most
	prior       = 4     // rows by which variances are drawn to that of all clusters
)

// fitCentres finds clusters of the rows of x by k-means.
func fitCentres(x *mat.Dense, src *rng.Source) *centres {
	n, d := x.Dims()
	if n > clusterRows {
		x = pick(x, rand.New(src).Perm(n)[:clusterRows])
		n = clusterRows
	}
	k := max(1, min(mostCentres, n/perCentre))
	at, sizes := lloyd(x, pick(x, rand.New(src).Perm(n)[:k]), centreSteps)
	sums := make([]float64, k)
	near := make([]int, n)
	away := make([]float64, n)
	eachDistance(x, at, func(i int, squared []float64) { near[i] = least(squared); away[i] = squared[near[i]] })
	for i, c := range near {
		sums[c] += away[i]
	}
	var keep []int
	total, pooled, free := 0.0, 0.0, 0.0
	for c, size := range sizes {
		if size >= leastMember {
			keep = append(keep, c)
			total += size
			pooled += sums[c]
			free += (size - 1) * float64(d)
		}
	}
	pooled /= free
	m := &centres{At: autodiff.FixedMatrix(pick(at, keep))}
	for _, c := range keep {
		m.Weights = append(m.Weights, sizes[c]/total)
		v := (sums[c] + float64(prior*float64(d)*pooled)) / (float64(d) * (sizes[c] - 1 + prior))
		m.Variances = append(m.Variances, v)
	}
	return m
}

// wide returns the log of the wide density of each row, n×1.
func (m *centres) wide(x autodiff.Var) autodiff.Var {
	t := x.Tape()
	k, d := m.At.Dims()
	at := t.Use(m.At)
	away := x.MatMulT(at).MulConst(-2).Add(x.SquareRowSum()).Add(at.SquareRowSum().T()).Clamp(0, farthest*farthest*float64(d))
	var all []autodiff.Var
	for _, σ := range wideNoise {
		slope, base := make([]float64, k), make([]float64, k)
		for c, v := range m.Variances {
			v += float64(σ * σ)
			slope[c] = -0.5 / v
			base[c] = special.Log(m.Weights[c]/float64(len(wideNoise))) - float64(0.5*float64(d)*special.Log(v))
		}
		all = append(all, away.Mul(t.Matrix(mat.NewDense(1, k, slope))).Add(t.Matrix(mat.NewDense(1, k, base))).RowLogSumExp())
	}
	return autodiff.Concat(all...).RowLogSumExp().AddConst(-0.5 * float64(d) * special.Log(2*math.Pi))
}

// Restore checks the fields.
func (m *centres) Restore() error {
	if m.At == nil {
		return errors.New("anomaly: centres: got none")
	}
	k, _ := m.At.Dims()
	if len(m.Weights) != k || len(m.Variances) != k || !finite(m.Weights) || !finite(m.Variances) {
		return errors.New("anomaly: centres: want a finite weight and variance for each")
	}
	for i, w := range m.Weights {
		if !(w > 0 && m.Variances[i] >= 0) {
			return errors.New("anomaly: centres: want positive weights and no negative variance")
		}
	}
	return nil
}
