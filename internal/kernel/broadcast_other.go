//go:build (!amd64 && !arm64) || purego

package kernel

func (o operator) fastRow(_, _, _ []float64, _, _ int) bool { return false }
func (o operator) fastCol(_, _, _ []float64, _, _ int) bool { return false }
