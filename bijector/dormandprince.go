package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// The coefficients of J. R. Dormand and P. J. Prince, A family of embedded Runge–Kutta formulae,
// 1980: nodes, stages, of which the last is the result of order 5, and the difference to that of order 4.
var (
	dpNodes  = [7]float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1}
	dpStages = [7][6]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	}
	dpErrors = [7]float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
)

const (
	odeRows  = 128   // solved side by side, so that what they need stays in the cache
	odeSteps = 10000 // of a row, accepted or not

	// Errors of steps add up, and spread: a step may have this share of the tolerance, but rounding is never less than leastStep.
	stepShare = 0.02
	leastStep = 1e-14
)

// A solver solves the equation of a [velocity] for rows side by side, each with its own steps.
type solver struct {
	velocity
	tol, end float64
	stages   [7]stage
	id       []int // of the active rows
	steps    []int
	z, next  []float64 // n×d
	l        []float64 // log-determinants
	t, h     []float64
	before   []float64 // errors of the last steps accepted
	scratch  []float64
	record   []float64 // steps accepted, in waves: id, t, h and z of each row, then their number
	keep     bool
}

// solve sets rows from to from+n−1 of y and l to the solution of those of x.
func (s *solver) solve(y, l, x []float64, from, n int) {
	d := s.d
	s.id, s.steps = s.id[:0], s.steps[:0]
	for i := range n {
		s.id, s.steps = append(s.id, from+i), append(s.steps, 0)
	}
	copy(room(&s.z, n*d), x[from*d:(from+n)*d])
	room(&s.next, n*d)
	for _, v := range []*[]float64{&s.l, &s.t, &s.h, &s.before} {
		clear(room(v, n))
	}
	for i := range s.t {
		s.t[i], s.before[i] = 1-s.end, 1e-4
	}
	s.evalAt(0)
	s.firstSteps()
	for {
		s.retire(y, l)
		if len(s.id) == 0 {
			return
		}
		for k := 1; k < 7; k++ {
			s.evalAt(k)
		}
		s.advance()
	}
}

// evalAt computes stage k of the active rows.
func (s *solver) evalAt(k int) {
	n, st := len(s.id), &s.stages[k]
	times := room(&st.times, n)
	for i := range n {
		times[i] = kernel.FMA(dpNodes[k], s.h[i], s.t[i])
	}
	if k == 0 {
		s.eval(st, s.z, s.id)
		return
	}
	s.combine(s.next, k)
	s.eval(st, s.next, s.id)
}

// combine sets to = z + h·Σ aₖⱼ·vⱼ.
func (s *solver) combine(to []float64, k int) {
	d := s.d
	for i, h := range s.h {
		row := to[i*d : (i+1)*d]
		copy(row, s.z[i*d:])
		for j, a := range dpStages[k][:k] {
			if a == 0 {
				continue
			}
			ha := h * a
			for c, v := range s.stages[j].v[i*d : (i+1)*d] {
				row[c] = kernel.FMA(ha, v, row[c])
			}
		}
	}
}

// firstSteps guesses steps from the velocity and its change over a small one.
func (s *solver) firstSteps() {
	d, sign := s.d, 2*s.end-1
	rate := func(i int, v, minus []float64, div, minusDiv float64) float64 {
		most := math.Abs(div - minusDiv)
		for c := range d {
			m := 0.0
			if minus != nil {
				m = minus[i*d+c]
			}
			most = max(most, math.Abs(v[i*d+c]-m)/(1+math.Abs(s.z[i*d+c])))
		}
		return most
	}
	v, div := s.stages[0].v, s.stages[0].div
	for i := range s.h {
		s.h[i] = sign * min(0.1, 0.01/rate(i, v, nil, div[i], 0))
	}
	s.probe()
	w, divW := s.stages[1].v, s.stages[1].div
	for i, h := range s.h {
		change := max(rate(i, v, nil, div[i], 0), rate(i, w, v, divW[i], div[i])/math.Abs(h))
		first := kernel.PowOne(0.01*s.tol/change, 0.2) // as if the fifth derivative were of that size
		if !(first <= 1) {
			first = 1
		}
		s.h[i] = sign * first
	}
}

// probe evaluates a step of Euler as stage 1.
func (s *solver) probe() {
	d, st := s.d, &s.stages[1]
	times := room(&st.times, len(s.id))
	for i, h := range s.h {
		times[i] = s.t[i] + h
		for c := range d {
			s.next[i*d+c] = kernel.FMA(h, s.stages[0].v[i*d+c], s.z[i*d+c])
		}
	}
	s.eval(st, s.next, s.id)
}

// errorOf returns the error of the step of row i in units of the tolerance, and its log-determinant.
func (s *solver) errorOf(i int) (most, l float64) {
	d := s.d
	var e float64
	l = s.l[i]
	for k := range 7 {
		e = kernel.FMA(dpErrors[k], s.stages[k].div[i], e)
		if k < 6 {
			l = kernel.FMA(s.h[i]*dpStages[6][k], s.stages[k].div[i], l)
		}
	}
	most = math.Abs(s.h[i]*e) / (1 + max(math.Abs(l), math.Abs(s.l[i])))
	for c := i * d; c < (i+1)*d; c++ {
		e = 0
		for k := range 7 {
			e = kernel.FMA(dpErrors[k], s.stages[k].v[c], e)
		}
		most = max(most, math.Abs(s.h[i]*e)/(1+max(math.Abs(s.z[c]), math.Abs(s.next[c]))))
	}
	return most / s.tol, l
}

// advance accepts the steps whose errors are small, records them, and chooses the next ones.
func (s *solver) advance() {
	d, wave := s.d, 0
	for i := range s.id {
		e, l := s.errorOf(i)
		s.steps[i]++
		if !(e <= 1) {
			shrink := 0.9 / kernel.PowOne(e, 0.2)
			if !(shrink >= 0.1) { // NaN too
				shrink = 0.1
			}
			s.h[i] *= shrink
			continue
		}
		if s.keep {
			s.record = append(append(s.record, float64(s.id[i]), s.t[i], s.h[i]), s.z[i*d:(i+1)*d]...)
			wave++
		}
		if s.t[i] += s.h[i]; math.Abs(s.t[i]-s.end) < 1e-14 {
			s.t[i] = s.end
		}
		s.l[i] = l
		copy(s.z[i*d:(i+1)*d], s.next[i*d:])
		copy(s.stages[0].v[i*d:(i+1)*d], s.stages[6].v[i*d:])
		s.stages[0].div[i] = s.stages[6].div[i]
		grow := 5.0
		if e > 0 {
			grow = min(5, max(0.2, 0.9*kernel.PowOne(s.before[i], 0.04)/kernel.PowOne(e, 0.17)))
		}
		s.h[i] *= grow
		s.before[i] = max(e, 1e-4)
	}
	if wave > 0 {
		s.record = append(s.record, float64(wave))
	}
}

// retire writes the rows that have arrived, or never will, moves the others together and ends their steps where the time does.
func (s *solver) retire(y, l []float64) {
	d, n := s.d, 0
	for i, id := range s.id {
		lost := s.steps[i] >= odeSteps || !(math.Abs(s.h[i]) > 1e-15) || math.IsNaN(s.stages[0].div[i]-s.stages[0].div[i])
		if s.t[i] == s.end || lost {
			copy(y[id*d:(id+1)*d], s.z[i*d:])
			l[id] = s.l[i]
			if s.t[i] != s.end {
				for c := range d {
					y[id*d+c] = math.NaN()
				}
				l[id] = math.NaN()
			}
			continue
		}
		left := s.end - s.t[i]
		if math.Abs(s.h[i]) > 0.99*math.Abs(left) {
			s.h[i] = left
		} else if math.Abs(s.h[i]) > 0.5*math.Abs(left) {
			s.h[i] = 0.5 * left // two steps of one size
		}
		s.id[n], s.steps[n], s.t[n], s.h[n], s.l[n], s.before[n] = id, s.steps[i], s.t[i], s.h[i], s.l[i], s.before[i]
		copy(s.z[n*d:(n+1)*d], s.z[i*d:(i+1)*d])
		copy(s.stages[0].v[n*d:(n+1)*d], s.stages[0].v[i*d:(i+1)*d])
		s.stages[0].div[n] = s.stages[0].div[i]
		n++
	}
	s.id, s.steps, s.t, s.h, s.l, s.before = s.id[:n], s.steps[:n], s.t[:n], s.h[:n], s.l[:n], s.before[:n]
	s.z, s.next = s.z[:n*d], s.next[:n*d]
}
