package rng

import (
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
)

// bulk is from how many numbers on a counter-based generator is faster.
const bulk = 32

// Normals sets dst to independent standard normal numbers, up to 9.42 in size. From
// 32 numbers on they cost two of src, whatever their number: these key a
// [kernel.Philox]. Fewer are made from src one by one.
func Normals(dst []float64, src rand.Source) {
	if len(dst) >= bulk {
		p := keyed(src)
		p.Normals(dst)
		return
	}
	r := rand.New(src)
	for i := range dst {
		dst[i] = r.NormFloat64()
	}
}

// Uniforms sets dst to independent numbers, uniform strictly between 0 and 1, at the
// same cost: odd multiples of 2⁻⁵³.
func Uniforms(dst []float64, src rand.Source) {
	if len(dst) >= bulk {
		p := keyed(src)
		p.Uniforms(dst)
		return
	}
	for i := range dst {
		dst[i] = Uniform(src)
	}
}

// Uniform returns a number like those of Uniforms.
func Uniform(src rand.Source) float64 { return (float64(src.Uint64()>>12) + 0.5) / (1 << 52) }

func keyed(src rand.Source) kernel.Philox {
	key := src.Uint64()
	return kernel.Philox{Key: key, Stream: src.Uint64()}
}
