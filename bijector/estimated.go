package bijector

// An Estimator is a bijector whose exact log-determinant is dear, so that a training may go by an unbiased estimate of it, or one
// whose paths a training is to shorten, by a penalty. Scores stay exact.
type Estimator interface {
	Bijector
	// Estimated returns the same map with the same parameters, whose log-determinants are estimates, their means the exact ones but for a penalty. What is random in
	// them follows from the bits of the rows and of the parameters: the same ones give the same estimate.
	Estimated() Bijector
}

// Estimated returns b with estimates in place of the log-determinants of all [Estimator]s in it that a [Chain], an [Invert], an [Embedded] or
// a [Subset] holds, or b itself if there are none.
func Estimated(b Bijector) Bijector {
	switch b := b.(type) {
	case Estimator:
		return b.Estimated()
	case Chain:
		parts := make(Chain, len(b))
		for i, part := range b {
			parts[i] = Estimated(part)
		}
		return parts
	case *Invert:
		return &Invert{B: Estimated(b.B)}
	case *Embedded:
		return &Embedded{Net: b.Net, B: Estimated(b.B), ctx: b.ctx}
	case *Subset:
		return &Subset{Index: b.Index, B: Estimated(b.B)}
	}
	return b
}
