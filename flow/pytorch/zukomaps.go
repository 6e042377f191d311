package pytorch

import (
	"strings"

	"github.com/normflow/normflow/bijector"
)

// zukoClasses are zuko's flows with univariates of one kind.
var zukoClasses = map[string]string{
	"GF":    "GaussianizationTransform",
	"SOSPF": "ShiftedSOSPTransform",
	"BPF":   "BoundedBernsteinTransform",
}

// zukoSoftclips are zuko's flows that have a SoftclipTransform between the others, with its bound.
var zukoSoftclips = map[string]float64{"SOSPF": 11, "NAF": 11, "UNAF": 11}

// preset returns the name of the flow of zuko that the root is, or that sbi builds, as far as that is known.
func (w *weights) preset() string {
	if name, built := strings.CutPrefix(w.class(w.root), "build_zuko_"); built {
		return strings.ToUpper(name)
	}
	return w.class(w.root)
}

// zukoUnivariate returns the map of zuko's transform of that name with so many parameters per column, nil if there is none.
func (w *weights) zukoUnivariate(path, name string, params int, number func(key string, def float64) float64) checkedMap {
	switch name {
	case "GaussianizationTransform":
		if params%2 == 0 {
			return bijector.MixtureCDF{Components: params / 2, Equal: true, Scale: bijector.Exponential, Shrink: 1e-6}
		}
	case "BoundedBernsteinTransform":
		bound := number("bound", 5)
		return bijector.Bernstein{Degree: params - 1, Bound: bound, Gap: 2 * bound * number("eps", 1e-6)}
	case "ShiftedSOSPTransform":
		return w.zukoSquares(path, params, number("slope", 1e-3), 10)
	case "SOSPolynomialTransform": // with the shift, which it had to zuko 1.4, it had no least slope
		if shapes, _ := w.attribute(path, "shapes"); count(shapes) == 2 {
			return w.zukoSquares(path, params, 1e-300, number("bound", 10))
		}
	}
	return nil
}

// zukoSquares returns a sum of squares whose degree the description, or the settings, or the default says.
func (w *weights) zukoSquares(path string, params int, slope, bound float64) checkedMap {
	degree := int(w.float(path, "degree", 4))
	if shapes, ok := w.attribute(path, "shapes"); ok {
		list, _ := shapes.([]any)
		if len(list) > 0 {
			if shape, _ := list[0].([]any); len(shape) == 2 {
				degree = int(w.toFloat(path, "shapes", shape[1])) - 1
			}
		}
	}
	if degree < 1 || (params-1)%(degree+1) != 0 || slope <= 0 {
		fail("%s*: got %d outputs per column for sums of squares of degree %d with slope %v, want one more than a multiple of %d", path, params, degree, slope, degree+1)
	}
	return bijector.SOSPolynomial{Polynomials: (params - 1) / (degree + 1), Degree: degree, Bound: bound, Slope: slope}
}

// A checkedMap is a univariate whose fields can be wrong.
type checkedMap interface {
	bijector.Univariate
	Restore() error
}

// count returns the length of a list, or 0.
func count(v any) int {
	list, _ := v.([]any)
	return len(list)
}
