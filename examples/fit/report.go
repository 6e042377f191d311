package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/plot"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/plot"
)

// shown is how many columns the pictures show at most.
const shown = 6

// writeReport writes pictures and a page about a model beside rows of its table into a folder.
func writeReport(dir string, m *flow.Transformed, rows *mat.Dense, title, summary string, history []flow.Record) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	src := rng.New(1)
	draws := mat.NewDense(5000, m.Dim(), nil)
	m.Draw(draws, src)
	pit, tails := calibration.PIT(m, rows, 5000, src), calibration.Tails(m, rows, 5000, src)
	d := min(m.Dim(), shown)
	n, _ := rows.Dims()
	page := &plot.Page{Title: title, Sections: []plot.Section{
		{Heading: "What was learned", Text: summary},
		{Heading: "Calibration on the rows learned from", Text: fmt.Sprintf("%v\n%v\n%v", pit, tails, calibration.LogLikelihood(m.LogProbs(nil, rows)))},
		{Heading: "Rows beside draws of the model", Figure: plot.Corner(rows.Slice(0, n, 0, d), draws.Slice(0, 5000, 0, d), nil), Width: 960 / d, Height: 960 / d},
		{Heading: "Distribution functions of the columns", Figure: pitRow(pit, d), Width: 960 / d, Height: 720 / d},
	}}
	if len(history) > 1 {
		page.Sections = append(page.Sections, plot.Section{Heading: "Training", Figure: plot.One(learning(history)), Width: 600, Height: 400})
	}
	for i, s := range page.Sections {
		if s.Figure != nil {
			name := fmt.Sprintf("%d-%s.png", i, strings.ToLower(strings.Fields(s.Heading)[0]))
			if err := plot.Save(filepath.Join(dir, name), s.Width, s.Height, s.Figure); err != nil {
				return err
			}
		}
	}
	return create(filepath.Join(dir, "report.html"), func(w *bufio.Writer) error { return page.WriteHTML(w) })
}

func pitRow(u *calibration.Uniformity, d int) [][]*gonum.Plot {
	row := make([]*gonum.Plot, d)
	for j := range row {
		row[j] = plot.PIT(u, j, fmt.Sprintf("column %d", j))
	}
	return [][]*gonum.Plot{row}
}

func learning(history []flow.Record) *gonum.Plot {
	var steps []int
	var loss, held []float64
	for _, r := range history {
		steps, loss, held = append(steps, r.Step), append(loss, r.Loss), append(held, r.Validation)
	}
	return plot.Learning(steps, loss, held)
}
