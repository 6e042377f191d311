package autodiff

import (
	"math"
	"math/bits"
)

// A key identifies what a node computes, apart from its inputs.
type key struct {
	op    *Op
	args  Args
	shape Shape // of the first output
	param *Param
}

func (k *key) hash(in []Var) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	if k.param != nil {
		return mix(h, uint64(k.param.num))
	}
	h = mix(h, uint64(k.op.number()))
	h = mix(h, math.Float64bits(k.args.A)^bits.RotateLeft64(math.Float64bits(k.args.B), 32))
	h = mix(h, uint64(k.args.I)<<32^uint64(k.args.J))
	for _, v := range in {
		h = mix(h, uint64(v.id))
	}
	return h
}

func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x, 0xbf58476d1ce4e5b9)
	return hi ^ lo
}

// numbering finds the node that computes a key. Entries of earlier
// generations count as free, so that a reset is one increment.
type numbering struct {
	slots []slot
	gen   uint32
	used  int
}

type slot struct {
	hash uint64
	id   int32
	gen  uint32
}

func (n *numbering) reset() { n.gen, n.used = n.gen+1, 0 }

func (n *numbering) put(h uint64, id int32) {
	if 2*(n.used+1) > len(n.slots) {
		old := n.slots
		n.slots = make([]slot, max(64, 2*len(old)))
		if n.gen == 0 {
			n.gen = 1
		}
		for _, s := range old {
			if s.gen == n.gen {
				n.insert(s)
			}
		}
	}
	n.insert(slot{h, id, n.gen})
	n.used++
}

func (n *numbering) insert(s slot) {
	mask := uint64(len(n.slots) - 1)
	i := s.hash & mask
	for n.slots[i].gen == n.gen {
		i = (i + 1) & mask
	}
	n.slots[i] = s
}

// find returns the node recorded for the key and inputs.
func (t *Tape) find(h uint64, k *key, in []Var) (int32, bool) {
	n := &t.number
	if n.used == 0 {
		return 0, false
	}
	mask := uint64(len(n.slots) - 1)
	for i := h & mask; n.slots[i].gen == n.gen; i = (i + 1) & mask {
		if s := n.slots[i]; s.hash == h && t.same(&t.nodes[s.id], k, in) {
			return s.id, true
		}
	}
	return 0, false
}

func (t *Tape) same(n *node, k *key, in []Var) bool {
	if n.op != k.op || n.param != k.param || int(n.nin) != len(in) {
		return false
	}
	if k.param != nil {
		return true
	}
	if n.rows != k.shape.Rows || n.cols != k.shape.Cols || !n.args.equal(&k.args) {
		return false
	}
	for i, v := range in {
		if t.edges[int(n.first)+i] != v.id {
			return false
		}
	}
	return true
}
