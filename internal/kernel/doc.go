// Package kernel holds the float64 loops where a flow spends its time.
//
// Every function is an exact sequence of roundings that all tiers (AVX-512,
// AVX2 with FMA, generic Go) follow, so that each gives the same bits.
// Kernels trust their callers: slices have the lengths stated, checked once
// per call and never per element. Destinations may be the same slice as an
// argument, but not overlap it otherwise. A matrix is rows×cols, row-major and
// contiguous unless a leading dimension is given.
package kernel
