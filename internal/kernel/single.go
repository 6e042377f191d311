package kernel

import "unsafe"

// Narrow sets dst to x, each element rounded to float32. It panics if dst is shorter.
func Narrow(dst []float32, x []float64) {
	dst = dst[:len(x)]
	for i := fastNarrow(dst, x); i < len(x); i++ {
		dst[i] = float32(x[i])
	}
}

// Widen sets dst to x. It panics if dst is shorter.
func Widen(dst []float64, x []float32) {
	dst = dst[:len(x)]
	for i := fastWiden(dst, x); i < len(x); i++ {
		dst[i] = float64(x[i])
	}
}

// WidenAdd adds x to dst, in float64. It panics if dst is shorter.
func WidenAdd(dst []float64, x []float32) {
	dst = dst[:len(x)]
	for i := fastWidenAdd(dst, x); i < len(x); i++ {
		dst[i] += float64(x[i])
	}
}

// ReLU32 sets y to 0 where x < 0, else to x. It panics if y is shorter.
func ReLU32(y, x []float32) {
	y = y[:len(x)]
	for i := fastRelu32(y, x); i < len(x); i++ {
		v := x[i]
		if v < 0 {
			v = 0
		}
		y[i] = v
	}
}

// Add32 adds x to y. It panics if y is shorter.
func Add32(y, x []float32) {
	y = y[:len(x)]
	for i := fastAdd32(y, x); i < len(x); i++ {
		y[i] += x[i]
	}
}

// ActGrad32 is ActGrad in float32.
func ActGrad32(dz, dy, y []float32, act Act) {
	dz, dy = dz[:len(y)], dy[:len(y)]
	switch act {
	case Linear:
		copy(dz, dy)
	case ReLU:
		for i := fastReluMask32(dz, dy, y); i < len(y); i++ {
			g := dy[i]
			if !(y[i] > 0) {
				g = 0
			}
			dz[i] = g
		}
	case Tanh:
		for i := fastTanhMask32(dz, dy, y); i < len(y); i++ {
			dz[i] = dy[i] * fma32(-y[i], y[i], 1)
		}
	}
}

// Singles returns the memory of x as float32, two float32 for each of x; what
// they are is unspecified.
func Singles(x []float64) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(x))), 2*len(x))
}

// Pieces32 hands out pieces of its memory, each on a cache line of it.
type Pieces32 []float32

// Take returns the next n elements, of unspecified value.
func (p *Pieces32) Take(n int) []float32 {
	v := (*p)[:n:n]
	*p = (*p)[Lines32(n):]
	return v
}

// Lines32 rounds a number of float32 up to whole cache lines.
func Lines32(n int) int { return (n + 15) &^ 15 }

// WidenTo sets dst to x, or adds it.
func WidenTo(dst []float64, x []float32, add bool) {
	if add {
		WidenAdd(dst, x)
	} else {
		Widen(dst, x)
	}
}
