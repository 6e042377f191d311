package table

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/rng"
)

// judged is how many held-out rows the order of the columns is chosen by, and single columns are judged by, at most.
const judged = 500

// judge scores held-out rows, each by the network that has not seen it, and chooses the order of the columns by them.
func (e *examples) judge(r *Report, held [][]int) *kept {
	j := e.joint
	lps := func(order []int, limit int) (all []float64, rows []int, terms [][]float64) {
		for k, use := range held {
			one := j.alone(k)
			one.Order = order
			use = use[:min(len(use), limit)]
			part, partTerms := make([]float64, len(use)), matrix(len(use), j.Dim())
			one.chain(part, e.pick(use), nil, partTerms)
			all, rows, terms = append(all, part...), append(rows, use...), append(terms, partTerms...)
		}
		return all, rows, terms
	}
	best := math.Inf(-1)
	limit := judged / len(held)
	for _, order := range orders(j) {
		all, _, _ := lps(order, limit)
		if m := finiteMean(all); m > best {
			best, j.Order = m, order
		}
	}
	back := slices.Clone(j.Order)
	slices.Reverse(back)
	there, _, _ := lps(j.Order, limit)
	again, _, _ := lps(back, limit)
	n := 0
	for i, lp := range there {
		if d := lp - again[i]; !math.IsNaN(d - d) {
			r.OrderGap, n = r.OrderGap+d*d, n+1
		}
	}
	r.OrderGap = math.Sqrt(r.OrderGap / float64(max(n, 1)))
	var terms [][]float64
	r.LogProbs, r.HeldRows, terms = lps(j.Order, len(e.rows))
	r.NLL = -finiteMean(r.LogProbs)
	var squares float64
	for _, lp := range r.LogProbs {
		if !math.IsInf(lp, 0) {
			squares += (lp + r.NLL) * (lp + r.NLL)
		}
	}
	r.SE = math.Sqrt(squares) / float64(len(r.LogProbs))
	return e.keep(r, held, terms)
}

// finiteMean returns the mean of those that are finite, and −Inf if more than a hundredth are not.
func finiteMean(x []float64) float64 {
	var sum float64
	n := 0
	for _, v := range x {
		if !math.IsNaN(v - v) {
			sum, n = sum+v, n+1
		}
	}
	if n == 0 {
		return math.Inf(-1)
	}
	return sum / float64(n)
}

func (e *examples) pick(use []int) [][]float64 {
	rows := make([][]float64, len(use))
	for i, row := range use {
		rows[i] = e.rows[row]
	}
	return rows
}

// orders returns those that are tried: the table's, categories and what has few values first, numbers first, each also backwards, and a random one. In
// all the last column stays last, as that often is what the others are there for: it is then scored and drawn given all of them.
func orders(j *joint) (all [][]int) {
	n := j.Dim()
	plain := make([]int, n)
	for i := range plain {
		plain[i] = i
	}
	small := slices.Clone(plain)
	slices.SortStableFunc(small, func(a, b int) int {
		x, y := &j.Heads[a], &j.Heads[b]
		if x.Comps != y.Comps {
			return x.Comps - y.Comps
		}
		return x.Atoms - y.Atoms
	})
	for _, o := range [][]int{plain, small} {
		back := slices.Clone(o)
		slices.Reverse(back)
		all = append(all, o, back)
	}
	all = append(all, rand.New(rng.New(uint64(n))).Perm(n))
	for i, o := range all {
		all[i] = append(slices.DeleteFunc(o, func(col int) bool { return col == n-1 }), n-1)
	}
	return all
}

// keep returns what the model keeps of the rows.
func (e *examples) keep(r *Report, held [][]int, terms [][]float64) *kept {
	d := e.joint.Dim()
	k := &kept{Means: make([]float64, d), Typical: make([]float64, d)}
	add := func(sums []float64, counts []int, col int, v float64) {
		if !math.IsNaN(v - v) {
			sums[col] += v
			counts[col]++
		}
	}
	counts := make([]int, d)
	for i, row := range r.HeldRows {
		for col, v := range e.rows[row] {
			if !math.IsNaN(v) {
				add(k.Means, counts, col, terms[i][col])
			}
		}
	}
	for col := range k.Means {
		k.Means[col] /= float64(max(counts[col], 1))
	}
	for i, row := range r.HeldRows {
		k.Scores = append(k.Scores, k.conformity(e.rows[row], terms[i]))
	}
	slices.Sort(k.Scores)
	clear(counts)
	for i, use := range held {
		use = use[:min(len(use), judged/len(held))]
		found := matrix(len(use), d)
		for _, row := range found {
			for col := range row {
				row[col] = math.NaN()
			}
		}
		e.joint.alone(i).others(e.pick(use), func(i, col int, lp float64, _ *Conditional) { found[i][col] = lp })
		for _, row := range found {
			for col, v := range row {
				add(k.Typical, counts, col, v)
			}
		}
	}
	for col := range k.Typical {
		k.Typical[col] /= float64(max(counts[col], 1))
	}
	k.Patterns, k.Shares = patterns(e.rows)
	return k
}

// patterns returns the sets of columns that are blank together, and how often; at most 500, the rarest left out.
func patterns(rows [][]float64) (sets [][]int, shares []float64) {
	type pattern struct {
		columns []int
		count   int
	}
	seen := map[string]*pattern{}
	var all []*pattern
	for _, row := range rows {
		var columns []int
		key := make([]byte, len(row))
		for col, v := range row {
			if math.IsNaN(v) {
				columns, key[col] = append(columns, col), 1
			}
		}
		p := seen[string(key)]
		if p == nil {
			p = &pattern{columns: columns}
			seen[string(key)] = p
			all = append(all, p)
		}
		p.count++
	}
	slices.SortStableFunc(all, func(a, b *pattern) int { return b.count - a.count })
	all = all[:min(len(all), 500)]
	n := 0
	for _, p := range all {
		n += p.count
	}
	for _, p := range all {
		sets, shares = append(sets, p.columns), append(shares, float64(p.count)/float64(n))
	}
	return sets, shares
}
