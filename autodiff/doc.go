// Package autodiff is a small reverse-mode tape for functions of matrices.
//
// A [Tape] records operations on [Var]s as they are computed. A Var is a
// matrix: its rows are samples, its columns features; 1×d, n×1 and 1×1
// operands broadcast. [Tape.Backward] walks the record in reverse and leaves
// the gradient of one scalar on the tape, for every [Param] used and every
// variable:
//
//	tape := autodiff.NewTape()
//	w := autodiff.NewParam(2, 1, []float64{1, -1})
//	x := tape.Matrix(mat.NewDense(3, 2, rows))
//	loss := x.MatMul(tape.Use(w)).Square().Mean()
//	tape.Backward(loss)
//	g := tape.Grad(w) // ∂loss/∂w, as long as w
//
// # Numbering
//
// A node is keyed by its operation, inputs and attributes. Computing the same
// expression again on the same tape returns the first node, so formulas may
// repeat themselves and cost nothing twice: f(x).Mul(f(x)) evaluates f once.
//
// # Memory
//
// Values, gradients and temporaries live in arenas that [Tape.Reset] empties
// without freeing: a training step that repeats itself allocates nothing. A Var
// is valid until its tape is reset; using it later panics.
//
// # Concurrency
//
// A tape belongs to one goroutine. Parameters are only read while tapes
// evaluate, so any number of tapes may share them.
//
// # Determinism
//
// Every operation is a fixed sequence of roundings: results do not depend on
// the machine, and row i of a result depends on row i of its arguments only,
// to the last bit (reductions over rows excepted).
package autodiff
