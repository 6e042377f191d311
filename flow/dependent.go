package flow

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// dependent returns the columns that are linear functions of columns before them, up to a millionth of their spread, and not constant; none if
// the rows are too few to tell. Far rows count less, or the others would vanish beside one.
func dependent(x *mat.Dense) []int {
	n, d := x.Dims()
	if d < 2 || n < 2*d+10 {
		return nil
	}
	mid, scale := spreads(x)
	const chunk = 1024
	gram := mat.NewSymDense(d+1, nil) // of the columns behind one of ones
	for at := 0; at < n; at += chunk {
		m := min(chunk, n-at)
		z := mat.NewDense(d+1, m, nil)
		for i := range m {
			far := 1.0
			for j, v := range x.RawRowView(at + i) {
				u := max(min((v-mid[j])/scale[j], 1e100), -1e100)
				z.Set(1+j, i, u)
				far += u * u / float64(d)
			}
			z.Set(0, i, 1)
			for j := range d + 1 {
				z.Set(j, i, z.At(j, i)/math.Sqrt(far))
			}
		}
		gram.SymRankK(gram, 1, z)
	}
	return singular(gram)
}

// spreads returns medians of columns, and distances of other quantiles from them or, where these are 0, the largest.
func spreads(x *mat.Dense) (mid, scale []float64) {
	n, d := x.Dims()
	const most = 1000
	for j := range d {
		var some []float64
		for i := 0; i < n; i += 1 + n/most {
			some = append(some, x.At(i, j))
		}
		slices.Sort(some)
		m := quantile(some, 0.5)
		s := max(quantile(some, 0.84)-m, m-quantile(some, 0.16))
		if s == 0 {
			s = max(mat.Max(x.ColView(j))-m, m-mat.Min(x.ColView(j)))
		}
		if s == 0 {
			s = 1
		}
		mid, scale = append(mid, m), append(scale, s)
	}
	return mid, scale
}

// singular returns the columns of z that columns before them give, from zᵀz by its Cholesky factor; the first column
// of z is of ones and is not counted.
func singular(gram *mat.SymDense) []int {
	const least = 1e-12 // variance that is left of a column's
	n := gram.SymmetricDim()
	l := mat.NewDense(n, n, nil)
	var found []int
	for j := range n {
		row := l.RawRowView(j)
		left, whole := gram.At(j, j), gram.At(j, j)
		for k := range j {
			pivot := l.At(k, k)
			if pivot == 0 {
				continue
			}
			s := gram.At(j, k)
			for i, v := range l.RawRowView(k)[:k] {
				s -= row[i] * v
			}
			row[k] = s / pivot
			left -= row[k] * row[k]
			if k == 0 {
				whole = left
			}
		}
		switch {
		case j > 0 && left > least*whole, j == 0:
			row[j] = math.Sqrt(left)
		case whole > least*gram.At(j, j): // not constant
			found = append(found, j-1)
		}
	}
	return found
}

// copies returns how many rows are the same as one before them, with its context.
func copies(d *train.Memory) int {
	seen := map[uint64]int{}
	count := 0
	for i := range d.Len() {
		h := uint64(0xcbf29ce484222325)
		each := func(row []float64) {
			for _, v := range row {
				h = (h ^ math.Float64bits(v+0)) * 0x100000001b3 // −0 is 0
				h ^= h >> 29
			}
		}
		each(d.Rows.RawRowView(i))
		if d.Contexts != nil {
			each(d.Contexts.RawRowView(i))
		}
		before, ok := seen[h]
		if !ok {
			seen[h] = i
		} else if slices.Equal(d.Rows.RawRowView(before), d.Rows.RawRowView(i)) &&
			(d.Contexts == nil || slices.Equal(d.Contexts.RawRowView(before), d.Contexts.RawRowView(i))) {
			count++
		}
	}
	return count
}
