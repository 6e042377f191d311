package dist_test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// heavy makes the families of testdata/ends.txt, and has the place of the scale, or the rate.
var heavy = map[string]struct {
	of    func(v []autodiff.Value) *dist.Columns
	scale int
}{
	"Cauchy":            {func(v []autodiff.Value) *dist.Columns { return dist.NewCauchy(1, v[0], v[1]) }, 1},
	"GEV":               {func(v []autodiff.Value) *dist.Columns { return dist.NewGEV(1, v[0], v[1], v[2]) }, 1},
	"GPD":               {func(v []autodiff.Value) *dist.Columns { return dist.NewGPD(1, v[0], v[1], v[2]) }, 1},
	"Gamma":             {func(v []autodiff.Value) *dist.Columns { return dist.NewGamma(1, v[0], v[1]) }, 1},
	"GeneralizedNormal": {func(v []autodiff.Value) *dist.Columns { return dist.NewGeneralizedNormal(1, v[0], v[1], v[2]) }, 1},
	"HalfCauchy":        {func(v []autodiff.Value) *dist.Columns { return dist.NewHalfCauchy(1, v[0], v[1]) }, 1},
	"HalfStudentT":      {func(v []autodiff.Value) *dist.Columns { return dist.NewHalfStudentT(1, v[0], v[1], v[2]) }, 2},
	"InverseGamma":      {func(v []autodiff.Value) *dist.Columns { return dist.NewInverseGamma(1, v[0], v[1]) }, 1},
	"JohnsonSU":         {func(v []autodiff.Value) *dist.Columns { return dist.NewJohnsonSU(1, v[0], v[1], v[2], v[3]) }, 3},
	"LambertWNormal":    {func(v []autodiff.Value) *dist.Columns { return dist.NewLambertWNormal(1, v[0], v[1], v[2]) }, 1},
	"NoncentralT":       {func(v []autodiff.Value) *dist.Columns { return dist.NewNoncentralT(1, v[0], v[1], v[2], v[3]) }, 3},
	"Pareto":            {func(v []autodiff.Value) *dist.Columns { return dist.NewPareto(1, v[0], v[1]) }, 1},
	"SinhArcsinh":       {func(v []autodiff.Value) *dist.Columns { return dist.NewSinhArcsinh(1, v[0], v[1], v[2], v[3]) }, 3},
	"StudentT":          {func(v []autodiff.Value) *dist.Columns { return dist.NewStudentT(1, v[0], v[1], v[2]) }, 2},
	"Weibull":           {func(v []autodiff.Value) *dist.Columns { return dist.NewWeibull(1, v[0], v[1]) }, 1},
}

// Where the standard form of x overflows or underflows, log-densities and gradients are those of mpmath, and beside them in one batch
// those of ordinary numbers stay as they are.
func TestEnds(t *testing.T) {
	eachEnd(t, "testdata/ends.txt", func(name string, args, v []float64) { // x, log p, its derivatives in x and scale
		checkEnd(t, name, args, v)
	})
}

// eachEnd calls f with each line of a file: a family, its parameters, and numbers, which may underflow or overflow.
func eachEnd(t *testing.T, name string, f func(name string, args, values []float64)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		var values []float64
		for _, s := range fields[2:] {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil && !math.IsInf(v, 0) {
				t.Fatal(err)
			}
			values = append(values, v)
		}
		f(fields[0], numbers(t, fields[1]), values)
	}
}

// fixed returns parameters that are not learned.
func fixed(args []float64) (v []autodiff.Value) {
	for _, a := range args {
		v = append(v, autodiff.Fixed(a))
	}
	return v
}

func numbers(t *testing.T, list string) (x []float64) {
	for s := range strings.SplitSeq(list, ",") {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		x = append(x, v)
	}
	return x
}

func checkEnd(t *testing.T, name string, args []float64, want []float64) {
	t.Helper()
	h, what := heavy[name], fmt.Sprintf("%s %v at %v", name, args, want[0])
	parameters := fixed(args)
	d, batch := h.of(parameters), mat.NewDense(2, 1, []float64{want[0], args[h.scale] * 1.5})
	lp := logDensity(d, batch)
	if !(math.Abs(lp[0]-want[1]) <= 2e-13*(1+math.Abs(want[1]))) {
		t.Errorf("%s: log p is %v, want %v", what, lp[0], want[1])
	}
	if alone := d.LogProb(batch.RawRowView(1)); lp[1] != alone {
		t.Errorf("%s: the row beside has log p %v, want %v as alone", what, lp[1], alone)
	}
	parameters[h.scale] = autodiff.Learned(args[h.scale])
	d = h.of(parameters)
	tape := autodiff.NewTape()
	x := tape.Variable(mat.NewDense(1, 1, want[:1]))
	tape.Backward(d.LogDensity(x).Sum())
	byScale := want[3] * -math.Expm1(-args[h.scale]) // the parameter is the inverse of softplus
	for i, c := range [][2]float64{{x.Grad()[0], want[2]}, {tape.Grad(parameters[h.scale].Param)[0], byScale}} {
		if !math.IsInf(c[1], 0) && !(math.Abs(c[0]-c[1]) <= 1e-11*math.Abs(c[1])) {
			t.Errorf("%s: derivative %d is %v, want %v", what, i, c[0], c[1])
		}
	}
}

// Independent rows scale as one: log p of c·x under c·L is that of x under L less d·log c.
func TestEndsOfRows(t *testing.T) {
	for _, c := range [][2]float64{{1e10, 1e-300}, {1e300, 1e-300}, {1, 1e-160}, {1e-5, 3e-308}, {1, 0x1p-1070}} {
		x, scale := c[0], c[1]
		l := autodiff.LearnedMatrix(mat.NewDense(2, 2, []float64{scale, 0, scale, 2 * scale}))
		df := autodiff.Learned(3)
		d := dist.NewMultivariateStudentT(df, autodiff.Fixed(0, 0), l)
		tape := autodiff.NewTape()
		v := tape.Variable(mat.NewDense(2, 2, []float64{x, 3 * x, scale, scale}))
		lp := d.LogDensity(v)
		frac, exp := math.Frexp(scale)
		logScale := math.Log(frac) + float64(exp)*math.Ln2
		// u = (x, x)/scale, so log p = log Γ(5/2) − log Γ(3/2) − log 3π − log 2 − 2·log scale − 5/2·log(2x²/(3·scale²)).
		want := math.Log(1.5) - math.Log(3*math.Pi) - math.Ln2 + 3*logScale - 2.5*(math.Log(2.0/3)+2*math.Log(x))
		if got := lp.Data()[0]; !(math.Abs(got-want) <= 1e-13*math.Abs(want)) {
			t.Errorf("%v at scale %v: log p is %v, want %v", x, scale, got, want)
		}
		if got, alone := lp.Data()[1], d.LogProb([]float64{scale, scale}); got != alone {
			t.Errorf("scale %v: the row beside has log p %v, want %v as alone", scale, got, alone)
		}
		tape.Backward(lp.Sum())
		if g := v.Grad()[:2]; scale > 1e-300 && !(math.Abs(g[0]+g[1]*3+5/x) <= 1e-9*5/x) { // Σ x·∂log p/∂x = −5
			t.Errorf("%v at scale %v: gradient is %v", x, scale, g)
		}
		if g := tape.Grad(df.Param)[0]; math.IsNaN(g) || math.IsInf(g, 0) {
			t.Errorf("%v at scale %v: gradient in df is %v", x, scale, g)
		}
	}
}
