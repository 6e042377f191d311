package dist_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

var goldens = flag.String("goldens", "../testdata/goldens", "`folder` whose distributions/*.json are checked")

// A number is a JSON number or "inf", "-inf", "nan", or a list of them.
type number []float64

func (n *number) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*n = flatten(nil, v)
	return nil
}

func flatten(to []float64, v any) []float64 {
	switch v := v.(type) {
	case []any:
		for _, v := range v {
			to = flatten(to, v)
		}
		return to
	case float64:
		return append(to, v)
	case string:
		return append(to, map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN()}[v])
	}
	return append(to, math.NaN())
}

// A point is a case, a quantile or a statistic: reference values beside exact
// ones and tolerances, by quantity.
type point struct {
	X       number            `json:"x"`
	P       number            `json:"p"`
	LogProb number            `json:"log_prob"`
	CDF     number            `json:"cdf"`
	SF      number            `json:"sf"`
	Exact   map[string]number `json:"exact"`
	Tol     map[string]float64
}

type stat struct {
	Exact, Ref number
	Tol        float64
}

type golden struct {
	Distribution string
	Params       map[string]number
	Stats        map[string]stat
	Quantiles    []point
	Cases        []point
}

// A check is one quantity: ours, the reference library's and the exact one.
type check struct {
	what            string
	got, ref, exact number
	tol             float64
}

// checks evaluates everything that a file holds.
func checks(t testing.TB, g *golden) (all []check) {
	build, ok := constructors[g.Distribution]
	if !ok {
		t.Fatalf("unknown distribution %q", g.Distribution)
	}
	d := build(g.Params)
	for _, c := range g.Cases {
		for q, exact := range c.Exact {
			k := check{what: fmt.Sprintf("%s(%v)", q, c.X), exact: exact, tol: c.Tol[q]}
			switch q {
			case "log_prob":
				k.got, k.ref, k.tol = number{dist.LogProb(d, c.X)}, c.LogProb, max(k.tol, 1e-13)
			case "cdf":
				k.got, k.ref = d.(dist.CDFer).CDF(nil, c.X), c.CDF
			case "sf":
				k.got, k.ref = d.(dist.CDFer).Survival(nil, c.X), c.SF
			default:
				t.Fatalf("unknown quantity %q", q)
			}
			all = append(all, k)
		}
	}
	for _, c := range g.Quantiles {
		all = append(all, check{fmt.Sprintf("quantile(%v)", c.P), d.(dist.Quantiler).Quantile(nil, c.P), c.X, c.Exact["x"], c.Tol["x"]})
	}
	for q, s := range g.Stats {
		k := check{what: q, ref: s.Ref, exact: s.Exact, tol: s.Tol}
		switch q {
		case "mean":
			k.got = d.(dist.Moments).Mean(nil)
		case "variance":
			k.got = d.(dist.Moments).Variance(nil)
		case "mode":
			k.got = d.(dist.Moder).Mode(nil)
		case "entropy":
			k.got = number{d.(dist.Entropyer).Entropy()}
		case "covariance":
			k.got = covariance(d)
		case "circular_variance":
			k.got = d.(*dist.Columns).Of.(*dist.VonMises).CircularVariance(nil)
		default:
			t.Fatalf("unknown statistic %q", q)
		}
		all = append(all, k)
	}
	return all
}

func covariance(d dist.Distribution) number {
	var s mat.SymDense
	if c, ok := d.(interface{ CovarianceMatrix(*mat.SymDense) }); ok {
		c.CovarianceMatrix(&s)
	} else {
		s = *mat.NewSymDense(d.Dim(), nil)
		for j, v := range d.(dist.Moments).Variance(nil) {
			s.SetSym(j, j, v)
		}
	}
	return mat.DenseCopyOf(&s).RawMatrix().Data
}

// multiples returns the largest error in multiples of the tolerance, and in
// units in the last place.
func (k *check) multiples(got number) (tols, ulps float64) {
	if len(got) != len(k.exact) {
		return math.Inf(1), math.Inf(1)
	}
	for i, want := range k.exact {
		if got[i] == want || math.IsNaN(got[i]) && math.IsNaN(want) {
			continue
		}
		if want == 0 && math.Abs(got[i]) < 1e-80 {
			continue // the exact values have 80 digits: 1 − (1 − 10⁻¹⁰⁰) became 0
		}
		e := math.Abs(got[i] - want)
		if math.IsNaN(e) {
			e = math.Inf(1)
		}
		tols = max(tols, e/k.tol)
		ulps = max(ulps, e/ulp(want))
	}
	return tols, ulps
}

func eachGolden(t *testing.T, f func(t *testing.T, g *golden)) {
	files, err := filepath.Glob(filepath.Join(*goldens, "distributions", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s/distributions", *goldens)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var g golden
			if err := json.Unmarshal(data, &g); err != nil {
				t.Fatal(err)
			}
			f(t, &g)
		})
	}
}

// Every value of every file is within its tolerance of the exact one.
func TestGoldens(t *testing.T) {
	eachGolden(t, func(t *testing.T, g *golden) {
		for _, k := range checks(t, g) {
			if tols, ulps := k.multiples(k.got); tols > 1 {
				t.Errorf("%s%v: %s: got %v, want %v: %.3g tolerances, %.3g ulp", g.Distribution, g.Params, k.what, k.got, k.exact, tols, ulps)
			}
		}
	})
}
