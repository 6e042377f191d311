package onnx

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// trained returns a model that has seen data, its parameters as far from the start as those of a long training.
func trained(m *flow.Transformed, seed uint64) *flow.Transformed {
	r := rand.New(rand.NewPCG(seed, 1))
	d, c := m.Dim(), max(m.CondDim(), 1)
	x, contexts := mat.NewDense(60, d, nil), mat.NewDense(60, c, nil)
	for i := range 60 {
		for j := range c {
			contexts.Set(i, j, 2+3*r.NormFloat64())
		}
		for j := range d {
			x.Set(i, j, 3*float64(j%5)+(1+float64(j%3))*r.NormFloat64()+contexts.At(i, 0))
		}
	}
	data := flow.Rows(x)
	if m.CondDim() > 0 {
		data = data.Given(contexts)
	}
	if _, err := flow.Fit(context.Background(), m, data, &flow.Settings{Steps: 2, Batch: 30}); err != nil {
		panic(err)
	}
	return shaken(m, r)
}

// shaken moves the parameters of a model.
func shaken(m *flow.Transformed, r *rand.Rand) *flow.Transformed {
	for _, p := range m.Params() {
		if p.Frozen() {
			continue
		}
		rows, _ := p.Dims()
		for i := range p.Data() {
			p.Data()[i] += 0.4 * r.NormFloat64() / math.Sqrt(float64(rows))
		}
	}
	return m
}

// rows returns rows of a model of all kinds: its own, rows far out on all sides, infinities, and one with a NaN.
func rows(m *flow.Transformed, seed uint64) (x, c *mat.Dense) {
	const n = 40
	r := rand.New(rand.NewPCG(seed, 2))
	x, c = mat.NewDense(n, m.Dim(), nil), nil
	given := m
	if k := m.CondDim(); k > 0 {
		c = mat.NewDense(n, k, nil)
		for i := range c.RawMatrix().Data {
			c.RawMatrix().Data[i] = 2 + 3*r.NormFloat64()
		}
		given = m.Given(c)
	}
	given.WithSource(rand.NewPCG(seed, 3)).Sample(x)
	for i := n / 2; i < n; i++ {
		far := math.Pow(10, float64(i%6))
		for j, v := range x.RawRowView(i) {
			x.Set(i, j, v+far*r.NormFloat64())
		}
	}
	x.Set(n-1, 0, math.NaN())
	x.Set(n-2, m.Dim()-1, math.Inf(1))
	x.Set(n-3, 0, math.Inf(-1))
	return x, c
}

// tensorOf returns a matrix as a tensor.
func tensorOf(m *mat.Dense) tensor {
	n, d := m.Dims()
	return tensor{shape: []int{n, d}, x: m.RawMatrix().Data}
}

// difference returns how far apart numbers are, relative to those above 1: 0 for those that are the same infinity or no number.
func difference(got, want float64) float64 {
	if got == want || got != got && want != want {
		return 0
	}
	if d := math.Abs(got-want) / max(1, math.Abs(want)); d == d {
		return d
	}
	return math.Inf(1)
}

// check exports both graphs of a model and compares their results with its own.
func check(t *testing.T, m *flow.Transformed, tolerance float64, sample bool) {
	t.Helper()
	x, c := rows(m, 7)
	in := map[string]tensor{"x": tensorOf(x)}
	given := m
	if c != nil {
		given, in["context"] = m.Given(c), tensorOf(c)
	}
	var file bytes.Buffer
	if err := Export(&file, m); err != nil {
		t.Fatal(err)
	}
	got, want := read(file.Bytes()).run(in).x, given.LogProbs(nil, x)
	keep(t, "log_prob", file.Bytes(), in, tensor{shape: []int{len(want)}, x: want})
	for i, v := range want {
		if d := difference(got[i], v); d > tolerance {
			t.Errorf("row %d: got log p = %v, want %v: %.3g apart", i, got[i], v, d)
		}
	}
	alone := map[string]tensor{}
	for name, all := range in {
		alone[name] = tensor{shape: []int{1, all.shape[1]}, x: all.x[:all.shape[1]]}
	}
	if one := read(file.Bytes()).run(alone).x; len(one) != 1 || difference(one[0], want[0]) > tolerance {
		t.Errorf("got %v for the first row alone, want %v", one, want[0])
	}
	if !sample {
		return
	}
	file.Reset()
	if err := ExportSample(&file, m); err != nil {
		t.Fatal(err)
	}
	n, d := x.Dims()
	z := mat.NewDense(n, m.Base.Dim(), nil)
	m.Base.Draw(z, rand.NewPCG(3, 4))
	z.Set(0, 0, 9)
	in["z"] = tensorOf(z)
	y, ours := read(file.Bytes()).run(in), given.Decode(nil, z)
	keep(t, "sample", file.Bytes(), in, tensorOf(ours))
	for i, v := range y.x {
		if difference(v, ours.At(i/d, i%d)) > tolerance {
			t.Errorf("sample %d, column %d: got %v, want %v", i/d, i%d, v, ours.At(i/d, i%d))
		}
	}
}

// presets are those that translate.
var presets = map[string]func(flow.Arch, rand.Source) *flow.Transformed{
	"NICE": flow.NICE, "RealNVP": flow.RealNVP, "MAF": flow.MAF, "IAF": flow.IAF, "NSF": flow.NSF, "NSFAR": flow.NSFAR,
}

// Maps that have a formula both ways.
func TestBothWays(t *testing.T) {
	src := rand.NewPCG(5, 6)
	radial, planar := bijector.NewRadial(3, nil, src), bijector.NewPlanar(3, nil, src)
	planar.Slope = 0.1
	check(t, shaken(flow.New(dist.NewStdNormal(3), radial, planar), rand.New(src)), 1e-10, true)
}

// Presets of which the densities translate, but not the samples, which are found by search.
func TestDensitiesOfPresets(t *testing.T) {
	for name, preset := range map[string]func(flow.Arch, rand.Source) *flow.Transformed{
		"NCSF": flow.NCSF, "TriangularSpline": flow.TriangularSpline, "Planar": flow.Planar, "Radial": flow.Radial, "Sylvester": flow.Sylvester, "NAF": flow.NAF, "GF": flow.GF,
		"SOSPF": flow.SOSPF, "BPF": flow.BPF,
	} {
		for _, size := range [][2]int{{3, 0}, {2, 2}} {
			t.Run(fmt.Sprintf("%s/%d|%d", name, size[0], size[1]), func(t *testing.T) {
				m := preset(flow.Arch{Dim: size[0], Cond: size[1], Hidden: []int{12, 10}, Layers: 3}, rand.NewPCG(5, 6))
				if name == "NCSF" { // of angles
					check(t, shaken(m, rand.New(rand.NewPCG(1, 1))), 1e-10, false)
					return
				}
				check(t, trained(m, 1), 1e-10, name == "TriangularSpline")
			})
		}
	}
}

func TestPresets(t *testing.T) {
	for name, preset := range presets {
		for _, size := range [][2]int{{2, 0}, {3, 2}, {8, 0}, {1, 1}} {
			t.Run(fmt.Sprintf("%s/%d|%d", name, size[0], size[1]), func(t *testing.T) {
				m := preset(flow.Arch{Dim: size[0], Cond: size[1], Hidden: []int{12, 10}, Layers: 3}, rand.NewPCG(5, 6))
				check(t, trained(m, 1), 1e-10, true)
			})
		}
	}
}
