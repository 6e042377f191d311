//go:build !purego

package kernel

// fastBlock computes two rows of four columns of the product if the columns stand side by side in B.
func fastBlock(p *product[float64], i, j int) bool {
	if !fused || p.bCol != 1 || p.k == 0 {
		return false
	}
	c := [8]float64{
		p.startAt(i, j), p.startAt(i, j+1), p.startAt(i, j+2), p.startAt(i, j+3),
		p.startAt(i+1, j), p.startAt(i+1, j+1), p.startAt(i+1, j+2), p.startAt(i+1, j+3),
	}
	last := p.k - 1
	_, _ = p.a[(i+1)*p.aRow+last*p.aCol], p.b[last*p.bRow+j+3] // the assembly checks nothing
	fusedBlock(&c, p.k, &p.a[i*p.aRow], p.aRow, p.aCol, &p.b[j], p.bRow)
	p.storeFour(i, j, c[0], c[1], c[2], c[3])
	p.storeFour(i+1, j, c[4], c[5], c[6], c[7])
	return true
}

// fusedBlock adds k > 0 terms to two rows of four chains of fused multiply-adds.
//
//go:noescape
func fusedBlock(c *[8]float64, k int, a *float64, aRow, aCol int, b *float64, bRow int)

// fastBlock32 is fastBlock in float32, for columns of any distance in B.
func fastBlock32(p *product[float32], i, j int) bool {
	if !fused || p.k == 0 {
		return false
	}
	c := [8]float32{
		p.startAt(i, j), p.startAt(i, j+1), p.startAt(i, j+2), p.startAt(i, j+3),
		p.startAt(i+1, j), p.startAt(i+1, j+1), p.startAt(i+1, j+2), p.startAt(i+1, j+3),
	}
	last := p.k - 1
	_, _ = p.a[(i+1)*p.aRow+last*p.aCol], p.b[last*p.bRow+(j+3)*p.bCol] // the assembly checks nothing
	fusedBlock32(&c, p.k, &p.a[i*p.aRow], p.aRow, p.aCol, &p.b[j*p.bCol], p.bRow, p.bCol)
	p.storeFour(i, j, c[0], c[1], c[2], c[3])
	p.storeFour(i+1, j, c[4], c[5], c[6], c[7])
	return true
}

// fusedBlock32 adds k > 0 terms to two rows of four chains of fused multiply-adds.
//
//go:noescape
func fusedBlock32(c *[8]float32, k int, a *float32, aRow, aCol int, b *float32, bRow, bCol int)
