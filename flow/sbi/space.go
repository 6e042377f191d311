package sbi

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A space has the numbers u that networks learn in place of parameters θ: unbounded ones, by the map from these to
// the prior's support, and normal under priors whose quantiles are known in closed form.
type space struct {
	Prior dist.Distribution
	Map   bijector.Bijector // from u to θ
}

func newSpace(prior dist.Distribution) (*space, error) {
	m, err := priorMap(prior)
	return &space{prior, m}, err
}

// priorMap returns the map of each column from a standard normal to the prior's, if that is normal, log-normal or
// uniform, and else to its support.
func priorMap(prior dist.Distribution) (bijector.Bijector, error) {
	switch p := prior.(type) {
	case *dist.Columns:
		switch u := p.Of.(type) {
		case *dist.Normal:
			return line(u.Loc.Numbers(), u.Scale.Numbers()), nil
		case *dist.LogNormal:
			return append(line(u.Loc.Numbers(), u.Scale.Numbers()), bijector.Exp{}), nil
		case *dist.Uniform:
			low, width := u.Low.Numbers(), make([]float64, p.D)
			high := u.High.Numbers()
			for j := range width {
				width[j] = high[min(j, len(high)-1)] - low[min(j, len(low)-1)]
			}
			return append(bijector.Chain{&bijector.NormalCDF{}}, line(low, width)...), nil
		}
	case *dist.MultivariateNormal:
		scale := p.Variance(nil)
		for j, v := range scale {
			scale[j] = math.Sqrt(v)
		}
		return line(p.Mean(nil), scale), nil
	case *dist.Joint:
		var blocks []bijector.Block
		for _, part := range p.Parts {
			if s, ok := part.(dist.Supported); !ok || s.Support().Shape == dist.Simplex {
				return flow.SupportMap(prior)
			}
			b, err := priorMap(part)
			if err != nil {
				return nil, err
			}
			blocks = append(blocks, bijector.Block{B: b, In: part.Dim()})
		}
		return bijector.NewBlockwise(blocks...), nil
	}
	return flow.SupportMap(prior)
}

// line is u ↦ loc + scale·u.
func line(loc, scale []float64) bijector.Chain {
	return bijector.Chain{bijector.NewScale(autodiff.Fixed(scale...)), bijector.NewShift(autodiff.Fixed(loc...))}
}

// chunk is how many rows are on a tape at once.
const chunk = 4096

// mapped takes rows through f, a part of them at a time.
func mapped(rows *mat.Dense, f func(v autodiff.Var) autodiff.Var) *mat.Dense {
	n, d := rows.Dims()
	var out *mat.Dense
	t := autodiff.Borrow()
	defer t.Release()
	for i := 0; i < n; i += chunk {
		j := min(i+chunk, n)
		v := f(t.Matrix(rows.Slice(i, j, 0, d)))
		if out == nil {
			out = mat.NewDense(n, v.Cols(), nil)
		}
		copy(out.RawMatrix().Data[i*v.Cols():j*v.Cols()], v.Expand(j-i, v.Cols()).Data())
		t.Reset()
	}
	return out
}

// free returns u of parameters.
func (s *space) free(theta *mat.Dense) *mat.Dense { return mapped(theta, s.Map.Inverse) }

// bound returns parameters of u, within the prior's support also where rounding would leave it.
func (s *space) bound(u *mat.Dense) *mat.Dense {
	theta := mapped(u, s.Map.Forward)
	low, high := s.bounds()
	n, _ := theta.Dims()
	for i := range n {
		for j, v := range theta.RawRowView(i) {
			if low != nil && v <= low[j] {
				theta.Set(i, j, math.Nextafter(low[j], math.Inf(1)))
			}
			if high != nil && v >= high[j] {
				theta.Set(i, j, math.Nextafter(high[j], math.Inf(-1)))
			}
		}
	}
	return theta
}

// slope returns log|det ∂u/∂θ| of rows.
func (s *space) slope(theta *mat.Dense) []float64 {
	return mapped(theta, func(v autodiff.Var) autodiff.Var { return s.Map.ILDJ(v) }).RawMatrix().Data
}

// bounds returns the ends of the prior's support, nil if it is no box.
func (s *space) bounds() (low, high []float64) {
	d, ok := s.Prior.(dist.Supported)
	if !ok {
		return nil, nil
	}
	return boxBounds(d.Support())
}

func boxBounds(s dist.Support) (low, high []float64) {
	switch s.Shape {
	case dist.Box:
		return s.Low, s.High
	case dist.Product:
		for _, p := range s.Parts {
			lo, hi := boxBounds(p)
			if lo == nil {
				return nil, nil
			}
			low, high = append(low, lo...), append(high, hi...)
		}
	}
	return low, high
}

// logPrior returns the prior's log-density of rows u, −Inf where it is no number.
func (s *space) logPrior(u *mat.Dense) []float64 {
	lp := mapped(u, func(v autodiff.Var) autodiff.Var {
		theta, fldj := bijector.ForwardFLDJ(s.Map, v)
		return s.Prior.LogDensity(theta).Add(fldj)
	}).RawMatrix().Data
	for i, v := range lp {
		if math.IsNaN(v) {
			lp[i] = math.Inf(-1)
		}
	}
	return lp
}

// features returns what the likelihood sees of parameters: logarithms of their distances from a bound, if there
// is one on one side, else the parameters.
func (s *space) features(theta *mat.Dense) *mat.Dense {
	low, high := s.bounds()
	if low == nil {
		return theta
	}
	out := mat.DenseCopyOf(theta)
	n, d := out.Dims()
	for j := range d {
		above, below := !math.IsInf(low[j], -1), !math.IsInf(high[j], 1)
		for i := range n {
			switch v := theta.At(i, j); {
			case above && !below:
				out.Set(i, j, special.Log(max(v-low[j], math.SmallestNonzeroFloat64)))
			case below && !above:
				out.Set(i, j, special.Log(max(high[j]-v, math.SmallestNonzeroFloat64)))
			}
		}
	}
	return out
}
