package rng_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// counted counts what is taken from a source.
type counted struct {
	rand.Source
	n int
}

func (c *counted) Uint64() uint64 {
	c.n++
	return c.Source.Uint64()
}

var fills = map[string]func(dst []float64, src rand.Source){"Normals": rng.Normals, "Uniforms": rng.Uniforms}

func TestBulkCost(t *testing.T) {
	for name, fill := range fills {
		for _, n := range []int{32, 33, 1000, 100000} {
			src := &counted{Source: rng.New(1)}
			if fill(make([]float64, n), src); src.n != 2 {
				t.Errorf("%d %s took %d numbers of the source, want 2", n, name, src.n)
			}
		}
	}
}

func TestBulkAllocatesNothing(t *testing.T) {
	for name, fill := range fills {
		src := rng.New(1)
		for _, n := range []int{3, 300} {
			x := make([]float64, n)
			if a := testing.AllocsPerRun(10, func() { fill(x, src) }); a > 0 {
				t.Errorf("%d %s: %v allocations, want 0", n, name, a)
			}
		}
	}
}

// Statistics of the first million numbers, each against its distribution: the seeds are
// fixed, the bounds are crossed once in 10⁵ or less.
func TestBulkDistribution(t *testing.T) {
	cdf := map[string]func(x float64) float64{
		"Normals":  func(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) },
		"Uniforms": func(x float64) float64 { return x },
	}
	for name, fill := range fills {
		for seed := range uint64(3) {
			what := fmt.Sprintf("%s of seed %d", name, seed)
			x := make([]float64, 1e6)
			fill(x, rng.New(seed))
			moments(t, what, x, name == "Normals")
			pairs(t, what, x, cdf[name])
			slices.Sort(x)
			if d := kolmogorov(x, cdf[name]) * 1000; d > 2.47 {
				t.Errorf("%s: √n·D = %v, want below 2.47", what, d)
			}
		}
	}
}

// kolmogorov returns the greatest distance of the sorted numbers' distribution from cdf.
func kolmogorov(x []float64, cdf func(float64) float64) (d float64) {
	n := float64(len(x))
	for i, v := range x {
		p := cdf(v)
		d = max(d, p-float64(i)/n, float64(i+1)/n-p)
	}
	return d
}

// moments compares means of powers with what they should be, in standard errors.
func moments(t *testing.T, what string, x []float64, normal bool) {
	for k := 1; k <= 6; k++ {
		var sum float64
		for _, v := range x {
			if !normal {
				v = 2*v - 1
			}
			sum += math.Pow(v, float64(k))
		}
		n := float64(len(x))
		if z := (sum/n - moment(k, normal)) / math.Sqrt((moment(2*k, normal)-moment(k, normal)*moment(k, normal))/n); math.Abs(z) > 4.5 {
			t.Errorf("%s: moment %d is %.2f standard errors off", what, k, z)
		}
	}
}

// moment returns that of the standard normal distribution, or of the uniform one between −1 and 1.
func moment(k int, normal bool) float64 {
	if k%2 != 0 {
		return 0
	}
	if !normal {
		return 1 / float64(k+1)
	}
	m := 1.0
	for i := 1; i < k; i += 2 {
		m *= float64(i)
	}
	return m
}

// pairs counts numbers and others at some distances in a grid of equally probable cells: χ².
func pairs(t *testing.T, what string, x []float64, cdf func(float64) float64) {
	const cells = 16
	bin := make([]int, len(x))
	for i, v := range x {
		bin[i] = min(int(cells*cdf(v)), cells-1)
	}
	for _, lag := range []int{1, 2, 4, 7, 8, 16, 64, 8192} {
		var counts [cells * cells]float64
		for i := range len(x) - lag {
			counts[bin[i]*cells+bin[i+lag]]++
		}
		want, chi2 := float64(len(x)-lag)/(cells*cells), 0.0
		for _, c := range counts {
			chi2 += (c - want) * (c - want) / want
		}
		const freedom = cells*cells - 1
		if z := (chi2 - freedom) / math.Sqrt(2*freedom); math.Abs(z) > 4.8 {
			t.Errorf("%s: at distance %d χ² = %.0f of %d degrees of freedom", what, lag, chi2, freedom)
		}
	}
}

// Both tails, out to 5, of 20 million numbers.
func TestNormalTails(t *testing.T) {
	n, x, src := 20e6, make([]float64, 1<<15), rng.New(11)
	bounds := []float64{2.5, 3, 3.5, 4, 4.5, 5}
	var count [2][6]float64
	for at := 0; at < int(n); at += len(x) {
		rng.Normals(x, src)
		for _, v := range x[:min(len(x), int(n)-at)] {
			side := 0
			if v < 0 {
				side, v = 1, -v
			}
			if v < bounds[0] {
				continue
			}
			for k, b := range bounds {
				if v > b {
					count[side][k]++
				}
			}
		}
	}
	for side, counts := range count {
		for k, b := range bounds {
			want := n * 0.5 * math.Erfc(b/math.Sqrt2)
			if d := counts[k] - want; math.Abs(d) > 4.5*math.Sqrt(want)+1 {
				t.Errorf("side %d: got %v numbers beyond %v, want about %.1f", side, counts[k], b, want)
			}
		}
	}
}
