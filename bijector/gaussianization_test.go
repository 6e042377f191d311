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

	lowerBound, upperBound = bijector.Bound{At: -1, Margin: 0.25}, bijector.Bound{At: 3, Margin: 1.5}

	marginalLower = bounded(lowerBound, bijector.Bound{})
	marginalUpper = bounded(bijector.Bound{}, upperBound)
	marginalBoth  = bounded(lowerBound, upperBound)
)

// bounded returns marginalA with bounds.
func bounded(lower, upper bijector.Bound) bijector.Marginal {
	m := marginalA
	m.Lower, m.Upper = lower, upper
	return m
}

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
	&marginalLower: {
		{-80, -5.2004170785991231, -5.1434954689821839},
		{-1.25, -2.4559168194702184, -0.092647709381546014},
		{-0.875, -2.017382792073626, 0.46288061532367703},
		{-0.75, -1.5131629842401827, 2.1596604947500784},
		{0.5, 0.42317002841828191, -1.7088147631294143},
		{1.75, 0.64691026824015117, -1.63550947617123},
		{2.75, 0.85386919938579804, -1.5389776900912133},
		{5, 1.3189871205995406, -1.6660159260618206},
		{80, 2.6567798602755926, -6.1399309845940427},
	},
	&marginalUpper: {
		{-80, -2.6610252149899903, -6.1702030068259657},
		{-1.25, -1.6348065465546335, -0.8387074056321169},
		{-0.875, -1.4419735948928485, -0.51558287123347066},
		{-0.75, -1.363931045171645, -0.4289414325030868},
		{0.5, -0.33065790180169856, -0.15478537703417303},
		{1.75, 0.26154384183725794, -1.8044715658472232},
		{2.75, 0.42928927636616288, -1.6974694274080147},
		{5, 1.4760408702822895, -0.2507078395062205},
		{80, 4.2823476271039362, -4.942817490134944},
	},
	&marginalBoth: {
		{-80, -5.2319923403200061, -5.1527797562480222},
		{-1.25, -2.7308339661521704, -0.3984846621629682},
		{-0.875, -2.4221875884872595, 0.014297397753181519},
		{-0.75, -2.2844696083182482, 0.17959944057280408},
		{0.5, 0.17331427082686602, -0.64280487854039185},
		{1.75, 0.54055406131593788, -0.89431702153330201},
		{2.75, 1.3788858747560319, 0.20547785010431755},
		{5, 2.6300588442554871, -1.6441612722252929},
		{80, 4.5440033672171142, -5.010598490424628},
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

// Columns with bounds that values come near to, or stay away from, lose less than a hundredth of a nat.
func TestFitGaussianizationBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		name         string
		draw         func() float64
		nll          float64
		lower, upper bool
	}{
		{"uniform", r.Float64, 0, true, true},
		{"far uniform", func() float64 { return 1.7e9 + 1e7*r.Float64() }, math.Log(1e7), true, true},
		{"arcsine", func() float64 { s := math.Sin(r.Float64() * math.Pi / 2); return s * s }, math.Log(math.Pi / 4), true, true},
		{"lognormal", func() float64 { return math.Exp(2 * r.NormFloat64()) }, math.Log(2) + 1.4189385, true, false},
		{"negative exponential", func() float64 { return -1e-7 * r.ExpFloat64() }, 1 + math.Log(1e-7), false, true},
		{"normal", r.NormFloat64, 1.4189385, false, false},
	} {
		rows := func(n int) *mat.Dense {
			x := mat.NewDense(n, 1, nil)
			x.Apply(func(_, _ int, _ float64) float64 { return c.draw() }, x)
			return x
		}
		g, err := bijector.FitGaussianization(rows(5000), nil)
		if err != nil {
			t.Fatal(err)
		}
		x := rows(50000)
		z, l := g.InverseILDJ(autodiff.NewTape().Matrix(x))
		nll := 0.0
		for i, v := range z.Data() {
			nll += (0.5*v*v + 0.91893853320467274 - l.Data()[i]) / 50000
		}
		// 50,000 log-densities have standard errors of up to .01 (lognormal).
		if nll > c.nll+0.02 {
			t.Errorf("%s: NLL %v, want %v", c.name, nll, c.nll)
		}
		if m := g.Columns[0]; c.lower && m.Lower.Margin == 0 || c.upper && m.Upper.Margin == 0 || !c.lower && !c.upper && m.Lower.Margin+m.Upper.Margin > 0 {
			t.Errorf("%s: bounds %v and %v", c.name, m.Lower, m.Upper)
		}
	}
}

func TestGaussianizationBadBounds(t *testing.T) {
	for _, c := range [][2]bijector.Bound{
		{{At: math.NaN(), Margin: 1}, {}}, {{}, {At: 1, Margin: -1}}, {{Margin: math.Inf(1)}, {}}, {{At: 0, Margin: 1}, {At: 1.5, Margin: 0.5}}, {{At: 1e100, Margin: 1}, {}}, {{}, {At: 1e100, Margin: 1}},
	} {
		m := bounded(c[0], c[1])
		if err := (&bijector.Gaussianization{Columns: []bijector.Marginal{m}}).Restore(); err == nil || !strings.Contains(err.Error(), "column 0: got ") {
			t.Errorf("bounds %v: error %v", c, err)
		}
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
