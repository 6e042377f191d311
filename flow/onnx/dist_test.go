package onnx

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// distributions are of three columns.
func distributions() map[string]dist.Distribution {
	fixed := autodiff.Fixed
	loc, scale := fixed(1, -20, 3), fixed(0.5, 2, 30)
	points := mat.NewDense(30, 3, nil)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range points.RawMatrix().Data {
		points.RawMatrix().Data[i] = float64(i%3) + r.NormFloat64()
	}
	kernels := dist.NewKernelDensity(points, autodiff.Value{})
	kernels.L, kernels.Logits = normalM(3, 3, 3), autodiff.Fixed(points.RawMatrix().Data[:30]...)
	normal, t := dist.NewMultivariateNormal(loc, normalM(3, 3, 1)), dist.NewMultivariateStudentT(fixed(3), fixed(2), normalM(3, 3, 2))
	far := dist.NewMultivariateStudentT(fixed(300), fixed(1e6, 1e6, 1e6+1), normalM(3, 3, 2))
	return map[string]dist.Distribution{
		"normal": dist.NewNormal(3, loc, scale), "student": dist.NewStudentT(3, fixed(1, 4, 1e5), loc, scale),
		"infinite": dist.NewStudentT(3, fixed(1, 4, math.Inf(1)), loc, scale), "laplace": dist.NewLaplace(3, loc, scale),
		"logistic": dist.NewLogistic(3, loc, scale), "cauchy": dist.NewCauchy(3, fixed(2), fixed(3)), "multivariate": normal, "t": t,
		"infinite t": dist.NewMultivariateStudentT(fixed(math.Inf(1)), loc, normalM(3, 3, 4)),
		"mixture":    dist.NewMixture(dist.FixedWeights(0.2, 0.8), normal, dist.NewMultivariateNormal(fixed(1e6), normalM(3, 3, 3))),
		"t mixture":  dist.NewMixture(dist.FixedWeights(0.3, 0.7), t, far), "both": dist.NewMixture(dist.FixedWeights(0.4, 0.6), t, normal),
		"nested": dist.NewMixture(dist.FixedWeights(0.4, 0.6), dist.NewMixture(dist.FixedWeights(0.5, 0.5), t, far), dist.NewNormal(3, loc, scale)),
		"joint":  dist.NewJoint(dist.NewNormal(1, fixed(2), fixed(3)), dist.NewMultivariateNormal(fixed(1, 2), normalM(2, 2, 3))),
		"points": dist.NewKernelDensity(points, fixed(0.3)), "kernels": kernels,
		"made": dist.NewMADE(masked.Spec{Dim: 3, Hidden: []int{8}, Act: nn.ReLU, Direct: true, Order: []int{1, 0, 2}}, dist.MixtureHead{Components: 3}, rand.NewPCG(1, 2)),
		"flow": flow.New(normal, bijector.NewShift(loc)),
	}
}

func TestDistributions(t *testing.T) {
	for name, d := range distributions() {
		t.Run(name, func(t *testing.T) { check(t, flow.New(d), 1e-10, false) })
	}
}

// Samples are what the standard normal numbers lead to, also by a base that is another flow of other columns; other bases are refused.
func TestSample(t *testing.T) {
	l, loc := normalM(2, 2, 1), []float64{3, -5}
	z := mat.NewDense(2, 2, []float64{0.3, -1, 2, 7})
	want := make([]float64, 0, 4)
	for i := range 2 {
		a, b := z.At(i, 0), z.At(i, 1)
		want = append(want, loc[0]+l.Data()[0]*a, loc[1]+l.Data()[2]*a+l.Data()[3]*b)
	}
	base := dist.NewMultivariateNormal(autodiff.Fixed(loc...), l)
	inserted := flow.New(base, bijector.NewInsert(3, []int{0, 2}, []float64{0, 9, 0}))
	for i, c := range []struct {
		m    *flow.Transformed
		want []float64
	}{
		{flow.New(base), want}, {flow.New(inserted), []float64{want[0], 9, want[1], want[2], 9, want[3]}},
		{flow.New(dist.NewNormal(2, autodiff.Fixed(1), autodiff.Fixed(2, 4))), []float64{1.6, -3, 5, 29}},
	} {
		var file bytes.Buffer
		if err := ExportSample(&file, c.m); err != nil {
			t.Fatal(err)
		}
		for j, x := range read(file.Bytes()).run(map[string]tensor{"z": tensorOf(z)}).x {
			if difference(x, c.want[j]) > 1e-14 {
				t.Errorf("model %d, number %d: got %v, want %v", i, j, x, c.want[j])
			}
		}
	}
	err := ExportSample(new(bytes.Buffer), flow.New(distributions()["mixture"]))
	if want := "onnx: model.Base.Mixture: got a distribution *dist.Mixture, of which rows"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got error %v, want %s…", err, want)
	}
}

// A stack as flow.Learn makes it: flows and mixtures given embedded contexts, some of which have no use for them, before fixed maps.
func TestStack(t *testing.T) {
	for _, cond := range []int{0, 2} {
		src := rand.NewPCG(1, 2)
		all := distributions()
		arch := flow.Arch{Dim: 3, Cond: cond, Layers: 2, Hidden: []int{8}, Activation: nn.SiLU}
		stack := dist.Distribution(dist.NewMixture(dist.FixedWeights(0.3, 0.3, 0.1, 0.2, 0.1),
			trained(flow.NSF(arch, src), 1), trained(flow.MAF(arch, src), 2), flow.New(all["t mixture"]), flow.New(all["made"]), flow.New(all["kernels"])))
		if cond > 0 {
			net := nn.NewFeatures(2, []int{0}, []int{1}, []float64{0.1}, []float64{1, 2}, []float64{3, 1}, 4)
			stack = dist.NewEmbedded(net, flow.New(stack))
		}
		m := flow.New(stack, bijector.NewInsert(5, []int{0, 2, 3}, []float64{0, 7, 0, 0, -3}), bijector.NewStandardizer(5))
		check(t, m, 1e-10, false)
	}
}
