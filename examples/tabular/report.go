package main

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/normflow/normflow/flow/plot"
	"github.com/normflow/normflow/flow/table"
	"gonum.org/v1/gonum/mat"
)

// shown is how many columns the picture shows at most, and points how many rows.
const (
	shown  = 6
	points = 3000
)

// writeReport writes a page and a picture of rows beside draws into a folder.
func writeReport(dir string, m *table.Model, r *table.Report, t *table.Table) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	some := *t
	some.Rows = some.Rows[:min(len(some.Rows), points)]
	filled, err := m.Impute(&some) // pictures have no place for blanks
	if err != nil {
		return err
	}
	rows, err := numbers(m, filled)
	if err != nil {
		return err
	}
	draws, err := numbers(m, m.Sample(points, true, rand.NewPCG(1, 4)))
	if err != nil {
		return err
	}
	names := m.Schema().Names()
	d := min(len(names), shown)
	corner := plot.Corner(first(rows, d), first(draws, d), names[:d])
	size := 960 / d
	if err := plot.Save(filepath.Join(dir, "columns.png"), size, size, corner); err != nil {
		return err
	}
	page := &plot.Page{Title: "What was learned", Sections: []plot.Section{
		{Heading: "Columns", Text: r.String()},
		{Heading: "Rows beside draws of the model", Text: "Categories by number and spread out; blanks filled.", Figure: corner, Width: size, Height: size},
	}}
	return write(filepath.Join(dir, "report.html"), func(w *bufio.Writer) error { return page.WriteHTML(w) })
}

func first(x *mat.Dense, d int) mat.Matrix {
	n, _ := x.Dims()
	return x.Slice(0, n, 0, d)
}

// numbers returns a table as a picture needs it: numbers that many rows share, and categories, a little apart.
func numbers(m *table.Model, t *table.Table) (*mat.Dense, error) {
	x, err := m.Schema().Encode(t)
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(1, 1))
	for j, c := range m.Schema().Columns {
		spread := 0.6
		if c.Levels == nil {
			spread = (c.Most - c.Least) / 50
		}
		for i := range t.Rows {
			x.Set(i, j, x.At(i, j)+spread*(r.Float64()-0.5))
		}
	}
	return x, nil
}
