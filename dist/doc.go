// Package dist holds distributions of rows of numbers: the bases that flows
// start from, whose log-densities are differentiable in the rows and in their
// parameters.
//
//	base := dist.NewStdNormal(2)
//	tape := autodiff.NewTape()
//	lp := base.LogDensity(tape.Matrix(x)) // n×2 → n×1
//	base.Draw(batch, src)                 // fills the rows of batch
//	lp1 := base.LogProb(row)              // plain numbers, gonum's manner
//
// # Columns
//
// A [Univariate] is a distribution of one number: [Normal], [Logistic],
// [Uniform] and so on. [Columns] makes d independent columns of it, and the
// constructors NewNormal, NewLogistic, … return such products. Their parameters
// are [autodiff.Value]s: fixed or learned, one number for all columns or one per
// column.
//
// # Conventions
//
// Outside the support the log-density is −Inf, with zero gradient; it is NaN
// only for rows that hold a NaN. Densities of distributions over integers are
// probabilities, −∞ between the integers.
//
// What a distribution knows about itself beyond [Distribution] it says by small
// interfaces: [CDFer], [Quantiler], [Moments], [Moder], [Entropyer],
// [Supported].
//
// # Concurrency
//
// Distributions are plain data that evaluation only reads: any number of
// goroutines may share one, each with its own tape or source.
package dist
