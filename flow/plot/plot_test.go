package plot_test

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/plot"
)

// scorer is the standard normal.
type scorer struct{}

func (scorer) LogProbs(dst []float64, y mat.Matrix) []float64 {
	n, d := y.Dims()
	for i := range n {
		var s float64
		for j := range d {
			s -= 0.5*y.At(i, j)*y.At(i, j) + 0.5*math.Log(2*math.Pi)
		}
		dst = append(dst, s)
	}
	return dst
}

func normalRows(n, d int, shift float64) *mat.Dense {
	x := mat.NewDense(n, d, nil)
	dist.NewStdNormal(d).Draw(x, rand.NewPCG(1, uint64(n)))
	x.Apply(func(_, _ int, v float64) float64 { return v + shift }, x)
	return x
}

// figures are one of each kind.
func figures() map[string][][]*gonum.Plot {
	src := rand.NewPCG(1, 2)
	x := normalRows(400, 3, 0)
	u := calibration.PIT(dist.NewStdNormal(3), x, 0, src)
	density := plot.Density(scorer{}, plot.WindowOf(x, 0, 1), 0, "standard normal")
	plot.Points(density, x, 0, 1, "rows", plot.Orange)
	normal, odd := mat.Col(nil, 0, x), mat.Col(nil, 0, normalRows(200, 1, 1.5))
	walk := make([][]float64, 3)
	for k := range walk {
		walk[k] = mat.Col(nil, k, x)
	}
	return map[string][][]*gonum.Plot{
		"corner":      plot.Corner(x, normalRows(4000, 3, 0.3), []string{"a", "b", "c"}),
		"pit":         plot.One(plot.PIT(u, 0, "column 0")),
		"coverage":    plot.One(plot.Coverage(u, 1, "column 1")),
		"reliability": plot.One(plot.Reliability(calibration.Reliability([]float64{0, 0.2, 0.3, 1}, []bool{false, false, true, true}, 3), "categories")),
		"density":     plot.One(density),
		"curve":       plot.One(plot.Curve(scorer{}, -4, 4, x.Slice(0, 400, 0, 1), "x")),
		"roc":         plot.One(plot.ROC(plot.Detection{Name: "one", Normal: normal, Odd: odd}, plot.Detection{Name: "half", Normal: normal, Odd: append(odd, normal...)})),
		"scores":      plot.One(plot.Scores(normal, odd, 1.6)),
		"learning":    plot.One(plot.Learning([]int{1, 2, 3, 4}, []float64{4, 3, 2.5, 2.4}, []float64{4, 3.1, 2.8, 2.9})),
		"trace":       plot.One(plot.Trace(walk, "x")),
		"ranks":       plot.Ranks(walk, "x"),
	}
}

// Every figure is written as PNG of the size asked for and as SVG.
func TestFigures(t *testing.T) {
	dir := t.TempDir()
	if keep := os.Getenv("PLOT_DIR"); keep != "" {
		dir = keep
	}
	for name, f := range figures() {
		file := filepath.Join(dir, name+".png")
		size := 600 / len(f)
		if err := plot.Save(file, size, size, f); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if w := img.Bounds().Dx(); w < size*len(f[0])-2 || w > size*len(f[0])+2 {
			t.Errorf("%s: %d pixels wide, want %d", name, w, size*len(f[0]))
		}
		var svg bytes.Buffer
		if err := plot.Write(&svg, "svg", size, size, f); err != nil || !strings.Contains(svg.String(), "<svg") {
			t.Errorf("%s: svg: %v", name, err)
		}
	}
}

// Rows far out, constant, or not finite do not spoil a picture.
func TestOddRows(t *testing.T) {
	x := normalRows(50, 2, 0)
	x.Set(3, 0, math.NaN())
	x.Set(4, 1, math.Inf(1))
	for i := range 50 {
		if i != 4 {
			x.Set(i, 1, 7)
		}
	}
	if err := plot.Write(new(bytes.Buffer), "png", 300, 300, plot.Corner(x, normalRows(500, 2, 0), nil)); err != nil {
		t.Error(err)
	}
}

func TestSaveRefuses(t *testing.T) {
	p := plot.One(gonum.New())
	if err := plot.Save(filepath.Join(t.TempDir(), "x.bmp"), 10, 10, p); err == nil {
		t.Error("got no error for a format that it cannot write")
	}
	if err := plot.Save(filepath.Join(t.TempDir(), "no", "x.png"), 10, 10, p); err == nil {
		t.Error("got no error for a folder that is not there")
	}
}

// Columns of a few values have plateaus, at whose height no contour may be.
func TestCornerOfCategories(t *testing.T) {
	x := mat.NewDense(600, 3, nil)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 600 {
		x.SetRow(i, []float64{float64(r.IntN(3)), float64(r.IntN(2)), float64(i % 2)})
	}
	if err := plot.Write(io.Discard, "png", 100, 100, plot.Corner(x, x, nil)); err != nil {
		t.Error(err)
	}
}
