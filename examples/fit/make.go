package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"codeberg.org/sbinet/npyio/npy"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// makeTable writes 5000 points of a spiral in three dimensions.
func makeTable(name string, seed uint64) error {
	const n = 5000
	r := rand.New(rng.New(seed))
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		t := 3 * math.Pi * math.Sqrt(r.Float64())
		sin, cos := math.Sincos(t)
		x.SetRow(i, []float64{t*cos + 0.3*r.NormFloat64(), t*sin + 0.3*r.NormFloat64(), t + 0.3*r.NormFloat64()})
	}
	err := create(name, func(w *bufio.Writer) error {
		if strings.EqualFold(filepath.Ext(name), ".npy") {
			return npy.Write(w, x)
		}
		fmt.Fprintln(w, "x,y,z")
		for i := range n {
			fmt.Fprintf(w, "%v,%v,%v\n", x.At(i, 0), x.At(i, 1), x.At(i, 2)) // Flush tells of an error
		}
		return nil
	})
	if err == nil {
		fmt.Printf("fit made=%s rows=%d columns=3\n", name, n)
	}
	return err
}
