package train

import (
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
)

// Dequantized returns a cursor whose rows are those of c plus independent noise, uniform
// between 0 and a width for each column, fresh whenever a row is read.
func Dequantized(c Cursor, width []float64, noise *rng.Source) Cursor {
	return &dequantized{c, width, noise}
}

type dequantized struct {
	Cursor
	width []float64
	src   *rng.Source
}

func (d *dequantized) Fill(b *Batch, n int) error {
	err := d.Cursor.Fill(b, n)
	if err == nil {
		AddNoise(b.Rows[:b.N*b.Dim], d.width, d.src)
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

// AddNoise adds independent noise to every value of rows, uniform between 0 and the width of its column.
func AddNoise(rows, width []float64, src rand.Source) {
	var noise [512]float64
	j := 0
	for len(rows) > 0 {
		n := min(len(rows), len(noise))
		rng.Uniforms(noise[:n], src)
		for i, u := range noise[:n] {
			rows[i] += float64(width[j] * u)
			if j++; j == len(width) {
				j = 0
			}
		}
		rows = rows[n:]
	}
}
