//go:build !386 || purego

package kernel

// fastBlock says that there is no assembly for a block.
func fastBlock(*product[float64], int, int) bool { return false }

// fastBlock32 says so too.
func fastBlock32(*product[float32], int, int) bool { return false }
