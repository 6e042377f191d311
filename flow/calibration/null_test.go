package calibration_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

const seeds = 200

// checkLevel fails unless the test rejects at 5 % as often as it says, within
// three binomial deviations, when nothing is wrong.
func checkLevel(t *testing.T, p func(seed uint64) float64) {
	t.Helper()
	rejected := 0
	for seed := range uint64(seeds) {
		if p(seed) < 0.05 {
			rejected++
		}
	}
	if sd := math.Sqrt(seeds * 0.05 * 0.95); float64(rejected) > 0.05*seeds+3*sd {
		t.Errorf("%d of %d sound models rejected at 5 %%", rejected, seeds)
	} else if rejected == 0 {
		t.Errorf("none of %d sound models rejected at 5 %%, so the level is not that", seeds)
	}
}

// checkPower fails unless the fault is found at 5 % for nine seeds of ten.
func checkPower(t *testing.T, what string, p func(seed uint64) float64) {
	t.Helper()
	found := 0
	for seed := range uint64(20) {
		if p(seed) < 0.05 {
			found++
		}
	}
	if found < 18 {
		t.Errorf("%s: found for %d seeds of 20", what, found)
	}
}

func normal(d int, mean, sd float64) dist.Distribution {
	return dist.NewNormal(d, autodiff.Fixed(mean), autodiff.Fixed(sd))
}

func rows(d dist.Distribution, n int, src rand.Source) *mat.Dense {
	x := mat.NewDense(n, d.Dim(), nil)
	d.Draw(x, src)
	return x
}

// faulty are models of rows from the standard normal in two columns.
var faulty = map[string]dist.Distribution{
	"too narrow": normal(2, 0, 0.7),
	"too wide":   normal(2, 0, 1.4),
	"shifted":    normal(2, 0.4, 1),
}

// hidden has no method but those of a distribution.
type hidden struct{ dist.Distribution }

func TestPIT(t *testing.T) {
	pit := func(d dist.Distribution, y func(src rand.Source) *mat.Dense) func(uint64) float64 {
		return func(seed uint64) float64 {
			src := rng.New(seed)
			return calibration.PIT(d, y(src), 400, src).P
		}
	}
	sound := func(src rand.Source) *mat.Dense { return rows(normal(2, 0, 1), 200, src) }
	checkLevel(t, pit(normal(2, 0, 1), sound))
	checkLevel(t, func(seed uint64) float64 {
		src := rng.New(seed)
		return calibration.PIT(hidden{normal(2, 0, 1)}, rows(normal(2, 0, 1), 50, src), 5000, src).P
	})
	for what, d := range faulty {
		checkPower(t, what, pit(d, sound))
		checkPower(t, what+", by draws", pit(hidden{d}, sound))
	}
	missing := dist.NewMixture(autodiff.Fixed(0, 0), normal(2, -2, 1), normal(2, 2, 1))
	checkPower(t, "a missing mode", pit(normal(2, -2, 1), func(src rand.Source) *mat.Dense { return rows(missing, 200, src) }))
	checkPower(t, "tail cut off", pit(dist.NewUniform(2, autodiff.Fixed(-1.7), autodiff.Fixed(1.7)), sound))
}

// posterior of the mean of one observation with a standard normal prior.
func posterior(x, widen float64) dist.Distribution { return normal(1, x/2, widen*math.Sqrt(0.5)) }

type rankTest func(truth *mat.Dense, posterior func(i int, batch *mat.Dense), src rand.Source) float64

func TestRanks(t *testing.T) {
	tests := map[string]rankTest{
		"SBC": func(truth *mat.Dense, q func(int, *mat.Dense), src rand.Source) float64 {
			return calibration.SBC(truth, 50, q, src).P
		},
		"TARP": func(truth *mat.Dense, q func(int, *mat.Dense), src rand.Source) float64 {
			return calibration.TARP(truth, 50, q, src).P
		},
	}
	for name, test := range tests {
		p := func(shift, widen float64) func(uint64) float64 {
			return func(seed uint64) float64 {
				src := rng.New(seed)
				truth, x := simulated(150, src)
				return test(truth, func(i int, batch *mat.Dense) { posterior(x[i]+shift, widen).Draw(batch, src) }, src)
			}
		}
		checkLevel(t, p(0, 1))
		checkPower(t, name+" too narrow", p(0, 0.6))
		checkPower(t, name+" too wide", p(0, 1.8))
		if name == "SBC" {
			checkPower(t, name+" shifted", p(0.8, 1))
		}
	}
}

func simulated(n int, src rand.Source) (truth *mat.Dense, x []float64) {
	r := rand.New(src)
	truth = mat.NewDense(n, 1, nil)
	for i := range n {
		truth.Set(i, 0, r.NormFloat64())
		x = append(x, truth.At(i, 0)+r.NormFloat64())
	}
	return truth, x
}

func TestCoverage(t *testing.T) {
	p := func(widen float64) func(uint64) float64 {
		return func(seed uint64) float64 {
			src := rng.New(seed)
			truth, x := simulated(150, src)
			logTruth, logDraws := make([]float64, 150), mat.NewDense(150, 50, nil)
			for i := range x {
				q := posterior(x[i], widen)
				logTruth[i] = dist.LogProb(q, truth.RawRowView(i))
				for k := range 50 {
					logDraws.Set(i, k, dist.LogProb(q, rows(q, 1, src).RawRowView(0)))
				}
			}
			return calibration.Coverage(logTruth, logDraws, src).P
		}
	}
	checkLevel(t, p(1))
	checkPower(t, "too narrow", p(0.6))
	checkPower(t, "too wide", p(1.8))
}

func TestTwoSample(t *testing.T) {
	for name, test := range map[string]func(x, y mat.Matrix, permutations int, src rand.Source) *calibration.TwoSample{
		"energy": calibration.EnergyDistance, "MMD": calibration.MMD,
	} {
		p := func(d dist.Distribution, n int) func(uint64) float64 {
			return func(seed uint64) float64 {
				src := rng.New(seed)
				return test(rows(normal(2, 0, 1), n, src), rows(d, n, src), 99, src).P
			}
		}
		checkLevel(t, p(normal(2, 0, 1), 30))
		checkPower(t, name+" shifted", p(normal(2, 0.7, 1), 100))
		checkPower(t, name+" too wide", p(normal(2, 0, 1.8), 150))
	}
}

func TestTails(t *testing.T) {
	p := func(d dist.Distribution) func(uint64) float64 {
		return func(seed uint64) float64 {
			src := rng.New(seed)
			return calibration.Tails(d, rows(dist.NewStudentT(2, autodiff.Fixed(3), autodiff.Fixed(0), autodiff.Fixed(1)), 1000, src), 5000, src).P
		}
	}
	light := dist.NewUniform(2, autodiff.Fixed(-3), autodiff.Fixed(3))
	checkPower(t, "tail cut off", p(light))
	rejected := 0
	for seed := range uint64(60) {
		if p(dist.NewStudentT(2, autodiff.Fixed(3), autodiff.Fixed(0), autodiff.Fixed(1)))(seed) < 0.05 {
			rejected++
		}
	}
	if rejected > 7 { // discrete and Bonferroni: at most 3 expected
		t.Errorf("%d of 60 sound models rejected", rejected)
	}
}

func TestC2STTellsApart(t *testing.T) {
	src := rng.New(1)
	settings := &calibration.C2STSettings{Hidden: []int{16}, Epochs: 60}
	independent, correlated := rows(normal(2, 0, 1), 600, src), rows(normal(2, 0, 1), 600, src)
	for i := range 600 {
		r := correlated.RawRowView(i)
		r[1] = 0.9*r[0] + math.Sqrt(1-0.81)*r[1]
	}
	if c := calibration.C2ST(independent, correlated, settings); c.Accuracy.Value < 0.65 {
		t.Errorf("columns wrongly independent: %v", c)
	}
	if c := calibration.C2ST(independent, rows(normal(2, 0, 1), 600, src), settings); c.Accuracy.Value > 0.5+3*c.Accuracy.SE {
		t.Errorf("equal samples: %v", c)
	}
	// Two normals δ apart: the best classifier is right with probability Φ(δ/2).
	shifted := rows(normal(2, 1/math.Sqrt2, 1), 600, src)
	want := 0.5 * math.Erfc(-0.5/math.Sqrt2)
	if c := calibration.C2ST(independent, shifted, settings); math.Abs(c.Accuracy.Value-want) > 0.04 || math.Abs(c.AUROC-0.5*math.Erfc(-0.5)) > 0.04 {
		t.Errorf("%v, want %v", c, want)
	}
}
