package table

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// cases are columns of all sorts of heads.
func cases() map[string]Column {
	inf := math.Inf(1)
	return map[string]Column{
		"real":       {Kind: Real, Low: -inf, High: inf},
		"grid":       {Kind: Real, Low: -inf, High: inf, Step: 0.25},
		"positive":   {Kind: Positive, Low: 0, High: inf},
		"count":      {Kind: Count, Low: -0.5, High: inf, Step: 1, Atoms: []float64{0}},
		"amount":     {Kind: Positive, Low: 0, High: inf, Atoms: []float64{0}},
		"bounded":    {Kind: Bounded, Low: 0, High: 1},
		"grid of 11": {Kind: Bounded, Low: -0.05, High: 1.05, Step: 0.1},
		"heavy":      {Kind: Heavy, Low: -inf, High: inf},
		"levels":     {Kind: Levels, Low: -inf, High: inf, Atoms: []float64{0, 0.5, 1}},
		"category":   {Kind: Category, Levels: []string{"a", "b", "c"}, Other: true},
	}
}

// some returns a distribution with random outputs of two networks.
func some(c *Column, src rand.Source) *Conditional {
	r := rand.New(src)
	var x []float64
	for range 200 {
		v := 3 * r.NormFloat64()
		switch {
		case c.High == 1 || c.High == 1.05:
			v = r.Float64()
		case c.Low == 0 || c.Low == -0.5:
			v = math.Exp(r.NormFloat64())
		}
		if c.Kind == Heavy {
			v *= math.Exp(r.NormFloat64())
		}
		x = append(x, v)
	}
	h := newHeadFor(c, x, 100)
	c.Least, c.Most = 0, 1
	outs := make([][]float64, 2)
	for k := range outs {
		outs[k] = make([]float64, h.width())
		for i := range outs[k] {
			outs[k][i] = r.NormFloat64() - 0.5
		}
	}
	return newConditional(c, &h, outs, []float64{0.3, 0.7})
}

// The density of every sort of column sums and integrates to one, and its distribution function and quantiles agree with it.
func TestDensitiesSumToOne(t *testing.T) {
	for name, c := range cases() {
		d := some(&c, rng.New(3))
		var sum float64
		for i := range d.Probabilities {
			v := d.value(i)
			sum += math.Exp(d.LogProb(v))
		}
		switch {
		case d.head.Comps == 0:
		case d.head.Step > 0:
			lo, hi := d.round(max(d.Quantile(1e-9), -2000)), d.round(min(d.Quantile(1-1e-9), 2000))
			sum += 1 - d.CDF(hi)
			for _, a := range c.Atoms {
				if a > hi {
					t.Fatalf("%s: the atom %v is beyond %v", name, a, hi)
				}
			}
			for v := lo; v < hi+d.head.Step/2; v += d.head.Step {
				if _, at := c.atom(v); !at {
					sum += math.Exp(d.LogProb(v)) * d.head.Step
				}
			}
		default: // in the warped number, where it is smooth
			const n = 40000
			for k := range n {
				s := -60 + 120*(float64(k)+0.5)/n
				if v := d.head.Warp.inverse(s); v > d.head.Warp.Low && v < d.head.Warp.High {
					if lp := d.LogProb(v) - d.head.Warp.logSlope(v); !math.IsNaN(lp) {
						sum += math.Exp(lp) * 120 / n
					}
				}
			}
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Errorf("%s: got the mass %v, want 1", name, sum)
		}
		for _, p := range []float64{0.001, 0.3, 0.5, 0.9, 0.999} {
			q := d.Quantile(p)
			below := d.CDF(q - max(1e-9*math.Abs(q), 0.6*d.head.Step, 1e-12))
			if got := d.CDF(q); got < p-1e-6 || below > p+1e-6 {
				t.Errorf("%s: got %v as the quantile of %v, whose CDF is %v and just below it %v", name, q, p, got, below)
			}
		}
	}
}

// The mean of draws is the mean, within its error.
func TestDrawsFollowTheDensity(t *testing.T) {
	for name, c := range cases() {
		d := some(&c, rng.New(5))
		const n = 20000
		src := rng.New(7)
		for _, p := range []float64{0.2, 0.6, 0.95} {
			q := d.Quantile(p)
			want, got := d.CDF(q), 0.0
			for range n {
				if d.Draw(src) <= q {
					got++
				}
			}
			if got /= n; math.Abs(got-want) > 4.5*math.Sqrt(want*(1-want)/n)+1e-9 {
				t.Errorf("%s: got a share %v of draws up to %v, want %v", name, got, q, want)
			}
		}
	}
}

// The gradient of the loss is that of differences.
func TestLossGradient(t *testing.T) {
	for name, c := range cases() {
		d := some(&c, rng.New(9))
		h := d.head
		r := rand.New(rng.New(11))
		out := make([]float64, h.width())
		for i := range out {
			out[i] = r.NormFloat64()
		}
		work := make([]float64, newHeads([]head{*h}).work)
		for range 20 {
			v := d.Draw(r)
			target, ok := c.target(h, v)
			if !ok {
				t.Fatalf("%s: %v is outside the support", name, v)
			}
			target.weight = 1.5
			grad := make([]float64, len(out))
			lp := h.logProb(out, &target, grad, work)
			if one := newConditional(&c, h, [][]float64{out}, []float64{1}).LogProb(v); math.Abs(one-lp) > 1e-9*(1+math.Abs(lp)) {
				t.Errorf("%s: got log p %v by the loss and %v by the distribution", name, lp, one)
			}
			for i := range out {
				const e = 1e-5
				was := out[i]
				out[i] = was + e
				up := h.logProb(out, &target, nil, work)
				out[i] = was - e
				down := h.logProb(out, &target, nil, work)
				out[i] = was
				want := -1.5 * (up - down) / (2 * e)
				if math.Abs(grad[i]-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%s: output %d at %v: got the derivative %v, want %v", name, i, v, grad[i], want)
				}
			}
		}
	}
}

// Maps and their inverses agree, and slopes are those of differences.
func TestWarps(t *testing.T) {
	for _, w := range []warp{
		{Form: "linear", Low: math.Inf(-1), High: math.Inf(1), Shift: 1, Scale: 2},
		{Form: "log", Low: 1, High: math.Inf(1), Shift: 1, Scale: 2},
		{Form: "softplus", Low: 0, High: math.Inf(1), Unit: 0.5, Scale: 2},
		{Form: "asinh", Low: math.Inf(-1), High: math.Inf(1), Mid: 1, Unit: 0.3, Scale: 0.7},
		{Form: "logit", Low: -1, High: 4, Scale: 3},
	} {
		for _, v := range []float64{1.001, 1.5, 2, 3.9} {
			if got := w.inverse(w.forward(v)); math.Abs(got-v) > 1e-12*math.Abs(v) {
				t.Errorf("%s: %v comes back as %v", w.Form, v, got)
			}
			const e = 1e-6
			want := math.Log((w.forward(v+e) - w.forward(v-e)) / (2 * e))
			if got := w.logSlope(v); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s: at %v: got the log-slope %v, want %v", w.Form, v, got, want)
			}
		}
	}
}

// The outputs for one column are those of all for it.
func TestRunColumn(t *testing.T) {
	m, _ := learned()
	j := m.joint
	x := make([]float64, 3*j.features.width)
	for i, row := range [][]float64{{math.NaN(), 0.4, 1}, {-1, math.NaN(), math.NaN()}, {0.3, 0.1, 0}} {
		j.features.row(x[i*j.features.width:][:j.features.width], row)
	}
	for col := range j.Heads {
		var want [][]float64
		j.run(x, 3, func(_ int, outs [][]float64) {
			for _, out := range j.column(col, outs) {
				want = append(want, slices.Clone(out))
			}
		})
		j.runColumn(col, x, 3, func(i int, outs [][]float64) {
			for k, out := range outs {
				for l, v := range out {
					if w := want[i*len(outs)+k][l]; math.Abs(v-w) > 1e-5*(1+math.Abs(w)) {
						t.Fatalf("column %d, row %d, network %d, output %d: got %v, want %v", col, i, k, l, v, w)
					}
				}
			}
		})
	}
}
