package special

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

func two(f func(x float64) float64) func(a []float64) []float64 {
	return func(a []float64) []float64 { return []float64{f(a[0])} }
}

func betaInc(a []float64) []float64 {
	return pair(NewBeta(a[0], a[1]).Inc(a[2], a[3]))
}

func pair(x, y float64) []float64 { return []float64{x, y} }

// How an error is measured: relative to the value; for logarithms, to its size or 1;
// for exponentials of them, to the size of their logarithm as well.
const (
	relative = iota
	isLog
	isExp
)

// functions lists what testdata/values.txt checks, with the largest error allowed,
// in units of 2⁻⁵².
var functions = map[string]struct {
	f    func(a []float64) []float64
	ulps float64
	kind int
}{
	"Log1pMinus":        {two(Log1pMinus), 4, relative},
	"Expm1Minus":        {two(Expm1Minus), 4, relative},
	"Stirling":          {two(Stirling), 4, isLog},
	"Digamma":           {two(Digamma), 6, isLog},
	"DigammaGap":        {two(DigammaGap), 8, isLog},
	"Lgamma1p":          {two(Lgamma1p), 4, relative},
	"LgammaGap":         {two(LgammaGap), 20, relative},
	"LogBeta":           {func(a []float64) []float64 { return []float64{LogBeta(a[0], a[1])} }, 4, isLog},
	"LogGammaKernel":    {func(a []float64) []float64 { return []float64{LogGammaKernel(a[0], a[1])} }, 4, isLog},
	"LogBetaKernel":     {func(a []float64) []float64 { return []float64{LogBetaKernel(a[0], a[1], a[2], a[3])} }, 4, isLog},
	"GammaInc":          {func(a []float64) []float64 { return pair(GammaInc(a[0], a[1])) }, 16, isExp},
	"BetaInc":           {betaInc, 16, isExp},
	"NdtrInv":           {func(a []float64) []float64 { return []float64{NdtrInv(a[0], a[1])} }, 4, relative},
	"LgammaRise":        {func(a []float64) []float64 { return []float64{LgammaRise(a[0], a[1])} }, 4, relative},
	"GammaRatio":        {func(a []float64) []float64 { return []float64{GammaRatio(a[0], a[1])} }, 4, isExp},
	"LgammaCurve":       {func(a []float64) []float64 { return []float64{LgammaCurve(a[0], a[1])} }, 6, relative},
	"NdtrTailDrop":      {func(a []float64) []float64 { return []float64{NdtrTailDrop(a[0], a[1])} }, 40, relative},
	"NdtrTail":          {two(NdtrTail), 4, relative},
	"NdtrWithin":        {two(NdtrWithin), 4, relative},
	"NdtrWithinInv":     {func(a []float64) []float64 { return []float64{NdtrWithinInv(a[0], a[1])} }, 4, relative},
	"Lgamma":            {two(Lgamma), 5, relative},
	"Gamma":             {two(Gamma), 6, relative},
	"LogNdtr":           {two(LogNdtr), 4, relative},
	"Hazard":            {two(Hazard), 4, relative},
	"LogI":              {func(a []float64) []float64 { return pair(LogI(a[0], a[1])) }, 40, isLog},
	"LogHypergeometric": {func(a []float64) []float64 { return pair(LogHypergeometric(a[0], a[1])) }, 20, isLog},
	"NoncentralT": {func(a []float64) []float64 {
		v, _, _, _ := LogNoncentralT(a[0], a[1], a[2])
		return []float64{v}
	}, 40, isLog},
	"NoncentralTTails": {func(a []float64) []float64 { return pair(LogNoncentralTTails(a[0], a[1], a[2])) }, 40, isLog},
	"LogBessel":        {func(a []float64) []float64 { return pair(LogBessel(a[0], a[1])) }, 8, isLog},
	"BesselRatio": {func(a []float64) []float64 {
		r, rest, _ := BesselRatio(a[0], a[1])
		return []float64{r, rest}
	}, 200, relative}, // the second is 1 − a by a difference
	"BesselRatioSlope": {func(a []float64) []float64 {
		_, _, slope := BesselRatio(a[0], a[1])
		return []float64{slope}
	}, 20000, relative},
	"NoncentralChiSquare": {func(a []float64) []float64 {
		v, _, _, _ := LogNoncentralChiSquare(a[0], a[1], a[2])
		return []float64{v}
	}, 16, isLog},
	"BesselK01":   {func(a []float64) []float64 { return pair(BesselK01(a[0])) }, 6, relative},
	"LambertW":    {two(LambertW), 4, relative},
	"HurwitzZeta": {func(a []float64) []float64 { return pair(HurwitzZeta(a[0], a[1])) }, 20, relative},
}

func TestValues(t *testing.T) {
	file, err := os.Open("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen, worst := map[string]bool{}, map[string]float64{}
	for s := bufio.NewScanner(file); s.Scan(); {
		name, args, want := parse(t, s.Text())
		fn, ok := functions[name]
		if !ok {
			t.Fatalf("unknown function %s", name)
		}
		seen[name] = true
		for i, got := range fn.f(args) {
			scale := math.Abs(want[i])
			switch fn.kind {
			case isLog:
				scale = max(scale, 1)
			case isExp:
				scale *= 1 + math.Abs(math.Log(scale))
			}
			if scale == 0 {
				scale = 1
			}
			e := math.Abs(got-want[i]) / scale * (1 << 52)
			worst[name] = max(worst[name], e)
			if !(e <= fn.ulps) {
				t.Errorf("%s%v, result %d: got %v, want %v: %.1f units", name, args, i, got, want[i], e)
			}
		}
	}
	for name := range functions {
		if !seen[name] {
			t.Errorf("%s has no values", name)
		}
		t.Logf("%s: %.1f units", name, worst[name])
	}
}

func parse(t *testing.T, line string) (name string, args, want []float64) {
	to := &args
	for i, w := range strings.Fields(line) {
		if i == 0 {
			name = w
			continue
		}
		if w == "=" {
			to = &want
			continue
		}
		x, err := strconv.ParseFloat(w, 64)
		if err != nil {
			t.Fatal(err)
		}
		*to = append(*to, x)
	}
	return name, args, want
}

// The inverses return to where they came from.
func TestInverses(t *testing.T) {
	for _, a := range []float64{0.05, 0.5, 1, 3, 40, 1000} {
		for _, p := range []float64{1e-200, 1e-12, 1e-3, 0.2, 0.5, 0.7} {
			x := GammaIncInv(a, p, 1-p)
			if got, _ := GammaInc(a, x); x > 1e-300 && math.Abs(got/p-1) > 2e-13*(1+a)*(1-math.Log(p)) {
				t.Errorf("GammaInc(%v, %v): got %v, want %v", a, x, got, p)
			}
			if _, got := GammaInc(a, GammaIncInv(a, 1-p, p)); math.Abs(got/p-1) > 2e-13*(1+a)*(1-math.Log(p)) {
				t.Errorf("upper GammaInc of %v: got %v, want %v", a, got, p)
			}
		}
	}
}
