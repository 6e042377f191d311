package bijector

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
)

// Checkerboard returns the columns of a channels×height×width image, channel by
// channel, whose pixels i, j have (i+j) mod 2 = parity: half of them, for a
// [Coupling] to keep.
func Checkerboard(channels, height, width, parity int) []int {
	var columns []int
	for c := range channels {
		for i := range height {
			for j := range width {
				if (i+j)%2 == parity {
					columns = append(columns, (c*height+i)*width+j)
				}
			}
		}
	}
	return columns
}

// Columns returns the indices from to to−1: with from and to multiples of the number
// of pixels, the columns of some of an image's channels, for a [Coupling] to
// keep.
func Columns(from, to int) []int {
	columns := make([]int, to-from)
	for k := range columns {
		columns[k] = from + k
	}
	return columns
}

// NewPixelRange returns the map from the real line to the intensities of
// dequantised pixels, 0 to levels:
//
//	y = levels·(σ(x) − α)/(1 − 2α)
//
// that is x = logit(α + (1−2α)·y/levels): α, usually 0.05 or less, keeps x finite at
// both ends. y are whole numbers from 0 to levels−1 plus noise between 0 and 1.
//
// It panics unless levels is positive and 0 ≤ α < ½.
func NewPixelRange(levels int, alpha float64) *Sigmoid {
	if levels < 1 || !(alpha >= 0 && alpha < 0.5) {
		panic(fmt.Sprintf("bijector: PixelRange: got %d levels and α = %v, want at least one and 0 ≤ α < ½", levels, alpha))
	}
	scale := float64(levels) / (1 - 2*alpha)
	return NewSigmoid(autodiff.Fixed(-alpha*scale), autodiff.Fixed((1-alpha)*scale))
}

// NewConv1x1 returns an invertible 1×1 convolution of images with the given number of channels and
// pixels: a linear map of the channels of each pixel, z = P·L·U·y from data to base, whose factors
// are learned from those of a random rotation, which has log-determinant 0; the permutation, and
// the signs of U's diagonal, stay as drawn. nil src is the process-wide source. It panics unless
// channels and pixels are positive.
//
// Diederik P. Kingma, Prafulla Dhariwal, Glow: Generative Flow with Invertible
// 1×1 Convolutions, 2018, arXiv:1807.03039.
func NewConv1x1(channels, pixels int, src rand.Source) *PerPixel {
	factors, perm, signs := luFactors(rotation(channels, src), channels)
	lu := NewLU(autodiff.NewParam(channels, channels, factors), perm, autodiff.Value{})
	return NewPerPixel(NewInvert(Chain{lu, NewScale(autodiff.Fixed(signs...))}), pixels)
}

// NewConv1x1Full is [NewConv1x1] with the matrix itself learned, z = W·y from data to base, from a
// random rotation: every element is unconstrained, but nothing keeps W from becoming singular, and
// the log-determinant and Forward cost O(channels³) a batch. It panics as that does.
func NewConv1x1Full(channels, pixels int, src rand.Source) *PerPixel {
	w := autodiff.NewParam(channels, channels, rotation(channels, src))
	return NewPerPixel(NewInvert(NewLinear(w, autodiff.Value{})), pixels)
}

// rotation returns a random orthogonal d×d matrix.
func rotation(d int, src rand.Source) []float64 {
	l := nn.NewLayer(d, d, nn.Linear, rng.New(0))
	nn.Orthogonal(l, src)
	return l.W.Data()
}

// luFactors returns the factors of a d×d matrix a = S·P·L·U, where U has a positive
// diagonal and S is a diagonal of signs: L and U packed in one matrix, perm with (P·z)ᵢ =
// z[perm[i]], and S. It overwrites a.
func luFactors(a []float64, d int) (packed []float64, perm []int, signs []float64) {
	order := Columns(0, d) // row k of the packed factors is row order[k] of the matrix
	for k := range d {
		p := k
		for i := k + 1; i < d; i++ {
			if math.Abs(a[i*d+k]) > math.Abs(a[p*d+k]) {
				p = i
			}
		}
		for j := range d {
			a[k*d+j], a[p*d+j] = a[p*d+j], a[k*d+j]
		}
		order[k], order[p] = order[p], order[k]
		for i := k + 1; i < d; i++ {
			a[i*d+k] /= a[k*d+k]
			for j := k + 1; j < d; j++ {
				a[i*d+j] = kernel.FMA(-a[i*d+k], a[k*d+j], a[i*d+j])
			}
		}
	}
	perm, signs = make([]int, d), make([]float64, d)
	for k := range d {
		perm[order[k]] = k
		signs[order[k]] = math.Copysign(1, a[k*d+k])
	}
	// U = D·U′ with a positive diagonal, and L·D = D·L′ with L′ = D·L·D.
	for i := range d {
		for j := range d {
			a[i*d+j] *= signs[order[i]]
			if j < i {
				a[i*d+j] *= signs[order[j]]
			}
		}
	}
	return a, perm, signs
}
