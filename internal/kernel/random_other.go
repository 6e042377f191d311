//go:build !amd64 || purego

package kernel

func (r *philoxRun) fast(bool) bool { return false }
