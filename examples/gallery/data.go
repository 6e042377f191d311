package main

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
)

// A target is a density of two columns that is known, with samples.
type target struct {
	name   string
	window plot.Window
	draw   func(r *rand.Rand) (x, y float64)
	log    func(x, y float64) float64 // its logarithm
}

// targets are those of the gallery, in the order of its columns.
var targets = []target{
	{"moons", plot.Window{X0: -1.6, X1: 2.6, Y0: -1.35, Y1: 1.85}, drawMoons, logMoons},
	{"rings", plot.Window{X0: -4.2, X1: 4.2, Y0: -4.2, Y1: 4.2}, drawRings, logRings},
	{"pinwheel", plot.Window{X0: -3.6, X1: 3.6, Y0: -3.6, Y1: 3.6}, drawPinwheel, logPinwheel},
	{"picture", plot.Window{X0: -1.2, X1: 1.2, Y0: -1.2, Y1: 1.2}, drawPicture, logPicture},
}

// fill sets rows to samples.
func (t target) fill(batch *mat.Dense, src rand.Source) {
	r := rand.New(src)
	for i := range batch.RawMatrix().Rows {
		x, y := t.draw(r)
		batch.SetRow(i, []float64{x, y})
	}
}

// LogProbs returns the log-densities of rows.
func (t target) LogProbs(dst []float64, y mat.Matrix) []float64 {
	n, _ := y.Dims()
	if dst == nil {
		dst = make([]float64, n)
	}
	for i := range dst {
		dst[i] = t.log(y.At(i, 0), y.At(i, 1))
	}
	return dst
}

// logNormal2 is the log-density of two independent normal numbers of mean 0.
func logNormal2(x, y, sdX, sdY float64) float64 {
	u, v := x/sdX, y/sdY
	return -0.5*(u*u+v*v) - math.Log(2*math.Pi*sdX*sdY)
}

// Two half circles with normal noise.
const moonNoise = 0.1

func drawMoons(r *rand.Rand) (x, y float64) {
	y, x = math.Sincos(math.Pi * r.Float64())
	if r.IntN(2) == 1 {
		x, y = 1-x, 0.5-y
	}
	return x + moonNoise*r.NormFloat64(), y + moonNoise*r.NormFloat64()
}

func logMoons(x, y float64) float64 {
	const nodes = 400
	var sum float64
	for k := range nodes {
		sin, cos := math.Sincos(math.Pi * (float64(k) + 0.5) / nodes)
		sum += math.Exp(logNormal2(x-cos, y-sin, moonNoise, moonNoise))
		sum += math.Exp(logNormal2(x-1+cos, y-0.5+sin, moonNoise, moonNoise))
	}
	return math.Log(sum / (2 * nodes))
}

// Three rings of normal radius.
const ringNoise = 0.12

var radii = [3]float64{1, 2.2, 3.4}

func drawRings(r *rand.Rand) (x, y float64) {
	y, x = math.Sincos(2 * math.Pi * r.Float64())
	radius := radii[r.IntN(3)] + ringNoise*r.NormFloat64()
	return radius * x, radius * y
}

func logRings(x, y float64) float64 {
	r := math.Hypot(x, y)
	var sum float64
	for _, m := range radii {
		u := (r - m) / ringNoise
		sum += math.Exp(-0.5*u*u) / (ringNoise * math.Sqrt(2*math.Pi))
	}
	return math.Log(sum / 3 / (2 * math.Pi * r))
}

// Five normal blades, twisted by an angle that grows with the radius, which keeps areas.
const blades, twist = 5, 0.7

func drawPinwheel(r *rand.Rand) (x, y float64) {
	u, v := 1.8+0.5*r.NormFloat64(), 0.15*r.NormFloat64()
	return turned(u, v, 2*math.Pi*float64(r.IntN(blades))/blades+twist*math.Hypot(u, v))
}

func logPinwheel(x, y float64) float64 {
	var sum float64
	for k := range blades {
		u, v := turned(x, y, -2*math.Pi*float64(k)/blades-twist*math.Hypot(x, y))
		sum += math.Exp(logNormal2(u-1.8, v, 0.5, 0.15)) / blades
	}
	return math.Log(sum)
}

func turned(x, y, angle float64) (u, v float64) {
	sin, cos := math.Sincos(angle)
	return x*cos - y*sin, x*sin + y*cos
}

// Yin and yang: a disc whose dark half is ten times as likely as the light one.
func dark(x, y float64) bool {
	upper, lower := math.Hypot(x, y-0.5), math.Hypot(x, y+0.5)
	switch {
	case upper < 1./6:
		return false
	case lower < 1./6:
		return true
	case upper < 0.5:
		return true
	case lower < 0.5:
		return false
	}
	return x < 0
}

func drawPicture(r *rand.Rand) (x, y float64) {
	for {
		x, y = 2*r.Float64()-1, 2*r.Float64()-1
		if x*x+y*y < 1 && (dark(x, y) || r.IntN(10) == 0) {
			return x, y
		}
	}
}

func logPicture(x, y float64) float64 {
	switch {
	case x*x+y*y >= 1:
		return math.Inf(-1)
	case dark(x, y):
		return -math.Log(0.55 * math.Pi) // halves have the same area
	}
	return -math.Log(5.5 * math.Pi)
}

// top returns the greatest density on a grid over the window.
func (t target) top() (most float64) {
	const n = 200
	w := t.window
	for i := range n * n {
		x := w.X0 + (w.X1-w.X0)*(float64(i%n)+0.5)/n
		y := w.Y0 + (w.Y1-w.Y0)*(float64(i/n)+0.5)/n
		most = max(most, math.Exp(t.log(x, y)))
	}
	return most
}
