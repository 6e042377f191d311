// Package peak measures the processor's own limit for the benchmarks of
// package kernel: loops of nothing but fused multiply-adds, on amd64 only.
package peak
