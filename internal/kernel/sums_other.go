//go:build (!amd64 && !arm64) || purego

package kernel

func (l *lanes) fastSum(_ []float64) bool                    { return false }
func (l *lanes) fastDot(_, _ []float64) bool                 { return false }
func (r rowReduction) fast(_, _, _ []float64, _, _ int) bool { return false }
func fastColSum(_, _ []float64, _, _ int) bool               { return false }
