package main

import (
	"math"

	"github.com/mmcloughlin/avo/reg"
)

// vector writes the elementwise kernels.
func vector(c *asm) {
	for i := range loops {
		c.bothSets(loops[i].write)
	}
}

type regs = []reg.Register

// mapped is the kernel of dst[i] = f(x[i]).
func mapped(name string, f func(v vec, x regs, s values) reg.Register, scalars ...string) loop {
	return loop{
		name: name, slices: []string{"dst", "x"}, skip: 1, scalars: scalars, length: "x",
		body: func(v vec, x regs, s values) regs { return regs{f(v, x, s)} },
	}
}

// unary is mapped for a method of vec.
func unary(name string, f func(vec, reg.Register) reg.Register) loop {
	return mapped(name, func(v vec, x regs, _ values) reg.Register { return f(v, x[0]) })
}

// binary is the kernel of dst[i] = f(x[i], y[i]).
func binary(name string, f func(v vec, x, y reg.Register) reg.Register) loop {
	return loop{
		name: name, slices: []string{"dst", "x", "y"}, skip: 1, length: "dst",
		body: func(v vec, x regs, _ values) regs { return regs{f(v, x[0], x[1])} },
	}
}

// gradient is the kernel that adds f(dy[i], v[i]) to dx[i], v being called what.
func gradient(name, what string, f func(v vec, dx, dy, x reg.Register, s values) reg.Register, scalars ...string) loop {
	return loop{
		name: name, slices: []string{"dx", "dy", what}, scalars: scalars, length: what,
		body: func(v vec, x regs, s values) regs { return regs{f(v, x[0], x[1], x[2], s)} },
	}
}

// update is the kernel of dst[i] = f(dst[i], x[i], y[i]).
func update(name string, f func(v vec, dst, x, y reg.Register) reg.Register) loop {
	return loop{
		name: name, slices: []string{"dst", "x", "y"}, length: "dst",
		body: func(v vec, x regs, _ values) regs { return regs{f(v, x[0], x[1], x[2])} },
	}
}

var loops = []loop{
	unary("Exp", func(v vec, x reg.Register) reg.Register { return v.exp(x) }),
	unary("Log", func(v vec, x reg.Register) reg.Register { return v.log(x) }),
	unary("Log1p", func(v vec, x reg.Register) reg.Register { return v.log1p(x) }),
	unary("Expm1", func(v vec, x reg.Register) reg.Register { return v.expm1(x) }),
	unary("TanhOf", func(v vec, x reg.Register) reg.Register { return v.tanh(x) }),
	unary("Sigmoid", func(v vec, x reg.Register) reg.Register { return v.sigmoid(x) }),
	unary("Softplus", func(v vec, x reg.Register) reg.Register { return v.softplus(x) }),
	unary("LogSigmoid", func(v vec, x reg.Register) reg.Register { return v.logSigmoid(x) }),
	unary("Sinh", func(v vec, x reg.Register) reg.Register { return v.sinh(x) }),
	unary("Cosh", func(v vec, x reg.Register) reg.Register { return v.cosh(x) }),
	unary("Asinh", func(v vec, x reg.Register) reg.Register { return v.asinh(x) }),
	unary("Atan", func(v vec, x reg.Register) reg.Register { return v.atan(x) }),
	unary("Atanh", func(v vec, x reg.Register) reg.Register { return v.atanh(x) }),
	unary("LogCosh", func(v vec, x reg.Register) reg.Register { return v.logCosh(x) }),
	unary("Log1mExp", func(v vec, x reg.Register) reg.Register { return v.log1mExp(x) }),
	unary("Log1mSquare", func(v vec, x reg.Register) reg.Register { return v.log1mSquare(x) }),
	unary("NormalCDF", func(v vec, x reg.Register) reg.Register { return v.normalCDF(x) }),
	unary("innerQuantile", func(v vec, p reg.Register) reg.Register { return v.quantile(p) }),
	unary("lowQuantile", func(v vec, p reg.Register) reg.Register { return v.lowQuantile(p) }),
	unary("Sqrt", func(v vec, x reg.Register) reg.Register { return v.sqrt(x) }),
	unary("Abs", func(v vec, x reg.Register) reg.Register { return v.abs(x) }),

	binary("Add", func(v vec, x, y reg.Register) reg.Register { return v.add(x, y) }),
	binary("Sub", func(v vec, x, y reg.Register) reg.Register { return v.sub(x, y) }),
	binary("Mul", func(v vec, x, y reg.Register) reg.Register { return v.mul(x, y) }),
	binary("Div", func(v vec, x, y reg.Register) reg.Register { return v.div(x, y) }),
	binary("power", func(v vec, x, p reg.Register) reg.Register { return v.power(x, p) }),
	update("MulAdd", func(v vec, dst, x, y reg.Register) reg.Register { return v.fma(x, y, dst) }),
	update("MulSub", func(v vec, dst, x, y reg.Register) reg.Register { return v.fnma(x, y, dst) }),
	update("DivAdd", func(v vec, dst, x, y reg.Register) reg.Register { return v.add(dst, v.div(x, y)) }),

	mapped("AddConst", func(v vec, x regs, s values) reg.Register { return v.add(x[0], s(0)) }, "a"),
	mapped("Scale", func(v vec, x regs, s values) reg.Register { return v.mul(s(0), x[0]) }, "a"),
	mapped("LeakyReLU", func(v vec, x regs, s values) reg.Register {
		y := v.copy(x[0])
		v.pickTo(v.cmp(less, x[0], v.num(0)), v.mul(x[0], s(0)), y)
		return y
	}, "slope"),
	mapped("Clamp", func(v vec, x regs, s values) reg.Register { return v.min(s(1), v.max(s(0), x[0])) }, "lo", "hi"),
	{
		name: "Axpy", slices: []string{"dst", "x"}, scalars: []string{"a"}, length: "x",
		body: func(v vec, x regs, s values) regs { return regs{v.fma(s(0), x[1], x[0])} },
	},
	{
		name: "horner", slices: []string{"dst", "x"}, scalars: []string{"c3", "c2", "c1", "c0"}, length: "x",
		body: func(v vec, x regs, s values) regs {
			y := x[0]
			for i := range 4 {
				y = v.fma(y, x[1], s(i))
			}
			return regs{y}
		},
	},
	{
		name: "Select", slices: []string{"dst", "mask", "x", "y"}, skip: 1, length: "mask",
		body: func(v vec, x regs, _ values) regs {
			v.pickTo(v.cmp(notEqual, x[0], v.num(0)), x[1], x[2])
			return regs{x[2]}
		},
	},

	binary("reluMask", func(v vec, dy, y reg.Register) reg.Register {
		g := v.copy(v.num(0))
		v.pickTo(v.cmp(greater, y, v.num(0)), dy, g)
		return g
	}),
	binary("tanhMask", func(v vec, dy, y reg.Register) reg.Register { return v.mul(dy, v.fnma(y, y, v.num(1))) }),

	gradient("ClampGrad", "x", func(v vec, dx, dy, x reg.Register, s values) reg.Register {
		r := v.copy(dx)
		v.pickTo(v.cmp(greaterEqual, x, s(0)), v.add(dx, dy), r)
		v.pickTo(v.cmp(notLessEqual, x, s(1)), dx, r)
		return r
	}, "lo", "hi"),
	gradient("LeakyReLUGrad", "x", func(v vec, dx, dy, x reg.Register, s values) reg.Register {
		g := v.mul(dy, s(0))
		v.pickTo(v.cmp(greater, x, v.num(0)), dy, g)
		return v.add(dx, g)
	}, "slope"),
	gradient("TanhGrad", "y", func(v vec, dx, dy, y reg.Register, _ values) reg.Register {
		return v.fma(dy, v.fnma(y, y, v.num(1)), dx)
	}),
	gradient("SigmoidGrad", "y", func(v vec, dx, dy, y reg.Register, _ values) reg.Register {
		return v.fma(dy, v.fnma(y, y, y), dx)
	}),
	gradient("SoftplusGrad", "x", func(v vec, dx, dy, x reg.Register, _ values) reg.Register {
		return v.fma(dy, v.sigmoid(x), dx)
	}),
	gradient("LogSigmoidGrad", "x", func(v vec, dx, dy, x reg.Register, _ values) reg.Register {
		return v.fma(dy, v.sigmoid(v.neg(x)), dx)
	}),

	{
		name: "LogSums", slices: []string{"hi", "lo", "x"}, skip: 2, length: "x",
		body: func(v vec, x regs, _ values) regs { return v.logSum(x[0]) },
	},
	{
		name: "SoftClip", slices: []string{"a", "d", "s"}, skip: 2, scalars: []string{"c"}, length: "s",
		body: func(v vec, x regs, s values) regs {
			size := v.abs(x[0])
			q := v.div(v.num(1), v.add(v.num(1), v.div(size, s(0))))
			a := v.mul(x[0], q)
			v.pickTo(v.cmp(greater, size, v.num(math.MaxFloat64)), v.copySign(s(0), x[0]), a)
			return regs{a, v.mul(q, q)}
		},
	},
	{
		name: "Affine", slices: []string{"y", "e", "x", "s", "t"}, skip: 2, length: "x",
		body: func(v vec, x regs, _ values) regs {
			e := v.exp(x[1])
			return regs{v.fma(x[0], e, x[2]), e}
		},
	},
	{
		name: "AffineInverse", slices: []string{"x", "e", "y", "s", "t"}, skip: 2, length: "y",
		body: func(v vec, x regs, _ values) regs {
			e := v.exp(v.neg(x[1]))
			return regs{v.mul(v.sub(x[0], x[2]), e), e}
		},
	},
	{
		name: "TukeyStart", slices: []string{"x", "inv", "skew", "y", "gs", "tail"}, skip: 3, length: "y",
		body: func(v vec, in regs, _ values) regs { return v.tukeyStart(in[0], in[1], in[2]) },
	},
	{
		name: "TukeyStep", slices: []string{"miss", "rise", "x", "skew", "tail", "inv"}, skip: 2, length: "x",
		body: func(v vec, in regs, _ values) regs { return v.tukeyStep(in[0], in[1], in[2], in[3]) },
	},
	{
		name: "AffineGrad", slices: []string{"dx", "ds", "dt", "dy", "x", "e"}, length: "x",
		body: func(v vec, x regs, _ values) regs {
			dx, ds, dt, dy, e := x[0], x[1], x[2], x[3], x[5]
			return regs{v.fma(dy, e, dx), v.fma(dy, v.mul(x[4], e), ds), v.add(dt, dy)}
		},
	},
	{
		name: "AffineInverseGrad", slices: []string{"dy", "ds", "dt", "dx", "x", "e"}, length: "x",
		body: func(v vec, x regs, _ values) regs {
			dy, ds, dt, dx, e := x[0], x[1], x[2], x[3], x[5]
			return regs{v.fma(dx, e, dy), v.fnma(dx, x[4], ds), v.fnma(dx, e, dt)}
		},
	},

	{
		name: "adam", slices: []string{"p", "m", "v", "grad"}, length: "p",
		scalars: []string{"beta1", "rest1", "beta2", "rest2", "minusRate", "root", "eps", "keep"},
		body: func(v vec, x regs, s values) regs {
			p, m, w, g := x[0], x[1], x[2], x[3]
			m = v.fma(s(0), m, v.mul(s(1), g))
			w = v.fma(s(2), w, v.mul(v.mul(s(3), g), g))
			d := v.fma(v.sqrt(w), s(5), s(6))
			return regs{v.fma(s(4), v.div(m, d), v.mul(s(7), p)), m, w}
		},
	},
}
