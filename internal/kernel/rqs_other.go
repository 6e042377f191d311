//go:build !amd64 || purego

package kernel

// fast says that there is no assembly.
func (a *rqsArgs) fast(_ *rqsConsts, _ rqsMethod) bool { return false }
