package kernel

import (
	"math"
	"unsafe"
)

// A Philox makes random values from a counter: block i of 128 bits is a fixed
// function of i, Philox4x32-10, so that blocks can be computed side by side. John
// Salmon, Mark Moraes, Ron Dror, David Shaw, Parallel random numbers: as easy as
// 1, 2, 3, SC 2011.
//
// Its values come in groups of 16 from 8 blocks: block l gives values l and 8 + l
// of the group. A slice begins a new group.
type Philox struct {
	Key    uint64
	Stream uint64 // the upper half of the counter
	Next   uint64 // the lower half, for the next block
}

const (
	philoxGroup = 16 // values
	groupBlocks = philoxGroup / 2

	philoxMul0, philoxMul1   = 0xd2511f53, 0xcd9e8d57
	philoxWeyl0, philoxWeyl1 = 0x9e3779b9, 0xbb67ae85
)

// philoxKeys are the two words of key of each round.
type philoxKeys [10][2]uint64

func keysOf(key uint64) (k philoxKeys) {
	k0, k1 := uint32(key), uint32(key>>32)
	for i := range k {
		k[i] = [2]uint64{uint64(k0), uint64(k1)}
		k0 += philoxWeyl0
		k1 += philoxWeyl1
	}
	return k
}

// block returns the 128 bits of the counter, words 1 and 0, and 3 and 2.
func (k *philoxKeys) block(low, high uint64) (x, y uint64) {
	c0, c1, c2, c3 := low&math.MaxUint32, low>>32, high&math.MaxUint32, high>>32
	for i := range k {
		p0, p1 := c0*philoxMul0, c2*philoxMul1
		c0, c1, c2, c3 = p1>>32^c1^k[i][0], p1&math.MaxUint32, p0>>32^c3^k[i][1], p0&math.MaxUint32
	}
	return c1<<32 | c0, c3<<32 | c2
}

// Uniforms sets dst to independent samples, uniform among the 2⁵² odd multiples of
// 2⁻⁵³ between 0 and 1.
func (p *Philox) Uniforms(dst []float64) { p.fill(dst, false) }

// Normals sets dst to independent standard normal samples, up to 9.42 in size, by
// the method of Box and Muller, A note on the generation of random normal deviates,
// 1958.
func (p *Philox) Normals(dst []float64) { p.fill(dst, true) }

// A philoxRun is the argument of the assembly, which knows the offsets of its fields.
type philoxRun struct {
	dst    unsafe.Pointer
	groups int
	next   uint64
	stream uint64
	keys   philoxKeys
}

// fill sets dst to whole groups and the first values of one more.
func (p *Philox) fill(dst []float64, normal bool) {
	run := philoxRun{stream: p.Stream, keys: keysOf(p.Key)}
	var rest [philoxGroup]float64
	for len(dst) > 0 {
		to := dst[:min(len(dst), chunk)&^(philoxGroup-1)]
		if len(to) == 0 {
			to = rest[:]
		}
		run.dst, run.groups, run.next = unsafe.Pointer(&to[0]), len(to)/philoxGroup, p.Next
		if !run.fast(normal) {
			run.plain(to, normal)
		}
		p.Next += uint64(run.groups * groupBlocks)
		if len(dst) < philoxGroup {
			copy(dst, to)
			return
		}
		dst = dst[len(to):]
	}
}

func (r *philoxRun) plain(dst []float64, normal bool) {
	pair := uniformPair
	if normal {
		pair = normalPair
	}
	for g := range r.groups {
		to := (*[philoxGroup]float64)(dst[g*philoxGroup:])
		for l := range groupBlocks {
			to[l], to[groupBlocks+l] = pair(r.keys.block(r.next+uint64(g*groupBlocks+l), r.stream))
		}
	}
}
