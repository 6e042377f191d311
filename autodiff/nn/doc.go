// Package nn holds small neural networks on an autodiff tape: the conditioners
// of couplings and autoregressive maps, and whatever else maps rows to rows.
//
//	net := nn.NewMLP(2, []int{64, 64}, 4, nn.ReLU, src) // 2 → 64 → 64 → 4
//	y := net.Apply(x)                                   // n×2 → n×4
//
// A network is plain data: its parameters are *autodiff.Param in exported fields,
// its architecture is their shapes and the names of activations. It can be
// built by hand, and a function or type of one's own that satisfies [Network]
// serves wherever a network is wanted.
//
// # Images
//
// [Conv2D] is a convolution, [ConvNet] and [ResConv] are networks of convolutions whose
// rows are images, channel by channel. Between layers pixels are rows, so that a layer is
// one large matrix product: see [Pixels]. Their results can be normalised by running statistics,
// [BatchNorm]; rows stay independent, and training updates the statistics, see [Observer].
//
// # Masked networks
//
// Networks whose outputs depend on the columns before their own are in package masked.
//
// # Float32
//
// An [MLP], [ResMLP], [ConvNet] or [ResConv] with Single set computes in float32, at up to twice the speed
// where products are large; its parameters, their gradients and all results that other code sees stay in float64:
//
//	net.Single = true
//
// # Initialisation
//
// Constructors draw weights and biases as PyTorch's Linear does by default,
// [Uniform]. The other functions of type [Init] are applied to the layers:
//
//	for _, l := range net.Layers {
//		nn.He(l, src)
//	}
//	net.ZeroLast()
//
// # Concurrency
//
// Apply only reads the parameters: one network serves any number of tapes at a
// time.
package nn

import "github.com/normflow/normflow/autodiff"

// A Network is a differentiable map of rows, n×In → n×Out, in which row i of
// the result depends on row i of x only.
type Network interface {
	Apply(x autodiff.Var) autodiff.Var
	In() int
	Out() int
}

var (
	_ Network = (*MLP)(nil)
	_ Network = (*ResMLP)(nil)
)
