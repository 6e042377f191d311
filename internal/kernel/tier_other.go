//go:build !amd64 || purego

package kernel

// supported returns generic: there is no assembly in this build.
func supported() tier { return generic }
