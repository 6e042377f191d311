// Package train is what the page's worker does, without the browser: points of the plane, a flow that learns them, and
// what a picture of it needs.
package train

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// A Truth is the density that points were drawn from.
type Truth interface {
	LogProb(x, y float64) float64
	Draw(r *rand.Rand) (x, y float64)
}

// A Dab is a round normal distribution, what a spray can leaves where it is held.
type Dab struct{ X, Y, SD float64 }

// Spray is the mixture, in equal parts, of the dabs along strokes.
type Spray []Dab

// LogProb returns log (1/n) Σᵢ N(x, y | dabᵢ). It costs O(n).
func (s Spray) LogProb(x, y float64) float64 {
	most, sum := math.Inf(-1), 0.0
	for _, d := range s {
		u, v := (x-d.X)/d.SD, (y-d.Y)/d.SD
		l := -0.5*(u*u+v*v) - 2*math.Log(d.SD)
		if l > most {
			most, sum = l, sum*math.Exp(most-l)+1
		} else {
			sum += math.Exp(l - most)
		}
	}
	return most + math.Log(sum/float64(len(s))) - math.Log(2*math.Pi)
}

// Draw returns a point of one dab.
func (s Spray) Draw(r *rand.Rand) (x, y float64) {
	d := s[r.IntN(len(s))]
	return d.X + d.SD*r.NormFloat64(), d.Y + d.SD*r.NormFloat64()
}

// banana is p(x, y) = N(x | 0, a²) · N(y | b·x² + c, d²).
type banana struct{ a, b, c, d float64 }

func (t banana) LogProb(x, y float64) float64 {
	u, v := x/t.a, (y-t.b*x*x-t.c)/t.d
	return -0.5*(u*u+v*v) - math.Log(2*math.Pi*t.a*t.d)
}

func (t banana) Draw(r *rand.Rand) (x, y float64) {
	x = t.a * r.NormFloat64()
	return x, t.b*x*x + t.c + t.d*r.NormFloat64()
}

// Targets are the densities to choose from, by name.
var Targets = map[string]Truth{
	"banana": banana{1.3, 0.55, -1.6, 0.3},
	"moons":  moons(),
	"ring":   curve(120, 0.18, func(t float64) (x, y float64) { return 2.4 * math.Cos(2*math.Pi*t), 2.4 * math.Sin(2*math.Pi*t) }),
	"eight":  curve(8, 0.25, func(t float64) (x, y float64) { return 2.6 * math.Cos(2*math.Pi*t), 2.6 * math.Sin(2*math.Pi*t) }),
	"spiral": curve(160, 0.13, func(t float64) (x, y float64) {
		a := 4 * math.Pi * math.Sqrt(0.03+0.97*t)
		return 0.24 * a * math.Cos(a), 0.24 * a * math.Sin(a)
	}),
}

// curve is n dabs along a curve with parameter from 0 to 1.
func curve(n int, sd float64, at func(t float64) (x, y float64)) (s Spray) {
	for i := range n {
		x, y := at(float64(i) / float64(n))
		s = append(s, Dab{x, y, sd})
	}
	return s
}

func moons() Spray {
	upper := curve(60, 0.18, func(t float64) (x, y float64) { return 1.8*math.Cos(math.Pi*t) - 0.9, 1.8*math.Sin(math.Pi*t) - 0.45 })
	lower := curve(60, 0.18, func(t float64) (x, y float64) { return 0.9 - 1.8*math.Cos(math.Pi*t), 0.45 - 1.8*math.Sin(math.Pi*t) })
	return append(upper, lower...)
}

// Points returns n points of a truth.
func Points(t Truth, n int, src rand.Source) *mat.Dense {
	r, x := rand.New(src), mat.NewDense(n, 2, nil)
	for i := range n {
		a, b := t.Draw(r)
		x.SetRow(i, []float64{a, b})
	}
	return x
}

// NLL returns −mean log p of the rows.
func NLL(t Truth, x *mat.Dense) float64 {
	n, _ := x.Dims()
	sum := 0.0
	for i := range n {
		sum -= t.LogProb(x.At(i, 0), x.At(i, 1))
	}
	return sum / float64(n)
}
