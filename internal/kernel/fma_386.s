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

// func fusedBlock(c *[8]float64, k int, a *float64, aRow, aCol int, b *float64, bRow int)
TEXT ·fusedBlock(SB), NOSPLIT, $0-28
	MOVL c+0(FP), BP
	MOVL k+4(FP), CX
	MOVL a+8(FP), SI
	MOVL aRow+12(FP), DX
	MOVL aCol+16(FP), BX
	MOVL b+20(FP), DI
	MOVL bRow+24(FP), AX
	SHLL $3, DX
	SHLL $3, BX
	SHLL $3, AX
	VMOVUPD (BP), Y0
	VMOVUPD 32(BP), Y1

loop:
	VMOVUPD      (DI), Y2
	VBROADCASTSD (SI), Y3
	VBROADCASTSD (SI)(DX*1), Y4
	VFMADD231PD  Y2, Y3, Y0
	VFMADD231PD  Y2, Y4, Y1
	ADDL         BX, SI
	ADDL         AX, DI
	SUBL         $1, CX
	JNZ          loop
	VMOVUPD Y0, (BP)
	VMOVUPD Y1, 32(BP)
	VZEROUPPER
	RET

// func fusedBlock32(c *[8]float32, k int, a *float32, aRow, aCol int, b *float32, bRow, bCol int)
TEXT ·fusedBlock32(SB), NOSPLIT, $0-32
	MOVL c+0(FP), BP
	VMOVUPS (BP), X0
	VMOVUPS 16(BP), X1
	MOVL a+8(FP), SI
	MOVL aRow+12(FP), DX
	MOVL aCol+16(FP), BX
	MOVL b+20(FP), DI
	MOVL bRow+24(FP), AX
	MOVL bCol+28(FP), BP
	SHLL $2, DX
	SHLL $2, BX
	SHLL $2, AX
	CMPL BP, $1
	JNE  apart
	MOVL k+4(FP), CX

loop:
	VMOVUPS      (DI), X2
	VBROADCASTSS (SI), X3
	VBROADCASTSS (SI)(DX*1), X4
	VFMADD231PS  X2, X3, X0
	VFMADD231PS  X2, X4, X1
	ADDL         BX, SI
	ADDL         AX, DI
	SUBL         $1, CX
	JNZ          loop
	JMP          done

apart:
	SHLL $2, BP

gather:
	MOVSS        (DI), X2
	LEAL         (DI)(BP*2), CX
	INSERTPS     $0x10, (DI)(BP*1), X2
	INSERTPS     $0x20, (CX), X2
	INSERTPS     $0x30, (CX)(BP*1), X2
	VBROADCASTSS (SI), X3
	VBROADCASTSS (SI)(DX*1), X4
	VFMADD231PS  X2, X3, X0
	VFMADD231PS  X2, X4, X1
	ADDL         BX, SI
	ADDL         AX, DI
	SUBL         $1, k+4(FP)
	JNZ          gather

done:
	MOVL    c+0(FP), BP
	VMOVUPS X0, (BP)
	VMOVUPS X1, 16(BP)
	RET
