package bijector_test

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
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
	} {
		goldenKinds[kind] = f
	}
}
