package kernel

import (
	"bufio"
	"math"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A point is one line of a table: arguments and the value with 50 digits.
type point struct {
	args  []float64
	value *big.Float
}

func table(t testing.TB, name string) []point {
	f, err := os.Open("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ps []point
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		var p point
		for _, a := range w[:len(w)-1] {
			v, err := strconv.ParseFloat(a, 64)
			if err != nil {
				t.Fatal(err)
			}
			p.args = append(p.args, v)
		}
		if p.value, _, err = big.ParseFloat(w[len(w)-1], 10, 200, big.ToNearestEven); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

// ulps returns |got − want| in units in the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) || math.IsNaN(got) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	e := max(want.MantExp(nil)-53, -1074)
	d := new(big.Float).SetPrec(200).SetFloat64(got)
	d.Sub(d, want).SetMantExp(d, -e)
	v, _ := d.Float64()
	return math.Abs(v)
}

var accuracyTests = []struct {
	name  string
	f     func(dst, x []float64)
	limit float64
}{
	{"exp", Exp, 1.5},
	{"log", Log, 1.5},
	{"log1p", Log1p, 3},
	{"expm1", Expm1, 3},
	{"tanh", TanhOf, 3},
	{"sigmoid", Sigmoid, 3},
	{"softplus", Softplus, 3},
	{"sin", Sin, 3},
	{"cos", Cos, 3},
	{"sinh", Sinh, 3},
	{"cosh", Cosh, 3},
	{"asinh", Asinh, 3},
	{"atan", Atan, 3},
}

func TestAccuracy(t *testing.T) {
	for _, c := range accuracyTests {
		ps := table(t, c.name)
		x, y := make([]float64, len(ps)), make([]float64, len(ps))
		for i, p := range ps {
			x[i] = p.args[0]
		}
		c.f(y, x)
		worst, at := 0.0, 0
		for i, p := range ps {
			if u := ulps(y[i], p.value); u > worst {
				worst, at = u, i
			}
		}
		t.Logf("%-9s %4d points, at most %.3f ulp, at %g", c.name, len(ps), worst, x[at])
		if worst > c.limit {
			t.Errorf("%s(%g) = %g, want %.25g: %.3f ulp, want ≤ %g", c.name, x[at], y[at], ps[at].value, worst, c.limit)
		}
	}
}

func TestLogSigmoidIsMinusSoftplus(t *testing.T) {
	for _, p := range table(t, "softplus") {
		var a, b [1]float64
		Softplus(a[:], p.args)
		LogSigmoid(b[:], []float64{-p.args[0]})
		if a[0] != -b[0] {
			t.Fatalf("LogSigmoid(%g) = %g, want %g", -p.args[0], b[0], -a[0])
		}
	}
}

func TestLogSumsAccuracy(t *testing.T) {
	for _, p := range table(t, "log") {
		var hi, lo [1]float64
		LogSums(hi[:], lo[:], p.args)
		rest := new(big.Float).Sub(p.value, new(big.Float).SetFloat64(hi[0]))
		miss, _ := rest.Sub(rest, new(big.Float).SetFloat64(lo[0])).Float64()
		if math.Abs(miss) > 0x1p-64*math.Abs(hi[0]) || math.Abs(lo[0]) > 0x1p-52*math.Abs(hi[0]) {
			t.Errorf("LogSums(%g) = %g + %g, which misses by %g", p.args[0], hi[0], lo[0], miss)
		}
	}
}

func TestLog1pSumAccuracy(t *testing.T) {
	for _, p := range table(t, "log1p") {
		hi, lo := Log1pSum(p.args[0], 0)
		rest := new(big.Float).Sub(p.value, new(big.Float).SetFloat64(hi))
		miss, _ := rest.Sub(rest, new(big.Float).SetFloat64(lo)).Float64()
		if math.Abs(miss) > 0x1p-62*math.Abs(hi) {
			t.Errorf("Log1pSum(%g) = %g + %g, which misses by %g", p.args[0], hi, lo, miss)
		}
	}
	for _, rest := range []float64{1e-20, -3e-18} {
		hi, lo := Log1pSum(0.25, rest)
		if want, low := Log1pSum(0.25, 0); math.Abs((hi-want)+(lo-low)-rest/1.25) > 1e-30 {
			t.Errorf("Log1pSum(0.25, %g) = %g + %g, want %g + %g + %g", rest, hi, lo, want, low, rest/1.25)
		}
	}
}

func TestPowAccuracy(t *testing.T) {
	worst := 0.0
	for _, p := range table(t, "pow") {
		var y [1]float64
		Pow(y[:], p.args[:1], p.args[1])
		u := ulps(y[0], p.value)
		worst = max(worst, u)
		if u > 3 {
			t.Errorf("Pow(%g, %g) = %g, want %.20g: %.3f ulp", p.args[0], p.args[1], y[0], p.value, u)
		}
	}
	t.Logf("pow       at most %.3f ulp", worst)
}

func TestPowSpecial(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	vs := []float64{0, math.Copysign(0, -1), 0.5, -0.5, 1, -1, 2, -2, 3, -3, 2.5, -2.5, inf, -inf, nan, 0x1p53, 0x1p60, -0x1p60}
	for _, x := range vs {
		for _, p := range vs {
			want := math.Pow(x, p)
			var y [1]float64
			Pow(y[:], []float64{x}, p)
			if math.Float64bits(y[0]) != math.Float64bits(want) && !(y[0] != y[0] && want != want) && !(math.Abs(y[0]-want) <= 1e-15*math.Abs(want)) {
				t.Errorf("Pow(%g, %g) = %g, want %g", x, p, y[0], want)
			}
		}
	}
}
