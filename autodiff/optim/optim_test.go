package optim

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// gradients returns a fixed series of noisy gradients.
func gradients(steps, n int) [][]float64 {
	r := rand.New(rng.New(3))
	g := make([][]float64, steps)
	for i := range g {
		g[i] = make([]float64, n)
		for j := range g[i] {
			g[i][j] = float64(j) - 1 + r.NormFloat64()
		}
	}
	return g
}

// The recurrences as PyTorch 2's torch.optim states them.
func torchAdam(p float64, g []float64, rate, b1, b2, eps, decay float64) float64 {
	m, v := 0.0, 0.0
	for i, g := range g {
		t := float64(i + 1)
		p *= 1 - rate*decay
		m += (g - m) * (1 - b1)
		v = v*b2 + (1-b2)*g*g
		p -= rate / (1 - math.Pow(b1, t)) * m / (math.Sqrt(v)/math.Sqrt(1-math.Pow(b2, t)) + eps)
	}
	return p
}

func torchSGD(p float64, g []float64, rate, mu float64, nesterov bool) float64 {
	u := 0.0
	for i, g := range g {
		if i == 0 {
			u = g
		} else {
			u = mu*u + g
		}
		if nesterov {
			p -= rate * (g + mu*u)
		} else {
			p -= rate * u
		}
	}
	return p
}

func TestRecurrences(t *testing.T) {
	const n, steps, rate = 4, 300, 0.01
	series := gradients(steps, n)
	column := func(j int) []float64 {
		c := make([]float64, steps)
		for i := range c {
			c[i] = series[i][j]
		}
		return c
	}
	for name, c := range map[string]struct {
		opt  Optimizer
		want func(p float64, g []float64) float64
	}{
		"Adam": {&Adam{}, func(p float64, g []float64) float64 { return torchAdam(p, g, rate, 0.9, 0.999, 1e-8, 0) }},
		"Adam with settings": {&Adam{Beta1: 0.8, Beta2: 0.95, Eps: 1e-3},
			func(p float64, g []float64) float64 { return torchAdam(p, g, rate, 0.8, 0.95, 1e-3, 0) }},
		"AdamW": {&AdamW{}, func(p float64, g []float64) float64 { return torchAdam(p, g, rate, 0.9, 0.999, 1e-8, 0.01) }},
		"AdamW with settings": {&AdamW{Adam: Adam{Beta1: 0.5}, Decay: 0.3},
			func(p float64, g []float64) float64 { return torchAdam(p, g, rate, 0.5, 0.999, 1e-8, 0.3) }},
		"SGD":      {&SGD{}, func(p float64, g []float64) float64 { return torchSGD(p, g, rate, 0, false) }},
		"momentum": {&SGD{Momentum: 0.9}, func(p float64, g []float64) float64 { return torchSGD(p, g, rate, 0.9, false) }},
		"Nesterov": {&SGD{Momentum: 0.9, Nesterov: true}, func(p float64, g []float64) float64 { return torchSGD(p, g, rate, 0.9, true) }},
	} {
		p := []float64{1, 2, 3, 4}
		for _, g := range series {
			c.opt.Step(p, g, rate)
		}
		for j := range p {
			if want := c.want(float64(j+1), column(j)); !(math.Abs(p[j]-want) <= 1e-12*(1+math.Abs(want))) {
				t.Errorf("%s: element %d: got %v, want %v", name, j, p[j], want)
			}
		}
	}
}

// The first step of Adam is rate·g/(|g| + ε), whatever the size of g.
func TestAdamFirstStep(t *testing.T) {
	for _, g := range []float64{1e-200, 1e-3, -1, 1e8, -1e150} {
		p := []float64{0}
		new(Adam).Step(p, []float64{g}, 0.5)
		want := -0.5 * g / (math.Abs(g) + 1e-8)
		if math.Abs(g) < 1e-160 {
			want = -0.5 * g / 1e-8 // g² is 0
		}
		if !(math.Abs(p[0]-want) <= 1e-12*math.Abs(want)) {
			t.Errorf("g = %v: got %v, want %v", g, p[0], want)
		}
	}
}

func TestRosenbrock(t *testing.T) {
	gradient := func(g, p []float64) {
		d := p[1] - p[0]*p[0]
		g[0], g[1] = -2*(1-p[0])-400*p[0]*d, 200*d
	}
	for name, c := range map[string]struct {
		opt  Optimizer
		rate Schedule
	}{
		"Adam":     {&Adam{}, Cosine{Start: 0.05}},
		"momentum": {&SGD{Momentum: 0.95}, WarmUp{100, Constant(2e-4)}},
		"Nesterov": {&SGD{Momentum: 0.95, Nesterov: true}, WarmUp{100, Constant(2e-4)}},
	} {
		p, g := []float64{-1.2, 1}, make([]float64, 2)
		const steps = 5000
		for i := range steps {
			gradient(g, p)
			c.opt.Step(p, g, c.rate.Rate(i, steps))
		}
		if math.Hypot(p[0]-1, p[1]-1) > 1e-3 {
			t.Errorf("%s: got %v, want [1 1]", name, p)
		}
	}
}

// all returns one of each optimizer.
func all() map[string]func() Optimizer {
	return map[string]func() Optimizer{
		"Adam":     func() Optimizer { return new(Adam) },
		"AdamW":    func() Optimizer { return new(AdamW) },
		"SGD":      func() Optimizer { return new(SGD) },
		"momentum": func() Optimizer { return &SGD{Momentum: 0.9} },
	}
}

func TestResume(t *testing.T) {
	g := gradients(40, 3)
	for name, make := range all() {
		want, p := []float64{1, 2, 3}, []float64{1, 2, 3}
		whole, first, second := make(), make(), make()
		for i := range 40 {
			whole.Step(want, g[i], 0.01)
		}
		for i := range 17 {
			first.Step(p, g[i], 0.01)
		}
		if err := second.SetState(first.State()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		first.Step([]float64{1, 2, 3}, g[0], 1) // must not disturb the copy
		for i := 17; i < 40; i++ {
			second.Step(p, g[i], 0.01)
		}
		for j := range p {
			if p[j] != want[j] {
				t.Errorf("%s: element %d: got %v after resuming, %v without", name, j, p[j], want[j])
			}
		}
		if second.State().Steps != 40 {
			t.Errorf("%s: got %d steps, want 40", name, second.State().Steps)
		}
		if err := second.SetState(State{}); err != nil || second.State().Steps != 0 {
			t.Errorf("%s: the zero State: got %v and %d steps", name, err, second.State().Steps)
		}
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	p, g := make([]float64, 100), gradients(1, 100)[0]
	for name, make := range all() {
		opt := make()
		if n := testing.AllocsPerRun(10, func() { opt.Step(p, g, 0.01) }); n != 0 {
			t.Errorf("%s: got %v allocations a step, want 0", name, n)
		}
	}
}

func TestSetStateErrors(t *testing.T) {
	for want, c := range map[string]struct {
		opt Optimizer
		s   State
	}{
		"optim: Adam: got a state of 1 moments, want 2":                  {new(Adam), State{3, [][]float64{{1}}}},
		"optim: Adam: got a state of 0 moments, want 2":                  {new(AdamW), State{Steps: 3}},
		"optim: SGD: got a state of 1 moments, want 0":                   {new(SGD), State{3, [][]float64{{1}}}},
		"optim: SGD: got a state of -1 steps, want at least 0":           {new(SGD), State{Steps: -1}},
		"optim: Adam: got moments of 1 and 2 numbers, want equally many": {new(Adam), State{3, [][]float64{{1}, {1, 2}}}},
	} {
		if err := c.opt.SetState(c.s); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestPanics(t *testing.T) {
	one := []float64{1}
	for want, f := range map[string]func(){
		"optim: Adam: got a gradient of 2 numbers, want 1":         func() { new(Adam).Step(one, []float64{1, 2}, 0.1) },
		"optim: AdamW: got rate -1, want a finite number":          func() { new(AdamW).Step(one, one, -1) },
		"optim: SGD: got rate NaN, want a finite number":           func() { new(SGD).Step(one, one, math.NaN()) },
		"optim: SGD: got rate +Inf, want a finite number":          func() { new(SGD).Step(one, one, math.Inf(1)) },
		"optim: SGD: got momentum 1, want 0 ≤ momentum < 1":        func() { (&SGD{Momentum: 1}).Step(one, one, 0.1) },
		"optim: Adam: got β₁ 1, β₂ 0.999, ε 1e-08, want 0 ≤ β < 1": func() { (&Adam{Beta1: 1}).Step(one, one, 0.1) },
		"optim: AdamW: got decay -1, want at least 0":              func() { (&AdamW{Decay: -1}).Step(one, one, 0.1) },
		"optim: Adam: got 2 numbers, want 1 as before": func() {
			a := new(Adam)
			a.Step(one, one, 0.1)
			a.Step([]float64{1, 2}, []float64{1, 2}, 0.1)
		},
		"optim: Rate: got step -1 of 5":                  func() { Constant(1).Rate(-1, 5) },
		"optim: Rate: got step 0 of 0":                   func() { Cosine{Start: 1}.Rate(0, 0) },
		"optim: OneCycle: got rise 2, want 0 ≤ rise ≤ 1": func() { OneCycle{Peak: 1, Rise: 2}.Rate(0, 1) },
		"optim: StepDecay: got a decay every 0 steps":    func() { StepDecay{Start: 1}.Rate(0, 1) },
		"optim: WarmUp: got -1 steps, want at least 0":   func() { WarmUp{-1, Constant(1)}.Rate(0, 1) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

// torchOneCycle is PyTorch's OneCycleLR with its defaults.
func torchOneCycle(peak float64, step, total int) float64 {
	start, end := peak/25, peak/25/1e4
	top, last := 0.3*float64(total)-1, float64(total-1)
	cos := func(a, b, t float64) float64 { return b + (a-b)/2*(1+math.Cos(math.Pi*t)) }
	if s := float64(step); s <= top {
		return cos(start, peak, s/top)
	}
	return cos(peak, end, (float64(step)-top)/(last-top))
}

func TestSchedules(t *testing.T) {
	const total = 100
	for step := range total {
		x := float64(step)
		for name, c := range map[string]struct {
			s    Schedule
			want float64
		}{
			"Constant":  {Constant(0.3), 0.3},
			"Cosine":    {Cosine{0.3, 0.1}, 0.03 + 0.27*(1+math.Cos(math.Pi*x/total))/2},
			"OneCycle":  {OneCycle{Peak: 0.3}, torchOneCycle(0.3, step, total)},
			"StepDecay": {StepDecay{0.3, 20, 0.5}, 0.3 * math.Pow(0.5, math.Floor(x/20))},
		} {
			if got := c.s.Rate(step, total); !(math.Abs(got-c.want) <= 1e-15) {
				t.Errorf("%s: step %d: got %v, want %v", name, step, got, c.want)
			}
			if got := (WarmUp{Then: c.s}).Rate(step, total); got != c.s.Rate(step, total) {
				t.Errorf("%s: step %d: got %v with a warm-up of no steps, want %v", name, step, got, c.s.Rate(step, total))
			}
			w := WarmUp{10, c.s}
			if got := w.Rate(step+10, total+10); got != c.s.Rate(step, total) {
				t.Errorf("%s: step %d: got %v after the warm-up, want %v", name, step, got, c.s.Rate(step, total))
			}
			if late := c.s.Rate(total+7, total); late != c.s.Rate(total, total) {
				t.Errorf("%s: got %v late, want %v", name, late, c.s.Rate(total, total))
			}
		}
	}
}

// A schedule over few steps must stay within its bounds.
func TestShortSchedules(t *testing.T) {
	for total := 1; total < 12; total++ {
		for step := range total + 1 {
			for _, s := range []Schedule{Cosine{1, 0.5}, OneCycle{Peak: 1}, OneCycle{Peak: 1, Rise: 1}, StepDecay{Start: 1, Every: 3},
				WarmUp{5, Cosine{Start: 1}}, WarmUp{50, Constant(1)}} {
				if r := s.Rate(step, total); !(r >= 0 && r <= 1) {
					t.Errorf("%#v: step %d of %d: got %v", s, step, total, r)
				}
			}
		}
	}
}

func TestPower(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 17, 1000, 100000} {
		if got, want := power(0.999, n), math.Pow(0.999, float64(n)); math.Abs(got-want) > 1e-11*want {
			t.Errorf("0.999^%d: got %v, want %v", n, got, want)
		}
	}
}
