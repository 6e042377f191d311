//go:build !amd64 || purego

package kernel

func fastNarrow(_ []float32, _ []float64) int   { return 0 }
func fastWiden(_ []float64, _ []float32) int    { return 0 }
func fastWidenAdd(_ []float64, _ []float32) int { return 0 }
func fastRelu32(_, _ []float32) int             { return 0 }
func fastAdd32(_, _ []float32) int              { return 0 }
func fastReluMask32(_, _, _ []float32) int      { return 0 }
func fastTanhMask32(_, _, _ []float32) int      { return 0 }

func hasRounded() bool                               { return false }
func fastRounded(_, _ []float32, _ []float64, _ int) {}
