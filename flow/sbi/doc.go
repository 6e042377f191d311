// Package sbi infers the parameters of a simulator from observations: simulation-based inference.
//
//	simulator := &sbi.Simulator{
//		Prior: dist.NewUniform(2, autodiff.Fixed(-1), autodiff.Fixed(1)),
//		Dim:   2,
//		Run: func(theta, x []float64, r *rand.Rand) error {
//			…
//		},
//	}
//	posterior, report, err := sbi.Learn(ctx, simulator, nil)
//	samples, err := posterior.Sample(ctx, observations, 1000, 1)
package sbi
