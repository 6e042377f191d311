package table

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
)

// A blend is a mixture whose components have independent columns: probabilities of atoms and levels, and a normal distribution of
// the warped number. Blanks are left out. It is what scores are compared with.
type blend struct {
	joint   *joint
	columns []int
	weights []float64
	parts   [][]independent // by component and column
}

// An independent is the distribution of one column in a component.
type independent struct {
	atoms     []float64 // probabilities
	number    float64   // that it is none of these
	logAtoms  []float64
	logNumber float64
	mean, sd  float64
}

// yardRows is how many rows a blend is fitted to at most, yardSteps how many steps of EM are taken, and yardGain by how many nats a row each
// has to be better than the one before.
const yardRows, yardSteps, yardGain = 5000, 40, 1e-4

// leastSD is the smallest deviation of a warped number.
const leastSD = 0.02

// fitBlend fits a blend of some columns by EM.
func fitBlend(e *examples, use, columns []int, components int, src rand.Source) *blend {
	b := &blend{joint: e.joint, columns: columns, weights: make([]float64, components), parts: make([][]independent, components)}
	r := rand.New(src)
	use = use[:min(len(use), yardRows)]
	resp := matrix(len(use), components)
	for i := range resp { // begin with random groups
		resp[i][r.IntN(components)] = 1
	}
	lps, before := make([]float64, len(use)), math.Inf(-1)
	for range yardSteps {
		b.maximise(e, use, resp)
		if components == 1 {
			break
		}
		parallel.Pieces(len(use), chunk, func(from, to int) {
			for i := from; i < to; i++ {
				lps[i] = b.logProb(e.targets[use[i]], resp[i])
			}
		})
		mean := finiteMean(lps)
		if mean < before+yardGain {
			break
		}
		before = mean
	}
	return b
}

// maximise sets the parameters by the rows' shares of the components.
func (b *blend) maximise(e *examples, use []int, resp [][]float64) {
	for k := range b.parts {
		b.parts[k] = make([]independent, len(b.columns))
		total := 1.0
		for i := range use {
			total += resp[i][k]
		}
		b.weights[k] = total / float64(len(use)+len(b.parts))
	}
	parallel.Pieces(len(b.columns), 1, func(c, _ int) {
		col := b.columns[c]
		h := &e.joint.Heads[col]
		ps, sums, squares := make([]independent, len(b.parts)), make([]float64, len(b.parts)), make([]float64, len(b.parts))
		for k := range ps {
			ps[k].atoms = make([]float64, h.Atoms)
		}
		for i, row := range use {
			switch t := &e.targets[row][col]; {
			case t.weight == 0:
			case t.atom >= 0:
				for k, w := range resp[i] {
					ps[k].atoms[t.atom] += w
				}
			default:
				z := h.middle(t)
				for k, w := range resp[i] {
					ps[k].number, sums[k], squares[k] = ps[k].number+w, sums[k]+w*z, squares[k]+w*z*z
				}
			}
		}
		for k, p := range ps {
			p.smooth(h, sums[k], squares[k])
			b.parts[k][c] = p
		}
	})
}

// smooth makes a distribution of shares of rows: with a row's worth of the standard normal distribution, and of equal probabilities.
func (p *independent) smooth(h *head, sum, squares float64) {
	p.mean = sum / (p.number + 1)
	p.sd = max(math.Sqrt(max((squares+1)/(p.number+1)-p.mean*p.mean, 0)), leastSD)
	n := p.number + 1
	for _, share := range p.atoms {
		n += share
	}
	p.logAtoms = make([]float64, len(p.atoms))
	for i := range p.atoms {
		p.atoms[i] = (p.atoms[i] + 1/float64(h.logits())) / n
		p.logAtoms[i] = special.Log(p.atoms[i])
	}
	p.number = (p.number + float64(h.Comps)/float64(h.logits())) / n
	p.logNumber = special.Log(p.number)
}

// middle returns the warped number of a target.
func (h *head) middle(t *target) float64 {
	switch {
	case h.Step == 0 || math.IsInf(t.b, 0):
		return t.a
	case math.IsInf(t.a, 0):
		return t.b
	}
	return (t.a + t.b) / 2
}

// logProb returns log p of a row, and sets resp, unless nil, to the shares of the components.
func (b *blend) logProb(row []target, resp []float64) float64 {
	best, lps := math.Inf(-1), make([]float64, len(b.parts))
	for k, part := range b.parts {
		lps[k] = special.Log(b.weights[k])
		for c, col := range b.columns {
			if t := &row[col]; t.weight > 0 {
				lps[k] += part[c].logProb(&b.joint.Heads[col], t)
			}
		}
		best = max(best, lps[k])
	}
	var sum float64
	for k, lp := range lps {
		lps[k] = special.Exp(lp - best)
		sum += lps[k]
	}
	for k := range resp {
		resp[k] = lps[k] / sum
	}
	return best + special.Log(sum)
}

func (p *independent) logProb(h *head, t *target) float64 {
	if t.atom >= 0 {
		if h.Step > 0 && h.Comps > 0 {
			return special.Log(p.atoms[t.atom] + p.number*p.cell(t))
		}
		return p.logAtoms[t.atom]
	}
	if h.Step > 0 {
		return p.logNumber + special.Log(p.cell(t)) - special.Log(h.Step)
	}
	z := (t.a - p.mean) / p.sd
	return p.logNumber + t.b - special.Log(p.sd) + special.Log(max((1-wide)*normal(z)+wide/wider*normal(z/wider), leastMass))
}

// Numbers have a mixture of two normal distributions of one mean, of which the second has a hundredth of the weight and ten times the
// deviation, so that a row far out does not decide.
const wide, wider, leastMass = 0.01, 10, 1e-300

// cell returns the mass in a cell.
func (p *independent) cell(t *target) float64 {
	u, v := (t.a-p.mean)/p.sd, (t.b-p.mean)/p.sd
	return max((1-wide)*normalMass(u, v)+wide*normalMass(u/wider, v/wider), leastMass)
}

// normal returns the standard normal density.
func normal(z float64) float64 { return special.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

// normalMass returns the standard normal distribution's mass from u to v.
func normalMass(u, v float64) float64 {
	if v-u < 0.1 || u > 5 || v < -5 {
		u, v = max(u, -1e3), min(v, 1e3)
		return normal((u+v)/2) * (v - u)
	}
	return special.Ndtr(v) - special.Ndtr(u)
}

// yardsticks adds, times share, the NLL of held-out rows by independent columns, each a blend of five components, and by the best of some
// blends of all columns, fitted to the other rows.
func (e *examples) yardsticks(r *Report, use, held []int, share float64, seed uint64) {
	src := rng.New(seed)
	held = held[:min(len(held), yardRows)]
	nll := func(b *blend) (sum float64) {
		for _, row := range held {
			sum -= b.logProb(e.targets[row], nil) / float64(len(held))
		}
		return sum
	}
	all := make([]int, e.joint.Dim())
	for col := range all {
		all[col] = col
		components := 5
		if e.joint.Heads[col].Comps == 0 {
			components = 1
		}
		r.Independent += share * nll(fitBlend(e, use, []int{col}, components, src))
	}
	best := math.Inf(1)
	for _, components := range []int{2, 4, 8, 16, 32} {
		if components*20 > len(use) && components > 2 {
			break
		}
		m := nll(fitBlend(e, use, all, components, src))
		if m < best {
			best, r.Components = m, components
		} else if m > best+0.1 {
			break
		}
	}
	r.Mixture += share * best
}
