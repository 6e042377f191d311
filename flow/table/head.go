package table

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// A head is what the network's outputs mean for one column: the logits of its atoms and of Comps logistic
// distributions of the warped number, then these' locations and the logarithms of their scales:
//
//	p(v) = Σₖ πₖ·[v is atom k] + Σ_c π_c·(F((b−μ_c)/s_c) − F((a−μ_c)/s_c))/Step,  F(z) = 1/(1+e⁻ᶻ)
//
// a and b being the warped ends of the grid's cell around v; off a grid it is the derivative of F there. The density is with respect
// to counting on the atoms and to length elsewhere: on a grid an atom has the mass of its cell, too.
type head struct {
	Atoms int
	Comps int
	Step  float64
	Warp  warp
}

func (h *head) logits() int { return h.Atoms + h.Comps }

// width is how many outputs of the network the head has.
func (h *head) width() int { return h.Atoms + 3*h.Comps }

// slots is how many numbers tell the loss what a column's value is, see target.
const slots = 4

// A target is a value as the densities need it.
type target struct {
	weight float64
	atom   int     // −1 for none
	a, b   float64 // ends of the cell, or the number and its log-slope; warped
}

// Scales of the logistic distributions are kept between these logarithms.
const leastScale, mostScale = -7, 3

func clampScale(raw float64) float64 { return special.Exp(min(max(raw, leastScale), mostScale)) }

func sigmoid(z float64) float64 {
	f, _ := halves(-z)
	return f
}

// halves returns F(−z), and F(z)/e^{min(z, 0)}, which is at least a half.
func halves(z float64) (other, rest float64) {
	e := special.Exp(-math.Abs(z))
	rest = 1 / (1 + e)
	if z < 0 {
		return rest, rest
	}
	return e * rest, rest
}

// component returns the logarithm of a logistic distribution's mass in the target's cell, or off a grid of its density, and its derivatives
// by location and log-scale.
func (h *head) component(t *target, mu, s float64) (lp, dmu, ds float64) {
	if h.Step == 0 {
		z := (t.a - mu) / s
		other, rest := halves(math.Abs(z))
		th := math.Copysign(rest-other, z) // tanh(z/2)
		return special.Log(rest*rest/s) - math.Abs(z) + t.b, th / s, z*th - 1
	}
	// F(v) − F(u) = (1 − e^{−(v−u)})·F(v)·F(−u), without cancellation.
	u, v := (t.a-mu)/s, (t.b-mu)/s
	mass := 1.0
	if w := v - u; !math.IsInf(w, 0) {
		mass = -special.Expm1(-w)
		ds = -w * (1 - mass) / mass
	}
	if !math.IsInf(v, 0) {
		g, rest := halves(v)
		mass *= rest
		lp += min(v, 0)
		dmu -= g / s
		ds -= v * g
	}
	if !math.IsInf(u, 0) {
		g, rest := halves(-u)
		mass *= rest
		lp -= max(u, 0)
		dmu += g / s
		ds += u * g
	}
	return lp + special.Log(mass), dmu, ds
}

// unit is the logarithm by which a component is a density: of an atom's cell counts the mass.
func (h *head) unit(t *target) float64 {
	if h.Step == 0 || t.atom >= 0 {
		return 0
	}
	return special.Log(h.Step)
}

// logProb returns log p of a target by a row of outputs. With grad, which is as long, it adds to that
// weight·∂(−log p). work has room for the logits, twice.
func (h *head) logProb(out []float64, t *target, grad, work []float64) float64 {
	n := h.logits()
	logits, lps := out[:n], work[n:2*n]
	top := logits[0]
	for _, l := range logits[1:] {
		top = max(top, l)
	}
	var norm float64
	for i, l := range logits {
		e := special.Exp(l - top)
		work[i] = e
		norm += e
	}
	logNorm := top + special.Log(norm)
	best := math.Inf(-1)
	if t.atom >= 0 {
		best = logits[t.atom]
	}
	use := h.Comps > 0 && (t.atom < 0 || h.Step > 0)
	if use {
		unit := h.unit(t)
		for c := range h.Comps {
			mu, raw := out[n+c], out[n+h.Comps+c]
			lp, dmu, ds := h.component(t, mu, clampScale(raw))
			lp += logits[h.Atoms+c] - unit
			lps[h.Atoms+c] = lp
			best = max(best, lp)
			if grad != nil { // times the share, below
				if raw <= leastScale && ds < 0 || raw >= mostScale && ds > 0 {
					ds = 0
				}
				work[2*n+c], work[2*n+h.Comps+c] = dmu, ds
			}
		}
	}
	if math.IsInf(best, -1) {
		return best
	}
	var total float64
	if t.atom >= 0 {
		total = special.Exp(logits[t.atom] - best)
	}
	if use {
		for c := range h.Comps {
			total += special.Exp(lps[h.Atoms+c] - best)
		}
	}
	lp := best + special.Log(total)
	if grad != nil {
		h.addGrad(t, logits, lps, work, norm, lp, use, grad)
	}
	return lp - logNorm
}

// addGrad adds weight·∂(−log p).
func (h *head) addGrad(t *target, logits, lps, work []float64, norm, lp float64, use bool, grad []float64) {
	n := h.logits()
	for i := range logits {
		grad[i] += t.weight * work[i] / norm
	}
	if t.atom >= 0 {
		grad[t.atom] -= t.weight * special.Exp(logits[t.atom]-lp)
	}
	if !use {
		return
	}
	for c := range h.Comps {
		share := t.weight * special.Exp(lps[h.Atoms+c]-lp)
		grad[h.Atoms+c] -= share
		grad[n+c] -= share * work[2*n+c]
		grad[n+h.Comps+c] -= share * work[2*n+h.Comps+c]
	}
}

// heads are those of all columns: the attributes of the loss.
type heads struct {
	all   []head
	at    []int // where the outputs of each begin
	width int   // of all outputs
	work  int   // numbers that logProb needs
}

func newHeads(all []head) *heads {
	hs := &heads{all: all}
	for j := range all {
		h := &all[j]
		hs.at = append(hs.at, hs.width)
		hs.width += h.width()
		hs.work = max(hs.work, 2*h.logits()+2*h.Comps)
	}
	return hs
}

// lossOp is Σⱼ −wⱼ·log p(vⱼ) of each row, by outputs of the network and targets.
var lossOp = &autodiff.Op{
	Name: "table.Loss",
	Forward: func(c *autodiff.Call) {
		hs := c.Args().Ref.(*heads)
		out, targets, loss := c.In(0), c.In(1), c.Out(0)
		var saved []float64
		if c.Needs() {
			saved = c.Save(len(out))
			clear(saved)
		}
		work := c.Temp(hs.work)
		for i := range loss {
			loss[i] = 0
			row, ts := out[i*hs.width:(i+1)*hs.width], targets[i*slots*len(hs.all):]
			for j := range hs.all {
				h := &hs.all[j]
				s := ts[j*slots:]
				if s[0] == 0 {
					continue
				}
				t := target{s[0], int(s[1]), s[2], s[3]}
				if t.a < -1e300 {
					t.a = math.Inf(-1)
				}
				if t.b > 1e300 {
					t.b = math.Inf(1)
				}
				var g []float64
				if saved != nil {
					g = saved[i*hs.width+hs.at[j]:][:h.width()]
				}
				loss[i] -= s[0] * h.logProb(row[hs.at[j]:][:h.width()], &t, g, work)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		hs := c.Args().Ref.(*heads)
		g, saved, dl := c.InGrad(0), c.Saved(), c.OutGrad(0)
		for i, d := range dl {
			for k := i * hs.width; k < (i+1)*hs.width; k++ {
				g[k] += d * saved[k]
			}
		}
	},
}

// put writes a target as the loss reads it.
func (t *target) put(s []float64) {
	s[0], s[1] = t.weight, float64(t.atom)
	s[2], s[3] = max(t.a, -math.MaxFloat64), min(t.b, math.MaxFloat64)
}

func (h *head) check() error {
	if h.Atoms < 0 || h.Comps < 0 || h.Atoms > 1<<16 || h.Comps > 1<<10 || h.logits() == 0 || !(h.Step >= 0) {
		return fmt.Errorf("got a head of %d atoms and %d components on a grid of %v", h.Atoms, h.Comps, h.Step)
	}
	if h.Comps > 0 {
		return h.Warp.check()
	}
	return nil
}

// target returns a value as the densities need it, and whether the column's support has it.
func (c *Column) target(h *head, v float64) (t target, ok bool) {
	t.atom = -1
	if !c.Kind.numeric() {
		t.atom = int(v)
		return t, true
	}
	if i, at := c.atom(v); at {
		t.atom = i
	}
	if h.Comps == 0 {
		return t, t.atom >= 0
	}
	if h.Step == 0 {
		if t.atom >= 0 {
			return t, true
		}
		if v <= h.Warp.Low || v >= h.Warp.High {
			return t, false
		}
		t.a, t.b = h.Warp.forward(v), h.Warp.logSlope(v)
		return t, true
	}
	v = c.cell(v)
	t.a, t.b = h.Warp.forward(v-h.Step/2), h.Warp.forward(v+h.Step/2)
	return t, t.atom >= 0 || t.a < t.b
}
