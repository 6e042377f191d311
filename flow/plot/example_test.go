package plot_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
)

// Rows beside draws of a model, in one PNG of 3×3 panels; Save writes a file.
func Example() {
	rows, draws := mat.NewDense(300, 3, nil), mat.NewDense(3000, 3, nil)
	dist.NewStdNormal(3).Draw(rows, rand.NewPCG(1, 2))
	dist.NewStdNormal(3).Draw(draws, rand.NewPCG(3, 4))
	err := plot.Write(io.Discard, "png", 200, 200, plot.Corner(rows, draws, []string{"age", "weight", "height"}))
	fmt.Println(err)
	// Output: <nil>
}

// A flow is a Scorer.
func ExampleScorer() {
	var m plot.Scorer = scorer{}
	p := plot.Density(m, plot.Window{X0: -3, X1: 3, Y0: -3, Y1: 3}, 0, "standard normal")
	fmt.Println(p.Title.Text)
	// Output: standard normal
}

func ExampleWindow() {
	x := mat.NewDense(2, 2, []float64{0, 5, 10, 6})
	fmt.Println(plot.WindowOf(x, 0, 1))
	// Output: {-1 11 4.9 6.1}
}

func ExampleDetection() {
	p := plot.ROC(plot.Detection{Name: "distance", Normal: []float64{1, 2, 3}, Odd: []float64{2.5, 4}})
	fmt.Println(p.X.Label.Text)
	// Output: false-positive rate
}

func ExamplePIT() {
	y := mat.NewDense(500, 1, nil)
	dist.NewStdNormal(1).Draw(y, rand.NewPCG(1, 2))
	u := calibration.PIT(dist.NewStdNormal(1), y, 0, nil)
	fmt.Println(u.Columns[0].P > 0.05, plot.PIT(u, 0, "x").X.Label.Text)
	// Output: true distribution function
}

func ExamplePage() {
	page := plot.Page{Title: "Fit of the second table", Sections: []plot.Section{
		{Heading: "Summary", Text: "held out: 1.42 ± 0.01"},
		{Heading: "Density", Figure: plot.One(plot.Curve(scorer{}, -3, 3, nil, "x"))},
	}}
	var html strings.Builder
	err := page.WriteHTML(&html)
	fmt.Println(err, strings.Contains(html.String(), "<script"), strings.Count(html.String(), "<img"))
	// Output: <nil> false 1
}

func ExampleSection() {
	s := plot.Section{Heading: "Calibration", Text: "uniform"}
	fmt.Println((&plot.Page{Sections: []plot.Section{s}}).WriteHTML(io.Discard))
	// Output: <nil>
}

func ExampleEmpty() {
	rows := mat.NewDense(100, 2, nil)
	dist.NewStdNormal(2).Draw(rows, rand.NewPCG(1, 2))
	p := plot.Empty(plot.WindowOf(rows, 0, 1), "rows")
	plot.Points(p, rows, 0, 1, "", plot.Blue)
	fmt.Println(plot.Write(io.Discard, "png", 200, 200, plot.One(p)))
	// Output: <nil>
}
