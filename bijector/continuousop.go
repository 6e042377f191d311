package bijector

import (
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
)

// continuousOp solves the equation of a [Continuous]. Its inputs are x, the contexts if there are any, and W and B of each layer;
// its outputs are the solution and the log-determinant. It saves the steps taken.
var continuousOp = &autodiff.Op{
	Name: "Continuous",
	Forward: func(c *autodiff.Call) {
		s := newSolver(c)
		defer solvers.Put(s)
		n := c.InShape(0).Rows
		for i := 0; i < n; i += odeRows {
			s.solve(c.Out(0), c.Out(1), c.In(0), i, min(odeRows, n-i))
		}
		if s.keep {
			copy(c.Save(len(s.record)), s.record)
		}
	},
	Backward: func(c *autodiff.Call) {
		s := newSolver(c)
		defer solvers.Put(s)
		s.openGradients(c)
		n, d := c.InShape(0).Rows, s.d
		dz, dl := c.Temp(n*d), c.Temp(n)
		clear(dz)
		clear(dl)
		copy(dz, c.OutGrad(0))
		copy(dl, c.OutGrad(1))
		var dc []float64
		if s.cond > 0 {
			dc = c.InGrad(1)
		}
		for rest := c.Saved(); len(rest) > 0; {
			wave := int(rest[len(rest)-1])
			from := len(rest) - 1 - wave*(d+3)
			s.unstep(rest[from:len(rest)-1], wave, dz, dl, dc)
			rest = rest[:from]
		}
		s.finish()
		if dx := c.InGrad(0); dx != nil {
			kernel.Accumulate(dx, dz)
		}
	},
}

var solvers = sync.Pool{New: func() any { return new(solver) }}

// newSolver returns a solver of a call's equation.
func newSolver(c *autodiff.Call) *solver {
	s, args := solvers.Get().(*solver), c.Args()
	net := args.Ref.(*nn.MLP)
	s.tol, s.end, s.frequencies, s.kinetic = max(stepShare*args.A, leastStep), 1, args.J, args.B
	if direction(args.I) == inverse {
		s.end = 0
	}
	s.keep, s.record = c.Needs(), s.record[:0]
	s.d, s.in = net.Out(), net.In()
	s.cond = s.in - s.d - timeColumns(s.frequencies)
	s.context = nil
	if s.cond > 0 {
		s.context = c.In(1)
	}
	s.hidden = s.hidden[:0]
	at := s.firstWeight()
	for l := range net.Layers {
		s.w[l], s.b[l] = c.In(at+2*l), c.In(at+2*l+1)
		if l < len(net.Layers)-1 {
			s.hidden = append(s.hidden, net.Layers[l].Out())
			s.act = net.Layers[l].Act
		}
	}
	s.start()
	return s
}

// firstWeight returns which input is the first layer's matrix.
func (f *velocity) firstWeight() int {
	if f.cond > 0 {
		return 2
	}
	return 1
}

// openGradients prepares the gradients of the weights.
func (s *solver) openGradients(c *autodiff.Call) {
	s.dw, s.db = [3][]float64{}, [3][]float64{}
	at := s.firstWeight()
	for l := range len(s.hidden) + 1 {
		s.dw[l], s.db[l] = c.InGrad(at+2*l), c.InGrad(at+2*l+1)
	}
	clear(room(&s.dq, len(s.q)))
}

// unstep goes back over the last step of some rows, recorded in wave: dz, dl and dc are gradients of all rows.
func (s *solver) unstep(steps []float64, n int, dz, dl, dc []float64) {
	d := s.d
	s.id = s.id[:0]
	for _, v := range []*[]float64{&s.t, &s.h, &s.l} {
		room(v, n)
	}
	z, g := room(&s.z, n*d), room(&s.scratch, n*d)
	room(&s.next, n*d)
	for i := range n {
		row := steps[i*(d+3) : (i+1)*(d+3)]
		id := int(row[0])
		s.id = append(s.id, id)
		s.t[i], s.h[i], s.l[i] = row[1], row[2], dl[id]
		copy(z[i*d:], row[3:])
		copy(g[i*d:(i+1)*d], dz[id*d:])
	}
	for k := range 6 {
		s.evalAt(k)
		s.seed(k, g)
	}
	for k := 5; k >= 0; k-- {
		st := &s.stages[k]
		s.back(st, n)
		if len(s.hidden) == 0 {
			s.backLinear(st)
		}
		s.spread(k, dz, dc)
	}
}

// seed sets the gradients of stage k from those of the step's result, g and l.
func (s *solver) seed(k int, g []float64) {
	st, d := &s.stages[k], s.d
	dv, ddiv := room(&st.dv, len(g)), room(&st.ddiv, len(s.h))
	for i, h := range s.h {
		hb := h * dpStages[6][k]
		ddiv[i] = hb * s.l[i]
		for c := i * d; c < (i+1)*d; c++ {
			dv[c] = hb * g[c]
		}
	}
}

// backLinear adds the gradient of a trace that is that of the only matrix.
func (f *velocity) backLinear(s *stage) {
	if f.dw[0] == nil {
		return
	}
	g := kernel.Sum(s.ddiv)
	for j := range f.d {
		f.dw[0][j*f.d+j] += g
	}
}

// spread adds the gradient of the inputs of stage k to those of the rows, the contexts and the stages before.
func (s *solver) spread(k int, dz, dc []float64) {
	d, in := s.d, s.in
	for i, id := range s.id {
		du := s.stages[k].du[i*in : (i+1)*in]
		kernel.Accumulate(dz[id*d:(id+1)*d], du[:d])
		if dc != nil {
			kernel.Accumulate(dc[id*s.cond:(id+1)*s.cond], du[in-s.cond:])
		}
		for j, a := range dpStages[k][:k] {
			ha := s.h[i] * a
			dv := s.stages[j].dv[i*d : (i+1)*d]
			for c := range dv {
				dv[c] = kernel.FMA(ha, du[c], dv[c])
			}
		}
	}
}
