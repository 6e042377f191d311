//go:build !purego

package kernel

// fast fills the groups with assembly, if there is some.
func (r *philoxRun) fast(normal bool) bool {
	switch {
	case active == generic:
		return false
	case active == avx512 && normal:
		normals512(r)
	case active == avx512:
		uniforms512(r)
	case normal:
		normals256(r)
	default:
		uniforms256(r)
	}
	return true
}
