package kernel

// ActGrad sets dz = dy·act′, the derivative being taken from y = act(z).
func ActGrad(dz, dy, y []float64, act Act) {
	switch act {
	case Linear:
		copy(dz, dy)
	case ReLU:
		if fastReluMask(dz, dy, y) {
			return
		}
		for i, v := range y {
			g := dy[i]
			if !(v > 0) {
				g = 0
			}
			dz[i] = g
		}
	case Tanh:
		if fastTanhMask(dz, dy, y) {
			return
		}
		for i, v := range y {
			dz[i] = dy[i] * FMA(-v, v, 1)
		}
	}
}
