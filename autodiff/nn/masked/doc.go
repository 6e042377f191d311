// Package masked holds autoregressive networks: of D columns they make outputs for each that depend
// on the columns before it alone, which bijectors and distributions turn into densities.
//
//	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{64, 64}, Outputs: 2, Act: nn.ReLU}, src)
//	raw := net.Apply(x)                                  // n×3 → n×6, all columns at once: densities
//	y, raw := masked.NewSolver(net, g).Solve(x, context) // y = g(x; raw(y)), column by column: samples
//
// # Parts
//
// A [Spec] is what a user says; the rest follows from it and is shared by both directions.
//
//	Spec ─ degrees of the units (degrees.go)
//	  │
//	  ▼
//	MADE ─ Layers, Context: the parameters; Restore, checks (made.go, check.go), Remask: other masks for
//	  │    the same parameters (remask.go)
//	  ▼
//	program ─ the layers as stages that fill buffers, with the degrees at which blocks of columns begin
//	  │       (program.go); a mask for each layer, as panels of products that have few zeros (mask.go)
//	  │
//	  ├── all columns at once: an operation for each layer, maskedOp (mask.go); in float32 one for all,
//	  │   singleMADEOp (single.go, single_backward.go, mask_single.go)
//	  │
//	  └── column by column: an evaluator (evaluator.go, evaluator_single.go), which computes every unit
//	      once, when the columns that it sees are known, in buffers of some rows (buffers.go)
//	        ├── Solver: inverse of an autoregressive map, with its exact gradient (solver.go)
//	        └── Fill: ancestral sampling, without gradient (fill.go)
//
// Units are sorted by degree, the number of columns that they see. A weight counts from a unit of degree a
// to one of degree b where a ≤ b, so a weight matrix W, in×out, is block upper triangular, as here of four
// and six units of degrees 1, 1, 2, 3 and 1, 1, 2, 2, 3, 3:
//
//	■ ■ ■ ■ ■ ■      column j of W counts in the rows before depth[j], 2 2 3 3 4 4;
//	■ ■ ■ ■ ■ ■      panels are neighbouring columns that are multiplied together, to the depth
//	· · ■ ■ ■ ■      of the deepest: masked weights in them, zeros, must be 0
//	· · · · ■ ■
//
// Both directions add the products of a unit in the same order, so that they agree to the last bit.
//
// M. Germain, K. Gregor, I. Murray, H. Larochelle, MADE: Masked Autoencoder for Distribution Estimation,
// 2015, arXiv 1502.03509. P. Ramachandran et al., Fast Generation for Convolutional Autoregressive Models,
// 2017, arXiv 1704.06001.
//
// # Concurrency
//
// Apply, Solve and Fill only read the parameters: one network serves any number of tapes at a time.
package masked

import "github.com/normflow/normflow/autodiff/nn"

var _ nn.Network = (*MADE)(nil)
