package pytorch_test

import (
	"math"

	"github.com/normflow/normflow/internal/safetensors"
)

// A state is a state dictionary of normflows with numbers of its own, evaluated as the library defines it.
type state struct {
	tensors []safetensors.Tensor
	at      map[string]int
}

// set adds a tensor.
func (s *state) set(name string, x []float64, shape ...int) {
	if s.at == nil {
		s.at = map[string]int{}
	}
	s.at[name] = len(s.tensors)
	s.tensors = append(s.tensors, safetensors.Floats(name, x, shape...))
}

// fill adds a tensor of numbers around 0.
func (s *state) fill(name string, shape ...int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.6 * math.Sin(float64(7*i+13*len(s.tensors)+1))
	}
	s.set(name, x, shape...)
}

func (s *state) get(name string) []float64 { return s.tensors[s.at[name]].Floats() }

func (s *state) addLinear(name string, in, out int) {
	s.fill(name+".weight", out, in)
	s.fill(name+".bias", out)
}

// linear returns (W·mask)·x + b; masks are optional.
func (s *state) linear(name string, x []float64) []float64 {
	w, y := s.get(name+".weight"), append([]float64(nil), s.get(name+".bias")...)
	for j := range y {
		for i, v := range x {
			m := 1.0
			if _, masked := s.at[name+".mask"]; masked {
				m = s.get(name + ".mask")[j*len(x)+i]
			}
			y[j] += w[j*len(x)+i] * m * v
		}
	}
	return y
}

func relu(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = max(v, 0)
	}
	return y
}

func (s *state) mlp(name string, x []float64) []float64 {
	return s.linear(name+".2", relu(s.linear(name+".0", x)))
}

func (s *state) addMLP(name string, in, hidden, out int) {
	s.addLinear(name+".0", in, hidden)
	s.addLinear(name+".2", hidden, out)
}

// residual evaluates a network of one block.
func (s *state) residual(name string, x []float64) []float64 {
	h := s.linear(name+".initial_layer", x)
	for i, v := range s.linear(name+".blocks.0.linear_layers.1", relu(s.linear(name+".blocks.0.linear_layers.0", relu(h)))) {
		h[i] += v
	}
	return s.linear(name+".final_layer", h)
}

func (s *state) addResidual(name string, in, hidden, out int) {
	s.addLinear(name+".initial_layer", in, hidden)
	s.addLinear(name+".blocks.0.linear_layers.0", hidden, hidden)
	s.addLinear(name+".blocks.0.linear_layers.1", hidden, hidden)
	s.addLinear(name+".final_layer", hidden, out)
}

// mask adds masks and degrees to a residual MADE.
func (s *state) mask(name string, d, hidden, outputs int) {
	in, out, unit := make([]float64, d), make([]float64, d*outputs), make([]float64, hidden)
	for i := range in {
		in[i] = float64(i + 1)
	}
	for i := range out {
		out[i] = float64(i/outputs + 1)
	}
	for i := range unit {
		unit[i] = float64(i%(d-1) + 1)
	}
	add := func(name string, from, to []float64, strict bool) {
		m := make([]float64, len(from)*len(to))
		for j, b := range to {
			for i, a := range from {
				if a < b || a == b && !strict {
					m[j*len(from)+i] = 1
				}
			}
		}
		s.set(name+".mask", m, len(to), len(from))
		s.set(name+".degrees", to, len(to))
	}
	add(name+".initial_layer", in, unit, false)
	add(name+".blocks.0.linear_layers.0", unit, unit, false)
	add(name+".blocks.0.linear_layers.1", unit, unit, false)
	add(name+".final_layer", unit, out, true)
}

// rqs is the spline with linear tails of Durkan et al. at x, with raw widths,
// heights and slopes; it returns its value and log-slope.
func rqs(x float64, w, h, d []float64, bound float64) (y, logSlope float64) {
	if x <= -bound || x >= bound {
		return x, 0
	}
	k := len(w)
	knots := func(raw []float64) []float64 {
		sum, at := 0.0, []float64{-bound}
		for _, v := range raw {
			sum += math.Exp(v)
		}
		for i, v := range raw {
			at = append(at, at[i]+2*bound*(1e-3+(1-1e-3*float64(k))*math.Exp(v)/sum))
		}
		return at
	}
	xs, ys, slopes := knots(w), knots(h), []float64{1}
	for _, v := range d {
		slopes = append(slopes, 1e-3+math.Log1p(math.Exp(v)))
	}
	slopes = append(slopes, 1)
	i := 0
	for i < k-1 && x >= xs[i+1] {
		i++
	}
	dx, dy := xs[i+1]-xs[i], ys[i+1]-ys[i]
	t, s := (x-xs[i])/dx, dy/dx
	den := s + (slopes[i+1]+slopes[i]-2*s)*t*(1-t)
	y = ys[i] + dy*(s*t*t+slopes[i]*t*(1-t))/den
	return y, math.Log(s*s*(slopes[i+1]*t*t+2*s*t*(1-t)+slopes[i]*(1-t)*(1-t))) - 2*math.Log(den)
}

func (s *state) addLULinear(p string) {
	s.set(p+"permutation._permutation", []float64{2, 0, 1}, 3)
	s.fill(p+"linear.lower_entries", 3)
	s.fill(p+"linear.upper_entries", 3)
	s.fill(p+"linear.unconstrained_upper_diag", 3)
	s.fill(p+"linear.bias", 3)
}

// luLinear goes from data to base.
func (s *state) luLinear(p string, z []float64) (x []float64, logdet float64) {
	l, u, b := s.get(p+"linear.lower_entries"), s.get(p+"linear.upper_entries"), s.get(p+"linear.bias")
	var diag [3]float64
	for i, v := range s.get(p + "linear.unconstrained_upper_diag") {
		diag[i] = math.Log1p(math.Exp(v)) + 1e-3
		logdet += math.Log(diag[i])
	}
	z = []float64{z[2], z[0], z[1]}
	v := []float64{diag[0]*z[0] + u[0]*z[1] + u[1]*z[2], diag[1]*z[1] + u[2]*z[2], diag[2] * z[2]}
	return []float64{v[0] + b[0], l[0]*v[0] + v[1] + b[1], l[1]*v[0] + l[2]*v[1] + v[2] + b[2]}, logdet
}

func (s *state) addBase() {
	s.fill("q0.loc", 1, 3)
	s.fill("q0.log_scale", 1, 3)
}

func (s *state) base(z []float64) (lp float64) {
	for j, v := range z {
		ls := s.get("q0.log_scale")[j]
		u := (v - s.get("q0.loc")[j]) * math.Exp(-ls)
		lp -= u*u/2 + ls + math.Log(2*math.Pi)/2
	}
	return lp
}

// realNVPState is a flow of every affine layer, and its log-density.
func realNVPState() (*state, func(y []float64) float64) {
	s := new(state)
	s.addBase()
	s.addMLP("flows.0.flows.1.param_map.net", 2, 4, 2)
	s.set("flows.1.perm", []float64{2, 0, 1}, 3)
	s.set("flows.1.inv_perm", []float64{1, 2, 0}, 3)
	s.set("flows.2.b", []float64{1, 0, 1}, 1, 3)
	s.addMLP("flows.2.s.net", 3, 4, 3)
	s.addMLP("flows.2.t.net", 3, 5, 3)
	// flows.3 is a Permute of mode swap
	s.fill("flows.4.s", 1, 3)
	s.fill("flows.4.t", 1, 3)
	s.set("flows.4.data_dep_init_done", []float64{1})
	s.addLULinear("flows.5.")
	s.addResidual("flows.6.autoregressive_net", 3, 4, 6)
	s.mask("flows.6.autoregressive_net", 3, 4, 2)
	s.set("flows.7.b", []float64{0, 1, 0}, 1, 3)
	s.addMLP("flows.7.t.net", 3, 4, 3)
	return s, func(y []float64) float64 {
		logdet := 0.0
		z := append([]float64(nil), y...)
		shift := s.mlp("flows.7.t.net", []float64{0, z[1], 0})
		z[0], z[2] = z[0]-shift[0], z[2]-shift[2]
		x := make([]float64, 3)
		for j := range 3 { // the parameters of column j depend on those before
			p := s.residual("flows.6.autoregressive_net", x)
			scale := 1/(1+math.Exp(-p[2*j]-2)) + 1e-3
			x[j] = (z[j] - p[2*j+1]) / scale
			logdet -= math.Log(scale)
		}
		z, ld := s.luLinear("flows.5.", x)
		logdet += ld
		for j := range z {
			ls := s.get("flows.4.s")[j]
			z[j] = (z[j] - s.get("flows.4.t")[j]) * math.Exp(-ls)
			logdet -= ls
		}
		z = []float64{z[2], z[0], z[1]} // the inverse of swapping 1 and 2 columns
		in := []float64{z[0], 0, z[2]}
		ls := s.mlp("flows.2.s.net", in)[1]
		z[1] = (z[1] - s.mlp("flows.2.t.net", in)[1]) * math.Exp(-ls)
		logdet -= ls
		z = []float64{z[1], z[2], z[0]}
		p := s.mlp("flows.0.flows.1.param_map.net", z[:2])
		z[2] = (z[2] - p[0]) * math.Exp(-p[1])
		return s.base(z) + logdet - p[1]
	}
}

// splineState is a flow of both neural spline layers, with 4 bins.
func splineState() (*state, func(y []float64) float64) {
	const k, hidden, bound = 4, 5, 3
	s := new(state)
	s.addBase()
	s.set("flows.0.prqct.identity_features", []float64{0, 2}, 2)
	s.set("flows.0.prqct.transform_features", []float64{1}, 1)
	s.addResidual("flows.0.prqct.transform_net", 2, hidden, 3*k-1)
	s.fill("flows.0.prqct.unconditional_transform.unnormalized_widths", 2, k)
	s.fill("flows.0.prqct.unconditional_transform.unnormalized_heights", 2, k)
	s.fill("flows.0.prqct.unconditional_transform.unnormalized_derivatives", 2, k-1)
	s.addLULinear("flows.1.")
	s.addResidual("flows.2.mprqat.autoregressive_net", 3, hidden, 3*(3*k-1))
	s.mask("flows.2.mprqat.autoregressive_net", 3, hidden, 3*k-1)
	apply := func(x float64, raw []float64, divide float64) (float64, float64) {
		sizes := make([]float64, 2*k)
		for i := range sizes {
			sizes[i] = raw[i] / divide
		}
		return rqs(x, sizes[:k], sizes[k:], raw[2*k:], bound)
	}
	return s, func(y []float64) float64 {
		logdet := 0.0
		p, x := s.residual("flows.2.mprqat.autoregressive_net", y), make([]float64, 3)
		for j := range x {
			v, ls := apply(y[j], p[j*(3*k-1):(j+1)*(3*k-1)], 1)
			x[j] = v
			logdet += ls
		}
		z, ld := s.luLinear("flows.1.", x)
		logdet += ld
		v, ls := apply(z[1], s.residual("flows.0.prqct.transform_net", []float64{z[0], z[2]}), math.Sqrt(hidden))
		z[1] = v
		logdet += ls
		own := "flows.0.prqct.unconditional_transform.unnormalized_"
		for i, j := range []int{0, 2} {
			z[j], ls = rqs(z[j], s.get(own + "widths")[i*k:i*k+k], s.get(own + "heights")[i*k:i*k+k], s.get(own + "derivatives")[i*(k-1):(i+1)*(k-1)], bound)
			logdet += ls
		}
		return s.base(z) + logdet
	}
}
