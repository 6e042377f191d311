package em

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
)

// Start returns a model of k components: the clusters that Lloyd's k-means finds from the
// start of Arthur and Vassilvitskii, k-means++: The advantages of careful seeding, 2007.
// Distances are those of near, the same rows in other coordinates.
func Start(rows, near *Rows, k int, df float64, prior Prior, r *rand.Rand, budget *Budget) *Model {
	c := newClusters(rows, near, k)
	c.seed(r)
	for range 10 {
		budget.spend(float64(rows.N) * float64(k) * float64(rows.D+4))
		if !c.assign() {
			break
		}
		c.centre(r)
	}
	p := newPass(rows, k, prior)
	c.gather(p)
	m := NewModel(k, rows.D, math.Inf(1))
	for c := range k { // an empty cluster has the scale of all rows
		copy(m.scale(c), p.b)
	}
	p.maximise(m)
	m.DF = df
	return m
}

type clusters struct {
	rows    *Rows
	near    *Rows // clipped
	k       int
	centres []float64 // k×d
	of      []int     // the cluster of each row
	best    []float64 // its squared distance
	dist    []float64 // k×blockRows
	offset  []float64 // one for each centre, and for each row of a block
}

func newClusters(rows, near *Rows, k int) *clusters {
	return &clusters{rows, near, k, make([]float64, k*rows.D), make([]int, rows.N), make([]float64, rows.N), make([]float64, k*blockRows), make([]float64, max(k, blockRows))}
}

const clip = 4

// like returns rows of the same number and weights.
func (r *Rows) like() *Rows {
	return &Rows{N: r.N, D: r.D, Total: r.Total, x: make([]float64, len(r.x)), w: r.w, flat: r.flat}
}

// clipped returns the rows with numbers beyond ±4 as ±4.
func (r *Rows) clipped() *Rows {
	near := r.like()
	kernel.Clamp(near.x, r.x, -clip, clip)
	return near
}

// whitened returns the rows in coordinates in which the component m is standard, numbers
// beyond ±4 as ±4.
func (r *Rows) whitened(m *Model) *Rows {
	near, d := r.like(), r.D
	w := make([]float64, d*d)
	InvertLower(w, m.Factor(0), d)
	for at := 0; at < r.N; at += blockRows {
		x, wt := r.block(at)
		to, _ := near.block(at)
		n := len(wt)
		kernel.Gemm(false, false, d, n, d, w, d, x, n, false, to, n)
		for j := range d {
			shift := kernel.Dot(w[j*d:(j+1)*d], m.loc(0))
			kernel.AddConst(to[j*n:(j+1)*n], to[j*n:(j+1)*n], -shift)
		}
	}
	kernel.Clamp(near.x, near.x, -clip, clip)
	return near
}

// seed draws the centres, each row with a probability proportional to its weight
// times its squared distance from those already drawn.
func (c *clusters) seed(r *rand.Rand) {
	d := c.rows.D
	for i := range c.best {
		c.best[i] = 1
	}
	for k := range c.k {
		centre := c.centres[k*d : (k+1)*d]
		c.near.row(centre, c.draw(r))
		for at := 0; at < c.near.N; at += blockRows {
			x, w := c.near.block(at)
			n := len(w)
			best, dist := c.best[at:at+n], c.dist[:n]
			clear(dist)
			for j := range d {
				kernel.AddConst(c.offset[:n], x[j*n:(j+1)*n], -centre[j])
				kernel.MulAdd(dist, c.offset[:n], c.offset[:n])
			}
			for i, v := range dist {
				if k == 0 || v < best[i] {
					best[i] = v
				}
			}
		}
	}
}

// draw returns a row, with a probability proportional to its weight times best.
func (c *clusters) draw(r *rand.Rand) int {
	u := r.Float64() * kernel.Dot(c.best, c.rows.w)
	last := 0
	for i, v := range c.best {
		if v = float64(v * c.rows.w[i]); v > 0 {
			last = i
			if u -= v; u < 0 {
				break
			}
		}
	}
	return last
}

// assign gives every row to the nearest centre and reports whether one moved.
func (c *clusters) assign() (moved bool) {
	d := c.near.D
	offset := c.offset[:c.k]
	kernel.SquareRowSum(offset, c.centres, c.k, d)
	var of [blockRows]int
	for at := 0; at < c.near.N; at += blockRows {
		x, w := c.near.block(at)
		n := len(w)
		dist := c.dist[:c.k*n]
		kernel.Gemm(false, false, c.k, n, d, c.centres, d, x, n, false, dist, n)
		kernel.Scale(dist, dist, -2)
		kernel.AddCol(dist, dist, offset, c.k, n)
		least := dist[:n] // of the first centre, then of all before
		clear(of[:n])
		for k := 1; k < c.k; k++ {
			for i, v := range dist[k*n : (k+1)*n] {
				if v < least[i] {
					of[i], least[i] = k, v
				}
			}
		}
		for i, to := range of[:n] {
			moved = moved || c.of[at+i] != to
			c.of[at+i] = to
		}
	}
	return moved
}

// centre moves the centres to the means of their rows, those without rows to a random one.
func (c *clusters) centre(r *rand.Rand) {
	d := c.near.D
	weight := make([]float64, c.k)
	clear(c.centres)
	x := make([]float64, d)
	for i, k := range c.of {
		c.near.row(x, i)
		weight[k] += c.rows.w[i]
		for j, v := range x {
			c.centres[k*d+j] = kernel.FMA(c.rows.w[i], v, c.centres[k*d+j])
		}
	}
	for k, w := range weight {
		centre := c.centres[k*d : (k+1)*d]
		if w == 0 {
			c.near.row(centre, r.IntN(c.near.N))
			continue
		}
		kernel.Scale(centre, centre, 1/w)
	}
}

// gather fills the sums of a pass with those of the clusters.
func (c *clusters) gather(p *pass) {
	f := features(c.rows.D)
	for at := 0; at < c.rows.N; at += blockRows {
		x, w := c.rows.block(at)
		n := len(w)
		r := p.r[:c.k*n]
		clear(r)
		for i, w := range w {
			r[c.of[at+i]*n+i] = w
			p.count[c.of[at+i]] += w
		}
		monomials(p.phi, x, c.rows.D)
		kernel.Gemm(false, true, c.k, f, n, r, n, p.phi, n, true, p.sums, f)
	}
}
