//go:build !amd64 || purego

package kernel

func (s *Stairs) fast(y, x, w, start []float64, lds, rows int, act Act) bool { return false }

func (s *Stairs) direct() bool { return false }
