package bijector_test

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// ints returns the integers of a parameter, flat.
func (p goldenParams) ints(name string) []int {
	var list []int
	for _, x := range p.flat(name) {
		list = append(list, int(x))
	}
	return list
}

// matrix returns a square matrix, constant.
func (p goldenParams) matrix(name string) *autodiff.Param {
	var n numbers
	p.decode(name, &n)
	return autodiff.FixedMatrix(mat.NewDense(n.shape[0], n.shape[1], n.data))
}

func (p goldenParams) permute(shape []int) bijector.Bijector {
	perm := p.ints("permutation")
	if axis := p.number("axis", -1); len(shape) == 2 && axis == -2 {
		return bijector.NewPermuteRows(shape[1], perm...)
	}
	return bijector.NewPermute(perm...)
}

func (p goldenParams) scale([]int) bijector.Bijector {
	if _, ok := p["scale"]; ok {
		return bijector.NewScale(p.value("scale"))
	}
	by := p.flat("log_scale")
	for i, x := range by {
		by[i] = math.Exp(x)
	}
	return bijector.NewScale(autodiff.Fixed(by...))
}

// triangular returns n for n(n+1)/2.
func triangular(m int) int { return int(math.Sqrt(2 * float64(m))) }

func (p goldenParams) fill(shape []int) bijector.Bijector {
	var upper bool
	if _, ok := p["upper"]; ok {
		p.decode("upper", &upper)
	}
	if upper {
		return bijector.NewFillUpperTriangular(triangular(shape[0]))
	}
	return bijector.NewFillTriangular(triangular(shape[0]))
}

// nestedOr returns the bijector of numbers in a parameter, or b if it is not there.
func (p goldenParams) nestedOr(name string, b bijector.Bijector) bijector.Bijector {
	if _, ok := p[name]; ok {
		return p.nested(name, nil)
	}
	return b
}

func (p goldenParams) blockwise([]int) bijector.Bijector {
	var blocks []bijector.Block
	widths := p.ints("block_sizes")
	for i, b := range p.list("bijectors", func(i int) []int { return []int{widths[i]} }) {
		blocks = append(blocks, bijector.Block{B: b, In: widths[i]})
	}
	return bijector.NewBlockwise(blocks...)
}

// spline has its knots by their distances, and slope 1 at both ends.
func (p goldenParams) spline([]int) bijector.Bijector {
	x := []float64{p.number("range_min", -1)}
	y := slices.Clone(x)
	for i, h := range p.flat("bin_heights") {
		x, y = append(x, x[i]+p.flat("bin_widths")[i]), append(y, y[i]+h)
	}
	return bijector.NewFixedSpline(x, y, slices.Concat([]float64{1}, p.flat("knot_slopes"), []float64{1}))
}

// realNVP keeps the first columns; a layer makes shift and tanh's argument of the others.
func (p goldenParams) realNVP(shape []int) bijector.Bijector {
	keep := make([]int, int(p.number("num_masked", 0)))
	for j := range keep {
		keep[j] = j
	}
	return bijector.NewCoupling(shape[0], keep, tanhAffine{p.number("ca", 0)}, 0, func(in, out int) nn.Network {
		net := nn.NewMLP(in, nil, out, nn.Linear, nil)
		w, b := net.Layers[0].W.Matrix(), net.Layers[0].B.Data()
		for k, name := range []string{"Wm", "Wa"} {
			for j, v := range p.flat(name) {
				w.Set(j%in, 2*(j/in)+k, v)
			}
		}
		for k, name := range []string{"bm", "ba"} {
			for j, v := range p.flat(name) {
				b[2*j+k] = v
			}
		}
		return net
	})
}

// lu places row i of L·U where the permutation says that it goes.
func (p goldenParams) lu([]int) bijector.Bijector {
	goes := p.ints("permutation")
	from := make([]int, len(goes))
	for i := range from {
		from[i] = slices.Index(goes, i)
	}
	return bijector.NewLU(p.matrix("lower_upper"), from, none)
}

func init() {
	for kind, f := range map[string]func(p goldenParams, shape []int) bijector.Bijector{
		"Shift": func(p goldenParams, _ []int) bijector.Bijector { return bijector.NewShift(p.value("shift")) },
		"Scale": goldenParams.scale,
		"ScaleMatvecDiag": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewDiagonal(p.value("scale_diag"), none)
		},
		"ScaleMatvecTriL": func(p goldenParams, _ []int) bijector.Bijector { return bijector.NewTriL(p.matrix("scale_tril"), none) },
		"ScaleMatvecLinearOperator": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewLinear(p.matrix("matrix"), none)
		},
		"ScaleMatvecLU": goldenParams.lu,
		"Permute":       goldenParams.permute,
		"Transpose": func(_ goldenParams, shape []int) bijector.Bijector {
			return bijector.NewTranspose(shape[0], shape[1])
		},
		"Householder": func(p goldenParams, _ []int) bijector.Bijector {
			axis := p.flat("reflection_axis")
			return bijector.NewHouseholder(autodiff.FixedMatrix(mat.NewDense(1, len(axis), axis)))
		},
		"DiscreteCosineTransform": func(p goldenParams, shape []int) bijector.Bijector {
			return bijector.NewDCT(shape[0], int(p.number("dct_type", 2)))
		},
		"Ascending":               func(goldenParams, []int) bijector.Bijector { return bijector.Ascending{} },
		"SoftmaxCentered":         func(goldenParams, []int) bijector.Bijector { return bijector.SoftmaxCentered{} },
		"IteratedSigmoidCentered": func(goldenParams, []int) bijector.Bijector { return bijector.StickBreaking{} },
		"UnitVector":              func(goldenParams, []int) bijector.Bijector { return bijector.UnitVector{} },
		"CholeskyOuterProduct":    func(goldenParams, []int) bijector.Bijector { return bijector.CholeskyOuterProduct{} },
		"CholeskyToInvCholesky":   func(goldenParams, []int) bijector.Bijector { return bijector.CholeskyToInvCholesky{} },
		"MatrixInverseTriL":       func(goldenParams, []int) bijector.Bijector { return bijector.MatrixInverseTriL{} },
		"CorrelationCholesky": func(_ goldenParams, shape []int) bijector.Bijector {
			return bijector.NewCorrelationCholesky(triangular(shape[0]) + 1)
		},
	} {
		goldenKinds[kind] = f
	}
}

func init() {
	for kind, f := range map[string]func(p goldenParams, shape []int) bijector.Bijector{
		"FillTriangular": goldenParams.fill,
		"FillScaleTriL": func(p goldenParams, shape []int) bijector.Bijector {
			return bijector.NewFillScaleTriL(triangular(shape[0]), p.nestedOr("diag_bijector", &bijector.Softplus{}), p.number("diag_shift", 1e-5))
		},
		"TransformDiagonal": func(p goldenParams, shape []int) bijector.Bijector {
			return bijector.NewTransformDiagonal(shape[0], p.nested("diag_bijector", nil))
		},
		"Cumsum": func(p goldenParams, shape []int) bijector.Bijector {
			if p.number("axis", -1) == -2 {
				return bijector.NewCumsumRows(shape[0], shape[1])
			}
			return &bijector.Cumsum{Len: shape[len(shape)-1]}
		},
		"Pad": func(p goldenParams, _ []int) bijector.Bijector {
			n := p.ints("paddings")
			return bijector.NewPad(n[0], n[1], p.number("constant_values", 0))
		},
		"Reshape": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewReshape(p.ints("event_shape_in"), p.ints("event_shape_out"))
		},
		"Split": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSplit(p.ints("num_or_size_splits")...)
		},
		"Blockwise":               goldenParams.blockwise,
		"RationalQuadraticSpline": goldenParams.spline,
		"RealNVP":                 goldenParams.realNVP,
		"BatchNormalization": func(p goldenParams, shape []int) bijector.Bijector {
			b := bijector.NewBatchNorm(shape[0])
			b.Mean.Set(p.flat("moving_mean"))
			b.Var.Set(p.flat("moving_variance"))
			b.Gamma, b.Beta, b.Eps = p.value("gamma"), p.value("beta"), p.number("epsilon", 1e-3)
			return b
		},
	} {
		goldenKinds[kind] = f
	}
}
