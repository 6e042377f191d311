package flow

import "math"

// A pairing finds permutations of least cost by shortest augmenting paths.
//
// Roy Jonker, Ton Volgenant, A shortest augmenting path algorithm for dense and sparse linear assignment problems, 1987.
type pairing struct {
	price, dist   []float64 // of columns; dist is from the row to be paired
	row, way      []int     // of each column: the row it is paired with, −1 if it is free, and that before it on the path
	column        []int     // of each row, −1 if it is free
	todo, reached []int     // columns
}

// least returns the column of each row of an n×n matrix so that the sum of their costs is least, in O(n³). Where costs
// are NaN it returns some permutation.
func (p *pairing) least(cost []float64, n int) []int {
	p.begin(cost, n)
	for i := range n {
		if p.column[i] < 0 {
			p.augment(p.path(cost, n, i), i)
		}
	}
	return p.column
}

// begin sets prices to the least cost of each column, and pairs it with a row of that cost if one is free.
func (p *pairing) begin(cost []float64, n int) {
	if n > cap(p.row) {
		p.price, p.dist = make([]float64, n), make([]float64, n)
		p.row, p.way, p.column, p.todo, p.reached = make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	}
	p.price, p.dist = p.price[:n], p.dist[:n]
	p.row, p.way, p.column = p.row[:n], p.way[:n], p.column[:n]
	for i := range p.column {
		p.column[i] = -1
	}
	for k := range n {
		least, at := math.Inf(1), 0
		for i := range n {
			if c := cost[i*n+k]; c < least {
				least, at = c, i
			}
		}
		p.price[k], p.row[k] = least, -1
		if p.column[at] < 0 {
			p.row[k], p.column[at] = at, k
		}
	}
}

// path finds the shortest path from a row to a free column, returns that, and sets the prices at which the path is free.
func (p *pairing) path(cost []float64, n, from int) int {
	p.todo, p.reached = p.todo[:0], p.reached[:0]
	for k := range n {
		p.todo = append(p.todo, k)
		p.dist[k] = math.Inf(1)
	}
	row, shift := from, 0.0 // the way to a column by row costs cost − price − shift
	for {
		next, least := 0, math.Inf(1)
		costs := cost[row*n : row*n+n]
		for at, k := range p.todo {
			d := p.dist[k]
			if c := costs[k] - p.price[k] - shift; c < d || !(d < math.Inf(1)) {
				d = c
				p.dist[k], p.way[k] = c, row
			}
			if d < least {
				next, least = at, d
			}
		}
		k := p.todo[next]
		last := len(p.todo) - 1
		p.todo[next], p.todo = p.todo[last], p.todo[:last]
		if row = p.row[k]; row < 0 {
			for _, r := range p.reached {
				p.price[r] += p.dist[r] - p.dist[k]
			}
			return k
		}
		p.reached = append(p.reached, k)
		shift = cost[row*n+k] - p.price[k] - p.dist[k]
	}
}

// augment pairs the rows along the path from a row to column k.
func (p *pairing) augment(k, from int) {
	for {
		row := p.way[k]
		p.row[k] = row
		k, p.column[row] = p.column[row], k
		if row == from {
			return
		}
	}
}
