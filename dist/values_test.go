package dist_test

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// A reference is a line of testdata/values.txt or rows.txt.
type reference struct {
	name, quantity string
	params, args   []float64
	want           float64
}

func references(t *testing.T, name string) (all []reference) {
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for s := bufio.NewScanner(file); s.Scan(); {
		var r reference
		left, right, _ := strings.Cut(s.Text(), " | ")
		words := strings.Fields(left)
		r.name, r.params = words[0], parseFloats(t, words[1:])
		left, right, _ = strings.Cut(right, " = ")
		words = strings.Fields(left)
		r.quantity, r.args = words[0], parseFloats(t, words[1:])
		r.want = parseFloats(t, []string{right})[0]
		all = append(all, r)
	}
	if len(all) == 0 {
		t.Fatal("no reference values")
	}
	return all
}

func parseFloats(t *testing.T, words []string) (x []float64) {
	for _, w := range words {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			t.Fatal(err)
		}
		x = append(x, v)
	}
	return x
}

// Logarithms of tails, and truncated distributions, against values of 36 digits: to
// 10⁻¹⁰, relative, logarithms absolute where they are below 1.
func TestValues(t *testing.T) {
	worst, at := 0.0, ""
	for _, r := range references(t, "values.txt") {
		d := families[r.name].build(r.params...)
		got := evaluate(t, d, r)
		scale := math.Abs(r.want)
		if strings.HasSuffix(r.quantity, ":lp") {
			scale = max(scale, 1)
		}
		e := math.Abs(got-r.want) / scale
		if got == r.want {
			e = 0
		}
		if !(e <= 1e-10) {
			t.Errorf("%s%v: %s%v: got %v, want %v: %.2g off", r.name, r.params, r.quantity, r.args, got, r.want, e)
		}
		if e > worst {
			worst, at = e, r.name+" "+r.quantity
		}
	}
	t.Logf("largest error: %.2g of %s", worst, at)
}

func evaluate(t *testing.T, d *dist.Columns, r reference) float64 {
	quantity, truncated := strings.CutPrefix(r.quantity, "trunc:")
	args := r.args
	if truncated {
		d = dist.NewTruncated(d, bound(args[0]), bound(args[1]))
		args = args[2:]
	}
	switch quantity {
	case "logcdf":
		return d.LogCDF(nil, args)[0]
	case "logsf":
		return d.LogSurvival(nil, args)[0]
	case "lp":
		return d.LogProb(args)
	case "cdf":
		return d.CDF(nil, args)[0]
	case "sf":
		return d.Survival(nil, args)[0]
	case "quantile":
		return d.Quantile(nil, args)[0]
	case "mean":
		return d.Mean(nil)[0]
	case "variance":
		return d.Variance(nil)[0]
	}
	t.Fatalf("unknown quantity %q", r.quantity)
	return 0
}

func bound(x float64) autodiff.Value {
	if math.IsInf(x, 0) {
		return autodiff.Value{}
	}
	return f(x)
}
