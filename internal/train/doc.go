// Package train is the engine behind every training of the library: sources of
// minibatches, gradients on all cores, and the loop of an optimizer with
// validation, early stopping and checkpoints. It knows nothing of densities.
//
//	Source → Cursor → Minibatches → Training
//	                     ↑
//	                  Gradient (Loss, worker pool)
//
// A [Source] is data; a [Cursor] reads them, a [Batch] at a time. A [Gradient] is
// the mean of a [Loss] over a batch, with its gradient, by a pool of workers. [Minibatches]
// put both together to an [Objective], which a [Training] minimises; a
// gradient of another kind needs an Objective of its own.
//
// No result depends on the number of workers, to the last bit.
//
// # Checkpoints
//
// A checkpoint holds all that the next step depends on: parameters, averages, the optimizer's
// moments, the best record, and the cursor's [Position], with the state of its random numbers. So a
// training that was killed goes on as if it had not been: see checkpoint.go and [Training.Begin].
package train
