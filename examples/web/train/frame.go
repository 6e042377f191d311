package train

import (
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// A grid of the base has lines at even distances in each direction, of vertices joined by straight pieces.
const (
	Lines    = 13
	Vertices = 49
	reach    = 2.5 // deviations
)

// A Frame is a picture's numbers.
type Frame struct {
	View    View
	Res     int       // the density has Res rows of Res values, the top row first
	Density []float32 // log-densities at the middles of the squares
	Points  int       // in each stage: 2·Lines·Vertices of the grid, then samples
	// Stages are the points on their way: in the base, after the first map, and so on, x and y in turn. All are in the
	// plane's coordinates, by the standardizer at the end of the flow.
	Stages []float32
}

// Frame computes a picture of the model with a density of res × res and so many samples.
func (s *Session) Frame(res, samples int) *Frame {
	f := &Frame{View: s.View, Res: res, Points: 2*Lines*Vertices + samples}
	step := 2 * s.View.Half / float64(res)
	x := mat.NewDense(res*res, 2, nil)
	for i := range res {
		for j := range res {
			x.SetRow(i*res+j, []float64{s.View.X - s.View.Half + (float64(j)+0.5)*step, s.View.Y + s.View.Half - (float64(i)+0.5)*step})
		}
	}
	f.Density = narrow(nil, s.Model.LogProbs(nil, x))
	for _, y := range stages(s.Model, basePoints(s.Model, samples)) {
		f.Stages = narrow(f.Stages, y.RawMatrix().Data)
	}
	return f
}

// basePoints returns the vertices of the grid, and samples, always the same.
func basePoints(m *flow.Transformed, samples int) *mat.Dense {
	x := mat.NewDense(2*Lines*Vertices+samples, 2, nil)
	for i := range Lines {
		for k := range Vertices {
			a, b := reach*(2*float64(i)/(Lines-1)-1), reach*(2*float64(k)/(Vertices-1)-1)
			x.SetRow(i*Vertices+k, []float64{a, b})
			x.SetRow((Lines+i)*Vertices+k, []float64{b, a})
		}
	}
	if samples > 0 {
		m.Base.Draw(x.Slice(2*Lines*Vertices, 2*Lines*Vertices+samples, 0, 2).(*mat.Dense), rand.NewPCG(11, 11))
	}
	return x
}

// stages returns x after none of the maps, after one, and so on, each also moved by the standardizer at the end.
func stages(m *flow.Transformed, x *mat.Dense) (all []*mat.Dense) {
	tape := autodiff.NewTape()
	tape.NoGrad(true)
	maps, last := m.Map, bijector.Bijector(nil)
	if n := len(maps); n > 0 {
		if s, ok := maps[n-1].(*bijector.Standardizer); ok {
			maps, last = maps[:n-1], s
		}
	}
	y := tape.Matrix(x)
	show := func() {
		z := y
		if last != nil {
			z = last.Forward(y)
		}
		all = append(all, mat.DenseCopyOf(z.Dense()))
	}
	show()
	for _, b := range maps {
		if w, ok := b.(*bijector.Whitener); ok && w.Plain() {
			continue
		}
		y = b.Forward(y)
		show()
	}
	return all
}

// viewOf returns the square that holds 96 in 100 of the model's samples, and some space around.
func viewOf(m *flow.Transformed) View {
	x := mat.NewDense(500, 2, nil)
	m.Draw(x, rand.NewPCG(13, 13))
	var middle, half [2]float64
	for j := range 2 {
		c := mat.Col(nil, j, x)
		slices.Sort(c)
		low, high := c[10], c[489]
		middle[j], half[j] = (low+high)/2, 0.65*(high-low)
	}
	return View{middle[0], middle[1], max(half[0], half[1])}
}

func narrow(dst []float32, x []float64) []float32 {
	for _, v := range x {
		dst = append(dst, float32(v))
	}
	return dst
}
