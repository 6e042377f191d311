package autodiff

import (
	"fmt"
	"math"
)

// A Value is a scalar, or a row of values, that parametrises a map or a
// density: constant, or learned, perhaps within bounds. Its zero value holds
// nothing; functions that take a Value say what that means.
//
//	bijector.NewScale(autodiff.Fixed(2))          // ×2
//	bijector.NewScale(autodiff.Learned(1, 1, 1))  // one learned factor per column
//
// The user says what the values are and whether they are learned; the map
// that receives them says, by [Value.Within], in which interval they stay. Maps that
// receive the same learned value share its parameter.
type Value struct {
	// Param holds the values themselves if the value is
	// made by Fixed, and otherwise unconstrained parameters that are mapped into the
	// interval from Min to Max.
	Param *Param
	// Constant is true for Fixed values, which are never learned.
	Constant bool
	// Min and Max bound a learned value, which stays strictly between them.
	Min, Max float64
}

// Fixed returns a constant value: one number for all columns, or one per column.
// It panics if there are none or one is NaN. Infinite ones are only for what says that it takes them, as
// distributions whose degrees of freedom may be infinite do.
func Fixed(x ...float64) Value { return newValue("Fixed", x, true) }

// Learned returns a value that training starts from: one number for all columns, or
// one per column. It panics if there are none or one is not finite.
func Learned(x ...float64) Value { return newValue("Learned", x, false) }

func newValue(what string, x []float64, constant bool) Value {
	if len(x) == 0 {
		panic("autodiff: " + what + ": got no numbers, want at least one")
	}
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) && !constant {
			panic(fmt.Sprintf("autodiff: %s: got %v, want finite numbers", what, v))
		}
	}
	p := NewParam(1, len(x), append([]float64(nil), x...))
	p.Freeze(constant)
	return Value{Param: p, Constant: constant, Min: math.Inf(-1), Max: math.Inf(1)}
}

// IsZero reports whether the value holds nothing.
func (v Value) IsZero() bool { return v.Param == nil }

// Len returns the number of elements: 1 for a scalar.
func (v Value) Len() int { return v.Param.Len() }

// Within returns the value kept in the open interval from lo to hi, either of
// which may be infinite: a learned x is lo + log(1+eᵘ), hi − log(1+e⁻ᵘ) or
// lo + (hi−lo)·σ(u) of an unconstrained parameter u.
//
// Every copy of the same learned value shares its parameter, and is kept inside from now
// on. It panics, on behalf of what, if an element is not inside, or if the value
// is already kept in an interval that is not a part of this one.
func (v Value) Within(what string, lo, hi float64) Value {
	for _, x := range v.Numbers() {
		if !(x > lo && x < hi) {
			panic(fmt.Sprintf("%s: got %v, want a number between %v and %v", what, x, lo, hi))
		}
	}
	if v.Constant || math.IsInf(lo, -1) && math.IsInf(hi, 1) {
		return v
	}
	in := v.interval()
	if in.lo >= lo && in.hi <= hi {
		v.Min, v.Max = in.lo, in.hi
		return v
	}
	if in != anywhere {
		panic(fmt.Sprintf("%s: got a learned value that another map keeps between %v and %v, want one between %v and %v", what, in.lo, in.hi, lo, hi))
	}
	v.Min, v.Max = lo, hi
	v.Param.within = &interval{lo, hi}
	for i, y := range v.Param.data {
		v.Param.data[i] = v.Param.within.unconstrain(y)
	}
	return v
}

// Positive is Within(what, 0, +Inf).
func (v Value) Positive(what string) Value { return v.Within(what, 0, math.Inf(1)) }

// An interval is open; its ends may be infinite.
type interval struct{ lo, hi float64 }

var anywhere = interval{math.Inf(-1), math.Inf(1)}

// interval returns where a learned value is kept.
func (v Value) interval() interval {
	if v.Param.within != nil {
		return *v.Param.within
	}
	return interval{v.Min, v.Max}
}

// unconstrain returns the unconstrained parameter of the value y.
func (in interval) unconstrain(y float64) float64 {
	switch lo, hi := !math.IsInf(in.lo, -1), !math.IsInf(in.hi, 1); {
	case lo && hi:
		return math.Log((y - in.lo) / (in.hi - y))
	case lo:
		return inverseSoftplus(y - in.lo)
	case hi:
		return -inverseSoftplus(in.hi - y)
	}
	return y
}

// constrain returns the value of an unconstrained parameter.
func (in interval) constrain(u Var) Var {
	switch lo, hi := !math.IsInf(in.lo, -1), !math.IsInf(in.hi, 1); {
	case lo && hi:
		return u.Sigmoid().MulConst(in.hi - in.lo).AddConst(in.lo)
	case lo && in.lo == 0:
		return u.Softplus()
	case lo:
		return u.Softplus().AddConst(in.lo)
	case hi:
		return u.LogSigmoid().AddConst(in.hi)
	}
	return u
}

// inverseSoftplus returns log(eʸ − 1) = y + log(1 − e⁻ʸ).
func inverseSoftplus(y float64) float64 { return y + math.Log(-math.Expm1(-y)) }

// Restore checks the fields of a value that was not made by [Fixed] or
// [Learned]. A value that holds nothing is valid.
func (v Value) Restore() error {
	if v.Param == nil {
		return nil
	}
	if v.Param.rows != 1 {
		return fmt.Errorf("autodiff: Value: got %d×%d numbers, want one row", v.Param.rows, v.Param.cols)
	}
	if v.Constant {
		return nil
	}
	in := interval{v.Min, v.Max}
	if !(in.lo < in.hi) {
		return fmt.Errorf("autodiff: Value: got bounds %v and %v, want the first below the second", in.lo, in.hi)
	}
	if in == anywhere {
		return nil
	}
	if have := v.Param.within; have != nil && *have != in {
		return fmt.Errorf("autodiff: Value: got bounds %v and %v, want %v and %v as elsewhere", in.lo, in.hi, have.lo, have.hi)
	}
	v.Param.within = &in
	return nil
}

// On returns the value on a tape: 1×1 or 1×d. It panics if the value is empty, or holds an infinite number.
func (v Value) On(t *Tape) Var {
	if v.Param == nil {
		panic("autodiff: Value: got an empty one, want Fixed or Learned numbers")
	}
	v.checkFinite("autodiff: Value")
	u := t.Use(v.Param)
	if v.Constant {
		return u
	}
	return v.interval().constrain(u)
}

// Numbers returns the current elements, a copy.
func (v Value) Numbers() []float64 {
	if v.Constant {
		return append([]float64(nil), v.Param.data...)
	}
	t := Borrow()
	x := append([]float64(nil), v.On(t).Data()...)
	t.Release()
	return x
}

// Check panics, on behalf of what, unless the value is a scalar or has d
// elements, all of them finite; d = 0 accepts any length.
func (v Value) Check(what string, d int) {
	if v.Param == nil {
		panic(what + ": got an empty Value, want Fixed or Learned numbers")
	}
	if n := v.Len(); d > 0 && n != 1 && n != d {
		panic(fmt.Sprintf("%s: got %d numbers, want 1 or %d", what, n, d))
	}
	v.checkFinite(what)
}

// checkFinite panics if a constant is infinite.
func (v Value) checkFinite(what string) {
	if !v.Constant {
		return
	}
	for _, x := range v.Param.data {
		if math.IsInf(x, 0) {
			panic(fmt.Sprintf("%s: got %v, want finite numbers", what, x))
		}
	}
}
