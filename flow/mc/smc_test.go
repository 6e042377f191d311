package mc_test

import (
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func small(s mc.SMCSettings) *mc.SMCSettings {
	s.Particles, s.Adapt = 400, mc.AdaptSettings{Draws: 2000, Rounds: 1, Steps: 200}
	return &s
}

func normalLog(x, loc, sd float64) float64 {
	z := (x - loc) / sd
	return -0.5*z*z - math.Log(sd) - 0.5*math.Log(2*math.Pi)
}

// Evidence and particles of targets that are known, far away and of very unequal scales, shifted by 10⁵, or with a support.
func TestSMC(t *testing.T) {
	for name, c := range map[string]struct {
		f        mc.Func
		settings mc.SMCSettings
		logZ     float64
		mean, sd [2]float64
	}{
		"far": {f: func(x []float64) float64 { return 1e5 + normalLog(x[0], 1e6, 1e3) + normalLog(x[1], -3e-5, 1e-6) },
			logZ: 1e5, mean: [2]float64{1e6, -3e-5}, sd: [2]float64{1e3, 1e-6}},
		"banana": {f: func(x []float64) float64 { return normalLog(x[0], x[1]*x[1]/4, 1) + normalLog(x[1], 0, 2) },
			mean: [2]float64{1, 0}, sd: [2]float64{math.Sqrt(3), 2}},
		"positive": {f: func(x []float64) float64 { return 2*math.Log(x[0]) - x[0] + normalLog(x[1], x[0], 1) }, settings: mc.SMCSettings{
			Map: bijector.NewBlockwise(bijector.Block{B: bijector.Exp{}, In: 1}, bijector.Block{B: bijector.Identity{}, In: 1})},
			logZ: math.Ln2, mean: [2]float64{3, 3}, sd: [2]float64{math.Sqrt(3), 2}},
		"from a prior": {f: func(x []float64) float64 {
			return normalLog(x[0], 0, 10) + normalLog(x[1], 0, 10) - 8*x[0]*x[0] - 8*(x[1]-3)*(x[1]-3)
		},
			settings: mc.SMCSettings{Start: dist.NewNormal(2, autodiff.Fixed(0), autodiff.Fixed(10))},
			logZ:     -math.Log(16*100+1) - 0.5*9/(100+1.0/16), mean: [2]float64{0, 3 * 1600 / 1601.0}, sd: [2]float64{10 / math.Sqrt(1601), 10 / math.Sqrt(1601)}},
	} {
		p, err := mc.SMC(background, c.f, 2, small(c.settings))
		if err != nil {
			t.Fatal(err)
		}
		if d := p.Draws; math.Abs(d.LogZ.Value-c.logZ) > 4*d.LogZ.SE+0.01 || d.ESS < 0.3*float64(d.N) || len(p.Warnings)+len(d.Warnings) > 0 {
			t.Errorf("%s: got %v, want log Z %v", name, p, c.logZ)
		}
		if i := 7; math.Abs(p.LogProb[i]-c.f(p.X.RawRowView(i))) > 1e-9*(1+math.Abs(p.LogProb[i])) {
			t.Errorf("%s: got log-density %v of a particle, want %v", name, p.LogProb[i], c.f(p.X.RawRowView(i)))
		}
		for j := range 2 {
			for what, x := range map[string]*mat.Dense{"particles": p.X, "draws": p.Draws.Resample(2000, rng.New(1))} {
				mean, sd := stat.MeanStdDev(mat.Col(nil, j, x), nil)
				if math.Abs(mean-c.mean[j]) > 0.25*c.sd[j] || math.Abs(sd/c.sd[j]-1) > 0.2 {
					t.Errorf("%s: %s: got mean %v and deviation %v in column %d, want %v and %v", name, what, mean, sd, j, c.mean[j], c.sd[j])
				}
			}
		}
	}
}

// No mode of a ring of eight is lost.
func TestSMCModes(t *testing.T) {
	p, err := mc.SMC(background, mc.Func(ring), 2, small(mc.SMCSettings{Seed: 3}))
	if err != nil {
		t.Fatal(err)
	}
	var share [8]float64
	x := p.Draws.Resample(4000, rng.New(1))
	for i := range 4000 {
		share[int(math.Round(math.Atan2(x.At(i, 1), x.At(i, 0))/math.Pi*4)+8)%8] += 1.0 / 4000
	}
	for _, s := range share {
		if s < 0.08 || s > 0.18 {
			t.Errorf("got shares %.3f of the modes, want 1/8 of each; %v", share, p)
			break
		}
	}
}

// ring is eight normal distributions on a circle of radius 10.
func ring(x []float64) float64 {
	top, lp := math.Inf(-1), [8]float64{}
	for k := range lp {
		s, c := math.Sincos(math.Pi * float64(k) / 4)
		lp[k] = normalLog(x[0], 10*c, 0.5) + normalLog(x[1], 10*s, 0.5)
		top = max(top, lp[k])
	}
	sum := 0.0
	for _, v := range lp {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum/8)
}

func TestSMCErrors(t *testing.T) {
	for want, f := range map[string]mc.Func{
		"does not depend":   func([]float64) float64 { return 3 },
		"at all places":     func([]float64) float64 { return math.NaN() },
		"mc: SMC: context ": nil,
	} {
		ctx, cancel := cancellable()
		if f == nil {
			f = ring
			cancel()
		}
		if _, err := mc.SMC(ctx, f, 2, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
		cancel()
	}
	start := &mc.SMCSettings{Start: dist.NewNormal(2, autodiff.Fixed(-5), autodiff.Fixed(0.1))}
	positive := mc.Func(func(x []float64) float64 { return math.Log(x[0]) - x[0] - x[1]*x[1] })
	if _, err := mc.SMC(background, positive, 2, start); err == nil || !strings.Contains(err.Error(), "all draws of the start") {
		t.Errorf("got error %v of a start outside the support", err)
	}
}

// A flow that is far from the target comes to it.
func TestAdapt(t *testing.T) {
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{16}}, rng.New(1))
	target := mc.Func(func(x []float64) float64 { return 800 + normalLog(x[0], 2+x[1]*x[1]/4, 1) + normalLog(x[1], 1, 1) })
	before, err := mc.Importance(background, target, m, 2000, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	d, err := mc.Adapt(background, target, m, &mc.AdaptSettings{Draws: 2000, Rounds: 3, Steps: 300})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(d.LogZ.Value-800) > 4*d.LogZ.SE+0.01 || d.ESS < 0.5*float64(d.N) || before.ESS > 0.2*float64(before.N) {
		t.Errorf("got %v, and %v before", d, before)
	}
}

// On a simplex: Dirichlet(2, 3, 4), whose constant is 1!·2!·3!/8!.
func TestAdaptOnSurface(t *testing.T) {
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{16}}, rng.New(1)).Then(bijector.StickBreaking{})
	target := mc.Func(func(x []float64) float64 { return math.Log(x[0]) + 2*math.Log(x[1]) + 3*math.Log(x[2]) })
	d, err := mc.Adapt(background, target, m, &mc.AdaptSettings{Draws: 2000, Rounds: 2, Steps: 200})
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Log(12.0 / 40320); math.Abs(d.LogZ.Value-want) > 4*d.LogZ.SE || d.ESS < 0.7*float64(d.N) || len(d.Warnings) > 0 {
		t.Errorf("got %v, want log Z %v", d, want)
	}
}

// The bent tails of a banana are not cut off, and its evidence lacks nothing: the flow learns from rows far out, too.
func TestSMCTails(t *testing.T) {
	target := mc.Func(func(x []float64) float64 { return normalLog(x[0], x[1]*x[1]/4, 1) + normalLog(x[1], 0, 4) })
	want := math.Erfc(2.5 / math.Sqrt2)
	for _, seed := range []uint64{3, 5} {
		p, err := mc.SMC(background, target, 2, &mc.SMCSettings{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		far := p.Draws.Mean(func(x []float64) float64 {
			if math.Abs(x[1]) > 10 {
				return 1
			}
			return 0
		})
		if math.Abs(far.Value-want) > 0.2*want || math.Abs(p.Draws.LogZ.Value) > 2.5*p.Draws.LogZ.SE {
			t.Errorf("seed %d: got %v of the mass more than 2.5 deviations out, want %v; %v", seed, far, want, p)
		}
	}
}

// Scales a thousandfold apart in directions that are no columns, of which the flow is told by a whitener.
func TestSMCDirections(t *testing.T) {
	target := mc.Func(func(x []float64) float64 {
		a, b := (x[0]+x[1])/math.Sqrt2, (x[0]-x[1])/math.Sqrt2
		return normalLog(a, 0, 1000) + normalLog(b, 0, 1) + normalLog(x[2], 3*x[0], 0.5)
	})
	p, err := mc.SMC(background, target, 3, small(mc.SMCSettings{Seed: 1}))
	if err != nil {
		t.Fatal(err)
	}
	if d := p.Draws; math.Abs(d.LogZ.Value) > 4*d.LogZ.SE+0.01 || d.ESS < 0.7*float64(d.N) {
		t.Errorf("got %v, want log Z 0", p)
	}
}
