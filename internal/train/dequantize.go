package train

import (
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
)

// Dequantized returns a cursor whose rows are those of c plus independent noise, uniform
// between 0 and 1, fresh whenever a row is read.
func Dequantized(c Cursor, noise *rng.Source) Cursor { return &dequantized{c, noise} }

type dequantized struct {
	Cursor
	src *rng.Source
}

func (d *dequantized) Fill(b *Batch, n int) error {
	err := d.Cursor.Fill(b, n)
	if err == nil {
		AddNoise(b.Rows[:b.N*b.Dim], d.src)
	}
	return err
}

func (d *dequantized) Position() Position {
	p := d.Cursor.Position()
	p.Noise = state(d.src)
	return p
}

func (d *dequantized) Resume(to Position) error {
	if err := setState(d.src, to.Noise); err != nil {
		return err
	}
	return d.Cursor.Resume(to)
}

// AddNoise adds independent noise, uniform between 0 and 1, to every value.
func AddNoise(x []float64, src rand.Source) {
	var noise [512]float64
	for len(x) > 0 {
		n := min(len(x), len(noise))
		rng.Uniforms(noise[:n], src)
		kernel.Add(x[:n], x[:n], noise[:n])
		x = x[n:]
	}
}
