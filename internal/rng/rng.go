// Package rng is the library's own random generator: the seedable, marshalable
// PCG of golang.org/x/exp/rand, which is imported here and nowhere else in the
// library. Many normal or uniform numbers at a time come from a counter-based
// generator that a source keys.
package rng

import (
	"math/rand/v2"

	//lint:ignore SA1019 deprecated upstream, pinned here: the only seeded source at hand whose state is kept in checkpoints
	xrand "golang.org/x/exp/rand"
)

// A Source is a PCG with 128 bits of state. It satisfies math/rand/v2's Source
// and encoding.BinaryMarshaler, so a checkpoint holds its state. It is not
// safe for concurrent use: split it instead.
type Source struct{ xrand.PCGSource }

var _ rand.Source = (*Source)(nil)

// New returns a source seeded by seed.
func New(seed uint64) *Source {
	s := new(Source)
	s.Seed(seed)
	return s
}

// Split returns a source whose stream is a function of s's next two numbers.
func (s *Source) Split() *Source { return Split(s) }

// Split returns a source whose stream is a function of src's next two numbers.
func Split(src rand.Source) *Source { return New(mix(src.Uint64()) ^ src.Uint64()) }

// mix is the finaliser of SplitMix64: a bijection of 64 bits in which every
// input bit flips about half of the output.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Or returns src, or the process-wide source when src is nil.
func Or(src rand.Source) rand.Source {
	if src == nil {
		return global{}
	}
	return src
}

type global struct{}

func (global) Uint64() uint64 { return rand.Uint64() }
