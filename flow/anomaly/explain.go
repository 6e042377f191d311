package anomaly

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// An Explanation says why a row is odd.
type Explanation struct {
	Result
	// Nearest is a likely row near it, one with a p-value of at least ½, which differs in few columns: what the row would have to be.
	Nearest []float64
	// Columns are what each column adds to the score: their sum is the difference of the scores of the row and of Nearest. Columns
	// in which both agree add nothing.
	Columns []float64
}

// Explain says why a row is odd, and what would be likely in its place.
//
// The likely row is the nearest, columns being divided by their deviations, of draws of the detector's mixtures and of what remains
// of the row if the flow takes noise away from it, x + σ²·∇log p_σ(x), again and again with less, but one that differs in a single
// column if such a row is likely; then every column that can be as it was, without the row becoming odd, is. What a column adds is the integral of the score's slope in that column along the
// straight line from the likely row.
//
// It returns an error if a number is not finite, and panics unless the row has Dim numbers. It costs some
// thousands of scores.
//
// B. Efron, Tweedie's formula and selection bias, 2011; M. Sundararajan, A. Taly, Q. Yan, Axiomatic attribution for deep
// networks, 2017, arXiv:1703.01365.
func (d *Detector) Explain(row []float64) (*Explanation, error) {
	d.check("Explain", len(row))
	for j, v := range row {
		if math.IsNaN(v - v) {
			return nil, fmt.Errorf("anomaly: Explain: column %d: got %v, want a finite number", j, v)
		}
	}
	e := &Explanation{Result: d.Results(mat.NewDense(1, len(row), slices.Clone(row)))[0]}
	z := make([]float64, len(row))
	d.p.standard(z, row)
	y := d.likely(z)
	e.Columns = d.integrate(y, z)
	e.Nearest = slices.Clone(row)
	for j, v := range y {
		if v != z[j] {
			e.Nearest[j] = d.p.Loc[j] + float64(v*d.p.Scale[j])
		}
	}
	return e, nil
}

const (
	draws  = 256 // rows of each mixture that are looked at
	single = 16  // columns that are changed alone
)

// likely returns a standardised row near z whose p-value is at least ½: one that differs in a single column
// if there is one, else the nearest.
func (d *Detector) likely(z []float64) []float64 {
	most := math.Ln2
	c, first := len(z), len(wideNoise)+2
	all := mat.NewDense(first+folds*draws, c, nil)
	all.SetRow(0, z)
	d.denoise(all.Slice(1, first, 0, c).(*mat.Dense), z)
	for k, f := range d.p.Folds {
		at := first + k*draws
		f.Mixture.Draw(all.Slice(at, at+draws, 0, c).(*mat.Dense), rng.New(uint64(k)))
	}
	y, score := d.nearest(all, z, most)
	if score > most || slices.Equal(y, z) {
		return y
	}
	if one := d.oneColumn(all.Slice(first, first+draws, 0, c), y, z); one != nil {
		if x, s := d.nearest(one, z, most); s <= most {
			y = x
		}
	}
	d.restore(y, z, most)
	return y
}

// nearest returns the row nearest to z whose score is at most most, or the row with the least score if there is none, and its score.
func (d *Detector) nearest(rows *mat.Dense, z []float64, most float64) (y []float64, score float64) {
	scores := d.p.scores(rows)
	best, distance := 0, math.Inf(1)
	for i, s := range scores {
		if s < scores[best] {
			best = i
		}
	}
	for i, s := range scores {
		if away := squared(z, rows.RawRowView(i)); s <= most && away < distance {
			best, distance = i, away
		}
	}
	return slices.Clone(rows.RawRowView(best)), scores[best]
}

// oneColumn returns rows like z but for one of the columns in which y differs most from it, with numbers
// of that column from drawn; nil if y differs in one only.
func (d *Detector) oneColumn(drawn mat.Matrix, y, z []float64) *mat.Dense {
	var columns []int
	for j := range y {
		if y[j] != z[j] {
			columns = append(columns, j)
		}
	}
	slices.SortStableFunc(columns, func(a, b int) int { return cmp.Compare(math.Abs(y[b]-z[b]), math.Abs(y[a]-z[a])) })
	columns = columns[:min(single, len(columns))]
	if len(columns) < 2 {
		return nil
	}
	n, _ := drawn.Dims()
	out := mat.NewDense(n*len(columns), len(z), nil)
	for k, j := range columns {
		for i := range n {
			out.SetRow(k*n+i, z)
			out.Set(k*n+i, j, drawn.At(i, j))
		}
	}
	return out
}

// restore sets columns of y to those of z, the nearest first, and then all of them nearer to these, as long as the score is no more than most.
func (d *Detector) restore(y, z []float64, most float64) {
	order := make([]int, len(y))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(y[a]-z[a]), math.Abs(y[b]-z[b])) })
	try := mat.NewDense(1, len(y), nil)
	for _, j := range order {
		try.SetRow(0, y)
		try.Set(0, j, z[j])
		if d.p.scores(try)[0] <= most {
			y[j] = z[j]
		}
	}
	const steps = 32
	line := mat.NewDense(steps, len(y), nil)
	for i := range steps {
		t := float64(i) / steps
		for j := range y {
			line.Set(i, j, y[j]+float64(t*(z[j]-y[j])))
		}
	}
	for i, s := range d.p.scores(line) {
		if i > 0 && s > most {
			break
		}
		copy(y, line.RawRowView(i))
	}
}

// denoise sets the rows of to to what remains of z without noise of less and less width.
func (d *Detector) denoise(to *mat.Dense, z []float64) {
	n, c := to.Dims()
	at := slices.Clone(z)
	widths := append([]float64{d.p.Folds[0].Narrow}, wideNoise...)
	slices.Sort(widths)
	for i := range n {
		σ := widths[n-1-i]
		step := make([]float64, c)
		for k := range d.p.Folds {
			t := autodiff.NewTape()
			x := t.Variable(mat.NewDense(1, c, slices.Clone(at)))
			t.Backward(noisy(d.p.Folds[k].Flow, x, σ).Sum())
			for j, g := range x.Grad() {
				step[j] += σ * σ / folds * g
			}
		}
		for j := range at {
			if v := at[j] + step[j]; !math.IsNaN(v - v) {
				at[j] = v
			}
		}
		to.SetRow(i, at)
	}
}

// points of the line along which slopes are integrated.
const points = 64

// integrate returns the integral of each column's slope along the line from y to z, of the folds' mean largest tail, in units
// in which the sum is the difference of scores.
func (d *Detector) integrate(y, z []float64) []float64 {
	c := len(y)
	line := mat.NewDense(points, c, nil)
	for i := range points {
		t := (float64(i) + 0.5) / points
		for j := range y {
			line.Set(i, j, y[j]+float64(t*(z[j]-y[j])))
		}
	}
	slopes := d.slopes(line)
	out := make([]float64, c)
	for j := range out {
		for i := range points {
			out[j] += slopes.At(i, j) * (z[j] - y[j]) / points
		}
	}
	ends := d.p.scores(mat.NewDense(2, c, slices.Concat(y, z)))
	change, sum := ends[1]-ends[0], floats.Sum(out)
	if !(math.Abs(sum) > 1e-9*math.Abs(change)) || math.IsInf(sum, 0) { // a line too long for its points to see where the score changes
		for j := range out {
			out[j] = math.Abs(z[j] - y[j])
		}
		sum = floats.Sum(out)
	}
	if sum != 0 {
		floats.Scale(change/sum, out)
	}
	return out
}

// slopes returns the gradient of the folds' mean largest tail at standardised rows.
func (d *Detector) slopes(z *mat.Dense) *mat.Dense {
	n, c := z.Dims()
	out := mat.NewDense(n, c, nil)
	for k := range d.p.Folds {
		s := scoreFold(&d.p.Folds[k], z)
		var weights [views]*mat.Dense
		for v := range weights {
			weights[v] = mat.NewDense(n, 1, nil)
		}
		for i := range n {
			_, v := d.p.combine(at(s, i))
			_, slope := d.p.Tails[v].at(s[v][i])
			weights[v].Set(i, 0, slope/folds)
		}
		t := autodiff.NewTape()
		x := t.Variable(z)
		loss := t.Scalar(0)
		for v, score := range d.p.Folds[k].scores(x) {
			loss = loss.Add(score.Mul(t.Matrix(weights[v])).Sum())
		}
		t.Backward(loss)
		floats.Add(out.RawMatrix().Data, x.Grad())
	}
	return out
}
