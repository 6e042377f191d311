// Package plot draws densities and how good they are: it is the only package of
// the library that needs gonum's plot.
//
// Each function returns a gonum plot, or rows of them, with titles, labels and
// colours that colour-blind people tell apart, so that a caller may change what it
// likes; [Save] writes one or many as a file.
//
//   - [Corner]: all pairs of columns, rows beside draws of a model
//   - [Density], [Curve]: a density of two columns, of one
//   - [PIT], [Coverage], [Reliability]: what package calibration says of a model
//   - [ROC], [Scores]: how well scores tell odd rows from others
//   - [Learning]: the loss over the steps of a training
//   - [Trace], [Ranks]: Markov chains
//
// A [Page] puts figures and text into one HTML file.
//
// Functions are pure and may be called by any number of goroutines.
package plot
