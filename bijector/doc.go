// Package bijector holds invertible maps with their log-determinants: the
// parts that a normalizing flow is composed of.
//
// A [Bijector] has three methods, written as the textbook writes them:
//
//	type Scale struct{ By autodiff.Value }
//
//	func (b *Scale) Forward(x autodiff.Var) autodiff.Var { return x.Mul(b.By.On(x.Tape())) }
//	func (b *Scale) Inverse(y autodiff.Var) autodiff.Var { return y.Div(b.By.On(y.Tape())) }
//	func (b *Scale) ILDJ(y autodiff.Var) autodiff.Var    { return b.By.On(y.Tape()).Abs().Log().RowSum().Neg() }
//
// The density of y = f(x) with x from a base density is
//
//	log p(y) = log base(f⁻¹(y)) + log|det ∂f⁻¹/∂y|
//
// [InverseILDJ] gives both at once, and [ForwardFLDJ] those of the other direction: by a method
// of the same name if the bijector has one, else by the three.
//
// Maps compose with [Chain] (in slice order: Chain{f, g} is g∘f) and turn
// around with [Invert].
//
// # Univariate maps
//
// A [Univariate] is a monotone map of one element with a few raw parameters:
// [Affine] or [Spline], say. Other types say where the parameters come from:
// [Elementwise] learns them per column, [Coupling] and [Autoregressive] compute them
// from other columns by a network. A new univariate works in all of them.
//
// # Linear maps
//
// They differ in what they reach and cost; d is the number of columns, and costs are a row's:
//
//	Diagonal            d             the columns apart
//	TriL                d²            a Gaussian's Cholesky factor
//	TriLLowRank         d² + d·r      with a perturbation of rank r
//	LowRank             d·r           a diagonal and a perturbation of rank r
//	LU                  d²            any matrix, up to a fixed order of rows
//	QR, SVD             d² + k·d      any matrix, by k reflections
//	MatrixExp           d², d³ once   exponentials of matrices, never singular
//	Linear              d², d³ once   any matrix, even singular
//	Householder, Rotation, DCT, Haar, Permute preserve volume.
//
// Learned ones are made of matrices that start as the identity, such as
// [github.com/normflow/normflow/autodiff.LearnedIdentity]; frozen matrices are
// constants. See [TriL].
//
// # Matrices and surfaces
//
// A row of a matrix-valued map is the matrix row by row. Where y has more
// elements than x, or they are not unconstrained, as on a simplex, on a sphere, or in a
// triangular matrix, the type says which volume its log-determinant means. A y
// outside the range has log-determinant −∞.
//
// # Parameters from data
//
// [FitGaussianization] makes columns of data normal one by one; [Standardizer],
// [ActNorm] and [BatchNorm] take parameters from data, by
// [Initialize] before training and by [Observe] between steps, which reach into every [Composite], however
// deep, and whether the data pass a part from its output or, turned around, from its input.
//
// # Shapes and panics
//
// A batch is a matrix whose rows are samples. Wrong widths are the
// programmer's mistakes and panic with what was got and wanted.
//
// # Images
//
// A row may be an image of channels×height×width values, channel by channel.
// [Squeeze] trades pixels for channels, [PerPixel] maps the channels of every pixel,
// [NewConv1x1] mixes them, [Coupling] with the columns of [Checkerboard] or
// [Columns] and a network of [nn.ConvNet] or [nn.ResConv] keeps part of an image, and
// [Multiscale] leaves part of the elements behind.
//
// # Context
//
// Maps that hold a univariate, and all that compose others, may depend on a context, see
// [Conditional] and [Given].
package bijector
