// Package sbi infers the parameters of a simulator from observations: simulation-based inference.
//
//	simulator := &sbi.Simulator{
//		Prior: dist.NewUniform(2, autodiff.Fixed(-1, 0), autodiff.Fixed(1, 5)),
//		Dim:   3, // numbers of an observation
//		Run: func(theta, x []float64, r *rand.Rand) error {
//			x[0], x[1], x[2] = … // given theta, with no other randomness than r
//			return nil
//		},
//	}
//	posterior, report, err := sbi.Learn(ctx, simulator, nil)
//	fmt.Println(report)
//	observations := mat.NewDense(1, 3, []float64{…})             // one a row
//	samples, err := posterior.Sample(ctx, observations, 1000, 1) // 1000 draws given each row
//	fmt.Println(samples.Observations[0])                         // whether these can be trusted
//	check, err := posterior.Calibrate(ctx, simulator, 200, 100, 2)
//	fmt.Println(check)
//	err = posterior.Save(file)
//
// # The prior
//
// Parameters go through a map from unbounded numbers to the prior's support, so that no draw leaves it: of normal,
// log-normal and uniform columns, and what [dist.Joint] makes of these, the map that makes them normal, else that of
// [flow.SupportMap]. Logarithms and scales are seen to.
//
// # Observations
//
// Numbers of an observation may have any scale; whole numbers are known as such. Sets and time series are summarised by networks, see
// Simulator.Set and Series. What is wrong in a simulation, an error or NaN, is counted in the report, and the posterior is that
// of simulations that do not fail.
//
// # How good it is
//
// Each [Observation] of [Samples] has the effective sample size and Pareto's k̂ of the draws' weights, the mass
// that these draws miss, and a warning where these are bad; [Posterior.Calibrate] tests ranks and coverage on new simulations. README.md beside this
// package has the figures of a benchmark.
//
// # Concurrency and determinism
//
// Simulations, training and sampling use all cores, and are fixed functions of simulator, settings and seed on any number of
// them. A posterior is only read: any number of goroutines may use one.
package sbi
