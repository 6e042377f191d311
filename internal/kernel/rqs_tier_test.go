package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// splineRun holds the results of all four methods.
type splineRun struct{ y, ly, x, lx, dx, draw, dy, draw2 []float64 }

func (q RQS) runAll(t *testing.T, in, raw, g, gl []float64) splineRun {
	n := len(in)
	get := func(n int) []float64 {
		s, verify := guarded(n, 3)
		t.Cleanup(func() { verify(t, "spline") })
		for i := range s {
			s[i] = 0.25
		}
		return s
	}
	r := splineRun{get(n), get(n), get(n), get(n), get(n), get(len(raw)), get(n), get(len(raw))}
	q.Forward(r.y, r.ly, in, raw, n)
	q.Inverse(r.x, r.lx, in, raw, n)
	q.ForwardGrad(r.dx, r.draw, g, gl, in, raw, n)
	q.InverseGrad(r.dy, r.draw2, g, gl, in, raw, n)
	return r
}

func TestRQSTiersAgree(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(21, 22))
		for _, bins := range []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 32, 33} {
			for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 25} {
				for _, scale := range []float64{1, 30, 1e3, 1e300} {
					q := RQS{Bins: bins, Bound: 3, MinSize: 1e-3, MinSlope: 1e-3, Free: (bins+n)%2 == 0}
					in, raw := scaled(r, n, 2), scaled(r, n*q.Stride(), scale)
					if n > 6 {
						in[0], in[1], in[2], in[3], in[4] = 3, -3, math.NaN(), 1e308, math.Inf(-1)
						raw[5*q.Stride()+r.IntN(q.Stride())] = math.NaN()
					}
					g, gl := normals(r, n), normals(r, n)
					var want splineRun
					inTier(generic, func() { want = q.runAll(t, in, raw, g, gl) })
					got := q.runAll(t, in, raw, g, gl)
					what := fmt.Sprintf("%d bins, %d elements, scale %g", bins, n, scale)
					sameAll(t, what+", y", got.y, want.y)
					sameAll(t, what+", log-slope", got.ly, want.ly)
					sameAll(t, what+", x", got.x, want.x)
					sameAll(t, what+", log-slope of the inverse", got.lx, want.lx)
					sameAll(t, what+", dx", got.dx, want.dx)
					sameAll(t, what+", draw", got.draw, want.draw)
					sameAll(t, what+", dy", got.dy, want.dy)
					sameAll(t, what+", draw of the inverse", got.draw2, want.draw2)
				}
			}
		}
	})
}

func sameAll(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if !same(got[i], want[i]) {
			t.Fatalf("%s: %x at %d, want %x", what, got[i], i, want[i])
		}
	}
}

func BenchmarkRQS(b *testing.B) {
	r := rand.New(rand.NewPCG(23, 24))
	for _, n := range []int{512, 8, 1} {
		x, raw := scaled(r, n, 2), normals(r, n*spline.Stride())
		y, ls, g, draw := make([]float64, n), make([]float64, n), normals(r, n), make([]float64, len(raw))
		for _, m := range []struct {
			name string
			f    func()
		}{
			{"Forward", func() { spline.Forward(y, ls, x, raw, n) }},
			{"Inverse", func() { spline.Inverse(y, ls, x, raw, n) }},
			{"ForwardGrad", func() { spline.ForwardGrad(y, draw, g, g, x, raw, n) }},
			{"InverseGrad", func() { spline.InverseGrad(y, draw, g, g, x, raw, n) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", m.name, n), func(b *testing.B) {
				for b.Loop() {
					m.f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
		}
	}
}
