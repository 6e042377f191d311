package masked

import "github.com/normflow/normflow/autodiff/nn"

// A program is a masked network as a list of stages that fill buffers, each a
// layer of units in order of degree. Buffer 0 holds the columns, the last one the
// outputs.
type program struct {
	dim    int
	linear []linear // one for each layer
	stages []stage
	units  [][]int // offsets of the degrees in each buffer
	blocks []int   // degrees at which blocks of evaluators start, and at last dim
	total  int     // units in all buffers
	direct int     // layer from the columns to the outputs, before the last one; −1 if there is none
}

// blockUnits is how many units of a layer a block may have, if it has several degrees:
// within a block products have few terms, between blocks many.
const blockUnits = 48

// A linear is one layer's mask and activation.
type linear struct {
	mask *mask
	act  nn.Activation
}

// A stage fills buffer dst from buffer src: by a layer, plus buffer skip if that
// is not negative; or by an activation if layer is negative.
type stage struct {
	layer, src, dst, skip int
	act                   nn.Activation
}

func newProgram(s *Spec) *program {
	p := &program{dim: s.Dim, direct: -1, units: [][]int{every(s.inputs(), s.Dim)}}
	h := 0
	if s.Residual {
		off := offsets(s.Degrees[0], s.Dim)
		h = p.layer(h, -1, off, nn.Linear)
		for range s.Hidden {
			a := p.activate(p.layer(p.activate(h, s.Act), -1, off, s.Act), s.Act)
			h = p.layer(a, h, off, nn.Linear)
		}
	} else {
		for _, d := range s.Degrees {
			h = p.activate(p.layer(h, -1, offsets(d, s.Dim), s.Act), s.Act)
		}
	}
	outputs, skip := every(s.Outputs, s.Dim), -1
	if s.Direct {
		p.direct = len(p.linear)
		skip = p.layer(0, -1, outputs, nn.Linear)
	}
	p.layer(h, skip, outputs, nn.Linear)
	for _, off := range p.units {
		p.total += off[p.dim]
	}
	for m := 0; m < p.dim; {
		p.blocks = append(p.blocks, m)
		for m++; m < p.dim && p.widest(p.blocks[len(p.blocks)-1], m+1) <= blockUnits; m++ {
		}
	}
	p.blocks = append(p.blocks, p.dim)
	return p
}

// widest returns the most units that a layer has of degrees a to b−1.
func (p *program) widest(a, b int) int {
	w := 0
	for _, off := range p.units[1:] {
		w = max(w, off[b]-off[a])
	}
	return w
}

// outputs returns the index of the buffer of outputs.
func (p *program) outputs() int { return len(p.units) - 1 }

// chunk returns how many samples an evaluator takes at a time: as many as fit in a
// second-level cache, but enough for fast products.
func (p *program) chunk() int { return min(max((1<<17/p.total+15)&^15, 64), 256) }

// layer adds a layer from buffer src to a new one, which it returns.
func (p *program) layer(src, skip int, off []int, act nn.Activation) int {
	s := hiddenMask(p.units[src], off)
	if src == 0 {
		s = inputMask(p.units[0], off)
	}
	p.linear = append(p.linear, linear{s, act})
	return p.add(stage{layer: len(p.linear) - 1, src: src, skip: skip}, off)
}

// activate adds an activation of buffer src to a new one, which it returns.
func (p *program) activate(src int, act nn.Activation) int {
	if act == nn.Linear {
		return src
	}
	return p.add(stage{layer: -1, src: src, skip: -1, act: act}, p.units[src])
}

func (p *program) add(s stage, off []int) int {
	s.dst = len(p.units)
	p.units = append(p.units, off)
	p.stages = append(p.stages, s)
	return s.dst
}
