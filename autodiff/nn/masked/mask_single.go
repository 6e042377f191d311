package masked

import "github.com/normflow/normflow/internal/kernel"

// apply sets all masked weights to 0.
func (s *mask) apply(w []float64) { applyMask(s, w) }

func applyMask[T float32 | float64](s *mask, w []T) {
	for i, first := range s.first {
		clear(w[i*s.out : i*s.out+first])
	}
}

// narrow sets dst to w in float32, masked weights to 0 where panels have them. Others are left alone
// in wide layers: to skip them saves half of the memory's time there.
func (s *mask) narrow(dst []float32, w []float64) {
	if s.out <= 128 {
		kernel.Narrow(dst, w)
	} else {
		for i, first := range s.first {
			kernel.Narrow(dst[i*s.out+first:(i+1)*s.out], w[i*s.out+first:(i+1)*s.out])
		}
	}
	for _, h := range s.zeros {
		clear(dst[h.from:h.to])
	}
}

// dense32 is dense in float32, w masked.
func (s *mask) dense32(y, x, w, start []float32, lds, n int, act kernel.Act) {
	for _, p := range s.cols {
		kernel.DensePart32(y[p.from:], s.out, x, s.in, w[p.from:], s.out, start[p.from:], lds, n, p.depth, p.width(), act)
	}
}

// inputGrad32 sets dx to dz·wᵀ, w masked.
func (s *mask) inputGrad32(dx, dz, w []float32, n int) {
	for _, p := range s.rows {
		k := s.out - p.depth
		kernel.Gemm32(false, true, n, p.width(), k, dz[p.depth:], s.out, w[p.from*s.out+p.depth:], s.out, false, dx[p.from:], s.in)
	}
}

// weightGrad32 sets dw to xᵀ·dz where the weights count and to 0 elsewhere.
func (s *mask) weightGrad32(dw, x, dz []float32, n int) {
	for _, p := range s.wide {
		kernel.Gemm32(true, false, p.depth, p.width(), n, x, s.in, dz[p.from:], s.out, false, dw[p.from:], s.out)
	}
	applyMask(s, dw)
}
