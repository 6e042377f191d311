//go:build (!amd64 && !arm64) || purego

package kernel

var tierNames = [...]string{"generic"}

// supported returns generic: there is no assembly in this build.
func supported() tier { return generic }
