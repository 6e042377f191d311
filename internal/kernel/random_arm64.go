//go:build !purego

package kernel

// fast fills the groups with assembly, if there is some.
func (r *philoxRun) fast(normal bool) bool {
	switch {
	case active == generic:
		return false
	case normal:
		normals128(r)
	default:
		uniforms128(r)
	}
	return true
}
