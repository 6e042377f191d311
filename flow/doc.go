// Package flow learns densities: normalizing flows, which are a base distribution and
// bijectors put together, learned from data, scored and sampled.
//
//	model, report, err := flow.Learn(ctx, flow.Rows(x), nil) // a density of the rows of x
//	fmt.Println(report)                                      // what was tried and chosen, and how good it is
//	score := model.LogProb([]float64{0.3, -1.2})             // log-density of a row, in nats
//	model.Sample(batch)                                      // new rows
//	err = model.Save(file)                                   // one file; Load reads it
//
// Packages below this one take a density to what it is learned for:
//
//   - anomaly says which rows are odd
//   - table takes tables with names, categories, dates and blanks
//   - sbi infers the parameters of a simulator
//   - mc draws from densities that are known up to a factor, and says what it is
//   - calibration says in numbers how good a density is, plot in pictures
//   - pytorch reads models that Python has trained, and writes some for it; onnx writes them for ONNX runtimes
//
// # Learn
//
// [Learn] does without choices: it looks at the data, fits several kinds of models ([Candidates]), and
// stacks them by the likelihood of rows that they have not seen. Its [Report] says how good the result is,
// beside a Gaussian and a mixture, and the oddities of the columns. [Data] are rows, with weights or
// contexts if there are any, in memory, from a stream, or drawn afresh: [Rows], [Stream], [Fresh].
//
// # Fit a model of one's own
//
// A [Transformed] is made by a preset such as [RealNVP], [NSF] or [MAF], or by [New] from any
// dist.Distribution and any bijectors, in the order from base to data. [Fit] trains it by maximum
// likelihood, [FitDensity] to come close to a density that is known up to a factor; [Settings] say
// how, [Result] how it went.
//
//	model := flow.New(dist.NewStdNormal(2), bijector.Tanh{}, myBijector)
//	result, err := flow.Fit(ctx, model, flow.Rows(x), nil)
//
// # Score and sample
//
// With y = f(x), f the composition of the bijectors and x from the base,
//
//	log p(y) = log base(f⁻¹(y)) + log|det ∂f⁻¹/∂y|
//
// in nats: [Transformed.LogProb] of a row, [Transformed.LogProbs] of many. Outside the support the
// log-density is −Inf; a row with NaN has NaN. [Transformed.Sample] and [Transformed.Draw] draw
// rows, [Transformed.Encode] and [Transformed.Decode] go between data and base. A service that scores
// few rows at a time does so by [Transformed.Prepared].
//
// # Condition
//
// Where bijectors take a context, or the base does, as a dist.MADE, another flow, or a mixture of
// flows may, the model is conditioned once, model.Given(c), and then is an ordinary distribution
// p(y | c): see [Arch], [Transformed.Given], and [Transformed.GivenEach] for many rows given each
// of many contexts. Learn and Fit learn it from data with contexts, [Data.Given], and
// [FitDensityGiven] from a density given its context.
//
// # Save
//
// [Transformed.Save] and [Load] keep a model in one file, to the last bit. It holds types and
// fields under names that stay when those in Go change, so files of every released version are
// read; and, in sections, what packages know of the model besides: [Section].
//
// # Images
//
// Rows of [Glow] and [ImageRealNVP] are images, channel by channel. Whole-number
// intensities become a density by noise:
//
//	model := flow.Glow(flow.ImageArch{Height: 8, Width: 8, Intensities: 17}, nil)
//	_, err := flow.Fit(context.Background(), model, flow.Rows(x).Dequantized(), nil)
//	model.Tempered(0.7).Sample(batch)
//
// # Gonum
//
// A Transformed satisfies gonum's distmv.RandLogProber and samplemv.Sampler:
// it is a proposal or a target of its samplers. A model of one column is a distribution
// of distuv by [NewUnivariate]; an [Objective] is a problem of optimize. For importance sampling take
// package mc, which stays in log space where samplemv.Importance overflows.
//
// # Concurrency and determinism
//
// Scoring and sampling only read the model, so any number of goroutines may
// use one model; large batches are spread over all cores. The results do not
// depend on the number of cores, nor does training: the same seed gives the
// same bits.
//
// # Speed
//
// Matrix products, elementwise functions and splines run in assembly for AVX-512, AVX2 or, but for
// splines, NEON, where the processor has it, and else in Go, with the same bits. The environment
// variable NORMFLOW_KERNEL=avx2 or generic, or the build tag purego, does without, for a bug report
// say. If a program installs another BLAS by blas64.Use (blas32.Use for networks in float32),
// matrix products go there, and the bits are that BLAS's.
package flow
