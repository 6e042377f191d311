package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

var temperatures = []float64{0.5, 0.7, 0.85, 1}

// draw writes all pictures of a model.
func draw(folder, name string, m *flow.Transformed, test digits, src rand.Source) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	write := func(what string, rows *mat.Dense, columns int) error {
		return writeGrid(filepath.Join(folder, name+"-"+what+".png"), rows, columns)
	}
	if err := write("data", test.pixels.Slice(0, 100, 0, size*size).(*mat.Dense), 10); err != nil {
		return err
	}
	for _, t := range temperatures {
		if err := write(fmt.Sprintf("samples-%.2f", t), samples(m, t, src), 10); err != nil {
			return err
		}
	}
	return write("interpolation", interpolations(m, test, src), 10)
}

// samples returns ten digits of each class, a line each.
func samples(m *flow.Transformed, temperature float64, src rand.Source) *mat.Dense {
	class := mat.NewDense(10*classes, classes, nil)
	for i := range 10 * classes {
		class.Set(i, i/10, 1)
	}
	y := mat.NewDense(10*classes, size*size, nil)
	m.Tempered(temperature).Given(class).Draw(y, src)
	return y
}

// interpolations returns ten ways from one test digit to another of its class, in
// the latent space, along a great circle, as samples of a normal have nearly the same norm.
func interpolations(m *flow.Transformed, test digits, src rand.Source) *mat.Dense {
	const steps = 10
	at := mat.NewDense(steps*classes, size*size, nil)
	class := mat.NewDense(steps*classes, classes, nil)
	for k := range classes {
		var ends []int
		for i := 0; len(ends) < 2; i++ {
			if test.class.At(i, k) == 1 {
				ends = append(ends, i)
			}
		}
		pair := test.pick(ends)
		z := m.Given(pair.class).Encode(nil, flow.Dequantize(nil, pair.pixels, src))
		for s := range steps {
			class.Set(k*steps+s, k, 1)
			slerp(at.RawRowView(k*steps+s), z.RawRowView(0), z.RawRowView(1), float64(s)/(steps-1))
		}
	}
	return m.Given(class).Decode(nil, at)
}

// slerp sets dst to the point at share t of the way from a to b.
func slerp(dst, a, b []float64, t float64) {
	va, vb := mat.NewVecDense(len(a), a), mat.NewVecDense(len(b), b)
	angle := math.Acos(mat.Dot(va, vb) / (mat.Norm(va, 2) * mat.Norm(vb, 2)))
	p, q := math.Sin((1-t)*angle)/math.Sin(angle), math.Sin(t*angle)/math.Sin(angle)
	for j := range dst {
		dst[j] = p*a[j] + q*b[j]
	}
}

// writeGrid writes images as a picture with the given number of columns.
func writeGrid(name string, rows *mat.Dense, columns int) (err error) {
	const zoom, gap = 6, 6
	const cell = size*zoom + gap
	n, _ := rows.Dims()
	img := image.NewGray(image.Rect(0, 0, columns*cell+gap, (n+columns-1)/columns*cell+gap))
	for i := range img.Pix {
		img.Pix[i] = 96
	}
	for k := range n {
		for p, v := range rows.RawRowView(k) {
			v = min(max(math.Floor(v), 0), levels-1)
			c := color.Gray{Y: uint8(255 * v / (levels - 1))}
			x0, y0 := gap+k%columns*cell+p%size*zoom, gap+k/columns*cell+p/size*zoom
			for d := range zoom * zoom {
				img.SetGray(x0+d%zoom, y0+d/zoom, c)
			}
		}
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return png.Encode(f, img)
}
