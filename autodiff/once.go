package autodiff

// onceOp marks what [Tape.Once] remembers. It computes nothing.
var onceOp = &Op{Name: "Once"}

// Once returns f(x) and, when it has been called with the same ref and x since the last
// Reset, what f returned then, without the many look-ups by which repeated
// operations are found. The pair must depend on x and on what ref, a pointer, stands for only.
func (t *Tape) Once(ref any, x Var, f func(x Var) (Var, Var)) (Var, Var) {
	x.node("Once")
	k, in := key{op: onceOp, args: Args{Ref: ref}}, [1]Var{x}
	h := k.hash(in[:])
	if id, ok := t.find(h, &k, in[:]); ok {
		e := t.edges[t.nodes[id].first:]
		return t.at(e[1]), t.at(e[2])
	}
	a, b := f(x)
	first := int32(len(t.edges))
	t.edges = append(t.edges, x.id, a.id, b.id)
	t.number.put(h, t.add(node{op: onceOp, args: k.args, first: first, nin: 1}).id)
	return a, b
}
