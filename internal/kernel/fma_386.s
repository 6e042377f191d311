//go:build !purego

#include "textflag.h"

// func FMA(x, y, z float64) float64
TEXT ·FMA(SB), NOSPLIT, $0-32
	CMPB ·fused(SB), $0
	JEQ  soft
	MOVSD x+0(FP), X0
	MOVSD y+8(FP), X1
	MOVSD z+16(FP), X2
	VFMADD231SD X0, X1, X2
	MOVSD X2, ret+24(FP)
	RET

soft:
	JMP ·softFMA(SB)
