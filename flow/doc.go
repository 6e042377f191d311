// Package flow puts a base distribution and bijectors together to a density
// that is learned from data, scored and sampled: a normalizing flow.
//
//	model := flow.NSF(flow.Arch{Dim: 2}, nil)                       // a neural spline flow
//	_, err := flow.Fit(context.Background(), model, flow.Rows(x), nil) // by maximum likelihood
//	score := model.LogProb([]float64{0.3, -1.2})                    // log-density of a row, in nats
//	model.Sample(batch)                                             // new rows
//
// One call does without choices: it looks at the data, tries several kinds of models, and stacks them by the likelihood of
// rows that they have not seen.
//
//	model, report, err := flow.Learn(ctx, flow.Rows(x), nil)
//	fmt.Println(report)
//
// A [Transformed] is made by a preset such as [RealNVP] or [NSF], or by [New]
// from any [dist.Distribution] and any bijectors, in the order from base to data:
//
//	model := flow.New(dist.NewStdNormal(2), bijector.Tanh{}, myBijector)
//
// # The density
//
// With y = f(x), f the composition of the bijectors and x from the base,
//
//	log p(y) = log base(f⁻¹(y)) + log|det ∂f⁻¹/∂y|
//
// in nats. Outside the support the log-density is −Inf; a row with NaN has NaN.
//
// # Conditional flows
//
// Where bijectors take a context, or the base does, as a [dist.MADE], another flow, or a mixture of flows may, the
// model is conditioned once, model.Given(c), and then is an ordinary distribution p(y | c): see [Arch] and
// [Transformed.Given]. Fit learns it from data with contexts, [Data.Given], and FitDensityGiven from a
// density given its context.
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
// # Files
//
// [Transformed.Save] and [Load] keep a model in one file, to the last bit. It holds types and fields under
// names that stay when those in Go change, so files of every released version are read; and, in sections,
// what packages know of the model besides: [Section].
//
// # Gonum
//
// A Transformed satisfies gonum's distmv.RandLogProber and samplemv.Sampler:
// it is a proposal or a target of its samplers. For importance sampling take
// [Transformed.SampleLogProbs] and calibration.ImportanceWeights, which stay in log space where
// samplemv.Importance overflows.
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
// Matrix products, elementwise functions and splines run in assembly for AVX-512, AVX2 or, but for splines, NEON,
// where the processor has it, and else in Go, with the same bits. The environment variable
// NORMFLOW_KERNEL=avx2 or generic, or the build tag purego, does without, for a bug report say. If
// a program installs another BLAS by blas64.Use (blas32.Use for networks in float32), matrix products go there, and
// the bits are that BLAS's.
package flow
