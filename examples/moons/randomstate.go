package main

import (
	"math"

	"gonum.org/v1/gonum/mathext/prng"
)

// A randomState yields the numbers of NumPy's RandomState, which scikit-learn
// draws from, so that both make the same moons.
type randomState struct {
	bits   *prng.MT19937
	second float64 // normals come in pairs
	paired bool
}

func newRandomState(seed uint32) *randomState {
	r := &randomState{bits: prng.NewMT19937()}
	r.bits.Seed(uint64(seed))
	return r
}

// float64 returns a number between 0 and 1, of 53 bits.
func (r *randomState) float64() float64 {
	high, low := r.bits.Uint32()>>5, r.bits.Uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}

// normal returns a standard normal number, by Marsaglia's polar method.
func (r *randomState) normal() float64 {
	if r.paired {
		r.paired = false
		return r.second
	}
	for {
		u, v := 2*r.float64()-1, 2*r.float64()-1
		q := u*u + v*v
		if q >= 1 || q == 0 {
			continue
		}
		f := math.Sqrt(-2 * math.Log(q) / q)
		r.second, r.paired = f*u, true
		return f * v
	}
}

// upTo returns a number from 0 to n.
func (r *randomState) upTo(n int) int {
	mask := uint32(n)
	for s := 1; s < 32; s *= 2 {
		mask |= mask >> s
	}
	for {
		if v := r.bits.Uint32() & mask; v <= uint32(n) {
			return int(v)
		}
	}
}

// perm returns the numbers from 0 to n−1, shuffled.
func (r *randomState) perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := r.upTo(i)
		p[i], p[j] = p[j], p[i]
	}
	return p
}
