package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"github.com/normflow/normflow/flow/table"
	"gonum.org/v1/gonum/mat"
)

var made = []string{"curve", "normal", "flats"}

func madeFiles(dir string) (files []string) {
	for _, name := range made {
		files = append(files, filepath.Join(dir, name+".flow"))
	}
	return files
}

// makeModels learns a small model of each kind into a folder.
func makeModels(ctx context.Context, dir string) error {
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(500, 2, nil)
	flats := &table.Table{Names: []string{"area", "town", "rent"}}
	for i := range 500 {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.3*r.NormFloat64()})
		area, town, price := 30+70*r.Float64(), "Jena", 9.0
		if r.IntN(3) == 0 {
			town, price = "Gera", 6
		}
		rent := strconv.FormatFloat(area*price+30*r.NormFloat64(), 'f', 0, 64)
		flats.Rows = append(flats.Rows, []string{strconv.FormatFloat(area, 'f', 1, 64), town, rent})
	}
	curve := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{32, 32}}, rand.NewPCG(1, 3))
	if _, err := flow.Fit(ctx, curve, flow.Rows(x), &flow.Settings{Steps: 300}); err != nil {
		return err
	}
	detector, err := anomaly.Learn(ctx, flow.Rows(x), &anomaly.Settings{Budget: 1e10})
	if err != nil {
		return err
	}
	model, _, err := table.Learn(ctx, flats, &table.Settings{Steps: 200})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i, save := range []func(io.Writer) error{curve.Save, detector.Save, model.Save} {
		if err := replace(madeFiles(dir)[i], save); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stderr, "made", madeFiles(dir))
	return nil
}

// replace writes a file beside the one of this name and renames it, so that nobody reads a part of it.
func replace(name string, save func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := save(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
