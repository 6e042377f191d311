// Package table learns tables as they are: columns of numbers, counts, categories and dates, with
// blanks, under names.
//
//	t, err := table.ReadCSV(file)
//	model, report, err := table.Learn(ctx, t, nil)
//	scores, err := model.Score(new)       // log-density in the columns' units, p-value, what is the matter
//	filled, err := model.Impute(new)      // blanks filled
//	rows := model.Sample(1000, false, src) // new rows like the table's
//	d, err := model.Conditional("price", map[string]string{"cut": "Ideal", "carat": "0.7"})
//
// CSV files, structs and database queries are read here, Parquet and Arrow files by the module flow/table/parquet.
//
// # Columns
//
// [Infer] decides what each column is and says why: see [Schema] and [Kind]. Numbers that stand on a grid, such as tenths, have a
// density that is constant within a cell of it; values that many rows share have a probability of their own, as zeros of an amount do; a few
// different numbers have nothing else. So a row has a mixed density, with respect to counting on categories, levels and atoms, and to
// length elsewhere, which sums and integrates to one.
//
// # The model
//
// A network sees the values of the columns that are known, and which these are, and returns the distribution of every other: probabilities, and
// mixtures of logistic distributions of the number after a fixed map. It is trained with columns hidden at random, so that it knows each column given
// any others. The joint density is their product in one order of the columns, chosen by held-out rows.
//
//	p(v) = Πₖ p(v_{o(k)} | v_{o(1)}, …, v_{o(k−1)})
//
// Benigno Uria, Iain Murray, Hugo Larochelle, A Deep and Tractable Density Estimator, 2014, arXiv:1310.1757. Below 4000 rows it is
// the mean of five networks, each trained on four fifths of the rows until the others become less likely, below 20,000 of three on nine tenths.
//
// Beside the columns themselves networks see what is left of one by another that it nearly is on a line with, and what sums imply, where one column most often is the sum
// of two others. In the training one visible number in 500 is replaced by one from anywhere in the column's range, so that they learn to
// trust no number that does not go with the others.
//
// # Blanks
//
// A blank is hidden in every step of the training, and so takes no part in it; nothing is filled in for it and no row is dropped. Masks as context, rather than an order alone, make a row with any
// blanks cost one pass, whichever columns they are in. In a score the columns that a row does not have are left out of the product: that is the density of the others by the network's own
// conditional distributions. It is a proper density; that it is the integral of the joint one over the blanks holds exactly where these come last in the order, and else as far as the networks'
// distributions fit together: [Report.OrderGap] measures that, and [Model.Marginal] computes the integral. This supposes that what is blank does not depend on what would stand there.
//
// In half of the training's steps the networks are told which columns of a row are blank. So [Model.Sample] can draw that first, and values that go with it: what is blank often says
// what a row is.
//
// # Concurrency and determinism
//
// Models are only read after Learn: any number of goroutines may use one. Learning is a fixed function of table and settings, whatever the number of cores;
// draws are one of the source.
package table
