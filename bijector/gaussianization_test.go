package bijector_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

var (
	marginalA = bijector.Marginal{DF: 2.5, Weights: []float64{0.25, 0.5, 0.25}, Locs: []float64{0, -1, 1.5}, Scales: []float64{1, 0.25, 0.5}}
	marginalB = bijector.Marginal{Weights: []float64{0.75, 0.25}, Locs: []float64{-0.5, 1}, Scales: []float64{0.5, 2}}
	marginalC = bijector.Marginal{DF: 30, Weights: []float64{0.5, 0.5}, Locs: []float64{0, 3}, Scales: []float64{1, 0.0625}}
)

// marginalGoldens are y, z = Φ⁻¹(F(y)) and log z′ at 50 digits of mpmath.
var marginalGoldens = map[*bijector.Marginal][][3]float64{
	&marginalA: {
		{-80, -4.5167098037065602, -5.0179295967753602},
		{-3, -2.3626657895228095, -1.3634991359996696},
		{-1, -0.52294087292547055, 0.8908968670536995},
		{0.125, 0.35047467682732474, -1.3835734614449425},
		{1.5, 1.011119761383325, -0.044401195648898111},
		{3, 2.3490976058779081, -1.0924257976585772},
		{12, 3.3860542081401243, -2.8750995901641379},
		{80, 4.5167098037065602, -5.0179295967753602},
		{1000, 5.7088571199474793, -7.7621096840403936},
	},
	&marginalB: {
		{-80, -40.534194242395428, -0.69399010155849444},
		{-3, -2.5309472355948693, -0.87626420418739489},
		{-1, -1.0, 0.48550781578170081},
		{0.125, 0.6854857234934132, 0.01222889877051224},
		{1.5, 1.2795758606825483, -1.2878896150947021},
		{3, 1.754600727366246, -1.0401296849897401},
		{12, 5.7395154661985673, -0.73342264831355705},
		{80, 39.535058071064393, -0.69403320046291956},
		{1000, 499.50277534525258, -0.69315273674672359},
	},
	&marginalC: {
		{-80, -12.678081101297299, -3.5313615185256577},
		{-3, -3.0005435606508364, -0.26649424229862988},
		{-1, -1.3961998970572653, -0.2350341502191176},
		{0.125, -0.5987774734106158, -0.53028255647642383},
		{1.5, -0.090402921178511441, -1.818362883139519},
		{3, 0.67025541750703842, 2.3051241773635767},
		{12, 7.3041575649767721, -1.2729178277922057},
		{80, 12.678081101297299, -3.5313615185256577},
		{1000, 17.648985686626443, -6.3804503150695684},
	},
}

func TestGaussianizationGoldens(t *testing.T) {
	for m, goldens := range marginalGoldens {
		b := bijector.NewGaussianization(*m)
		for _, g := range goldens {
			y := autodiff.NewTape().Matrix(mat.NewDense(1, 1, []float64{g[0]}))
			z, l := b.InverseILDJ(y)
			if e := math.Abs(z.Value() - g[1]); e > 4e-15*math.Max(1, math.Abs(g[1])) {
				t.Errorf("z(%v) is %v, want %v", g[0], z.Value(), g[1])
			}
			// The exponents, up to z²/2, cancel.
			if e := math.Abs(l.Value() - g[2]); e > 1e-14+1e-15*g[1]*g[1] {
				t.Errorf("log z′(%v) is %v, want %v", g[0], l.Value(), g[2])
			}
			if back := b.Forward(z).Value(); math.Abs(back-g[0]) > 1e-12*math.Max(1, math.Abs(g[0]))*math.Max(1, math.Exp(-g[2])) {
				t.Errorf("y(z(%v)) is %v", g[0], back)
			}
		}
	}
}

// Where logarithms take over, and on both sides of the middle, the map goes on rising, to
// where normal tails end in numbers.
func TestGaussianizationRises(t *testing.T) {
	for m := range marginalGoldens {
		b := bijector.NewGaussianization(*m)
		var ys []float64
		for y := -60.0; y < 60; y += 0.03125 {
			ys = append(ys, y)
		}
		for y := 64.0; y < 1e300; y *= 1.5 {
			ys = append(ys, y)
		}
		z := b.Inverse(autodiff.NewTape().Matrix(mat.NewDense(len(ys), 1, ys))).Data()
		for i := range z[1:] {
			if !(z[i+1] > z[i]) {
				t.Errorf("z(%v) = %v, z(%v) = %v", ys[i], z[i], ys[i+1], z[i+1])
			}
		}
	}
}

// Columns of five kinds become standard normal: the density of other rows is near the true one.
func TestFitGaussianization(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 3000
	truth := []interface {
		Rand() float64
		LogProb(x float64) float64
	}{
		distuv.Normal{Sigma: 1e-7, Src: r}, distuv.Normal{Mu: 1e9, Sigma: 1e3, Src: r}, distuv.LogNormal{Sigma: 1, Src: r},
		distuv.Exponential{Rate: 0.01, Src: r}, distuv.StudentsT{Sigma: 1, Nu: 1.5, Src: r},
	}
	draw := func() *mat.Dense {
		x := mat.NewDense(n, 5, nil)
		x.Apply(func(_, j int, _ float64) float64 { return truth[j].Rand() }, x)
		return x
	}
	g, err := bijector.FitGaussianization(draw(), nil)
	if err != nil {
		t.Fatal(err)
	}
	x := draw()
	for j, d := range truth {
		column := autodiff.NewTape().Matrix(x.Slice(0, n, j, j+1))
		z, l := bijector.NewGaussianization(g.Columns[j]).InverseILDJ(column)
		loss := 0.0
		for i, z := range z.Data() {
			loss += (d.LogProb(x.At(i, j)) + 0.5*z*z + 0.91893853320467274 - l.Data()[i]) / n
		}
		if loss > 0.05 {
			t.Errorf("column %d: %v nats worse than the truth", j, loss)
		}
	}
	if k := len(g.Columns[0].Weights); k != 1 {
		t.Errorf("normal numbers got %d components, want 1", k)
	}
}

func TestFitGaussianizationErrors(t *testing.T) {
	for _, c := range []struct {
		x       []float64
		weights []float64
		want    string
	}{
		{[]float64{1, 2, 1, 3}, nil, "column 0: got 1 in all rows"},
		{[]float64{1, 2, 3, math.Inf(1)}, nil, "row 1, column 1: got +Inf"},
		{[]float64{1, 2, 3, 4}, []float64{1}, "1 weights for 2 rows"},
		{[]float64{1, 2, 3, 4}, []float64{1, -1}, "weight -1"},
		{[]float64{1, 2, 3, 4}, []float64{0, 0}, "no rows with a weight"},
	} {
		if _, err := bijector.FitGaussianization(mat.NewDense(2, 2, c.x), c.weights); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
	for _, n := range []int{2, 3, 5} { // few numbers, and far apart
		x := mat.NewDense(n, 1, nil)
		for i := range n {
			x.Set(i, 0, math.Pow(1e30, float64(i)))
		}
		g, err := bijector.FitGaussianization(x, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range g.ILDJ(autodiff.NewTape().Matrix(x)).Data() {
			if math.IsNaN(l - l) {
				t.Errorf("%d numbers: log z′ is %v", n, l)
			}
		}
	}
}
