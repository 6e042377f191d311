package table

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
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
	atoms    []float64 // probabilities
	number   float64   // that it is none of these
	mean, sd float64
}

// yardRows is how many rows a blend is fitted to at most, and yardSteps how many steps of EM are taken.
const yardRows, yardSteps = 5000, 40

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
	for range yardSteps {
		b.maximise(e, use, resp)
		if components == 1 {
			break
		}
		for i, row := range use {
			b.logProb(e.targets[row], resp[i])
		}
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
		for c, col := range b.columns {
			h := &e.joint.Heads[col]
			p := independent{atoms: make([]float64, h.Atoms)}
			var n, sum, squares float64
			for i, row := range use {
				t, w := &e.targets[row][col], resp[i][k]
				switch {
				case t.weight == 0:
				case t.atom >= 0:
					p.atoms[t.atom] += w
					n += w
				default:
					z := h.middle(t)
					p.number, n, sum, squares = p.number+w, n+w, sum+w*z, squares+w*z*z
				}
			}
			// A row's worth of the standard normal distribution, and of equal probabilities.
			p.mean = sum / (p.number + 1)
			p.sd = max(math.Sqrt(max((squares+1)/(p.number+1)-p.mean*p.mean, 0)), leastSD)
			for i := range p.atoms {
				p.atoms[i] = (p.atoms[i] + 1/float64(h.logits())) / (n + 1)
			}
			p.number = (p.number + float64(h.Comps)/float64(h.logits())) / (n + 1)
			b.parts[k][c] = p
		}
	}
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
		lps[k] = math.Log(b.weights[k])
		for c, col := range b.columns {
			if t := &row[col]; t.weight > 0 {
				lps[k] += part[c].logProb(&b.joint.Heads[col], t)
			}
		}
		best = max(best, lps[k])
	}
	var sum float64
	for k, lp := range lps {
		lps[k] = math.Exp(lp - best)
		sum += lps[k]
	}
	for k := range resp {
		resp[k] = lps[k] / sum
	}
	return best + math.Log(sum)
}

func (p *independent) logProb(h *head, t *target) float64 {
	if t.atom >= 0 {
		mass := p.atoms[t.atom]
		if h.Step > 0 && h.Comps > 0 {
			mass += p.number * math.Exp(p.cell(t))
		}
		return math.Log(mass)
	}
	if h.Step > 0 {
		return math.Log(p.number) + p.cell(t) - math.Log(h.Step)
	}
	return math.Log(p.number) + t.b + withWide(p.sd, func(sd float64) float64 {
		z := (t.a - p.mean) / sd
		return -z*z/2 - math.Log(sd*math.Sqrt(2*math.Pi))
	})
}

// withWide returns the logarithm of a mixture of two normal distributions of one mean, of which the second has a hundredth of
// the weight and ten times the deviation, so that a row far out does not decide; lp is that of one by its deviation.
func withWide(sd float64, lp func(sd float64) float64) float64 {
	a, b := math.Log(0.99)+lp(sd), math.Log(0.01)+lp(10*sd)
	return max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b)))
}

// cell returns the logarithm of the mass in a cell.
func (p *independent) cell(t *target) float64 {
	return withWide(p.sd, func(sd float64) float64 { return logNormalMass((t.a-p.mean)/sd, (t.b-p.mean)/sd) })
}

// logNormalMass returns the logarithm of the standard normal distribution's mass from u to v.
func logNormalMass(u, v float64) float64 {
	if v-u < 0.1 || u > 5 || v < -5 {
		u, v = max(u, -1e3), min(v, 1e3)
		z := (u + v) / 2
		return -z*z/2 - math.Log(math.Sqrt(2*math.Pi)) + math.Log(v-u)
	}
	return math.Log(max((math.Erf(v/math.Sqrt2)-math.Erf(u/math.Sqrt2))/2, 1e-300))
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
