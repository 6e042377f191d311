package kernel

// Polynomial sets dst = Σ c[k]·xᵏ by Horner's scheme in fused steps; dst is not x.
func Polynomial(dst, x, c []float64) {
	dst = dst[:len(x)]
	clear(dst)
	for from := (len(c) - 1) / 4 * 4; from >= 0; from -= 4 { // the first group may end with zeros
		var at [4]float64
		copy(at[:], c[from:])
		if fastHorner(dst, x, at[3], at[2], at[1], at[0]) {
			continue
		}
		for i, v := range x {
			dst[i] = FMA(FMA(FMA(FMA(dst[i], v, at[3]), v, at[2]), v, at[1]), v, at[0])
		}
	}
}
