//go:build (!amd64 && !arm64) || purego

package kernel

// fast says that there is no assembly.
func (p *product[T]) fast() bool { return false }
