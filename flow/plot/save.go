package plot

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// One returns a figure of a single plot, for [Save] and [Write].
func One(p *plot.Plot) [][]*plot.Plot { return [][]*plot.Plot{{p}} }

// Save writes plots in a grid, rows of equal length in which nil leaves a gap, as
// a PNG or SVG file by the ending of its name. Each plot is width×height pixels.
//
// It panics if there are no plots or rows differ in length, and returns an error
// if the name ends otherwise or the file cannot be written.
func Save(name string, width, height int, plots [][]*plot.Plot) (err error) {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), ".")
	if format != "png" && format != "svg" {
		return fmt.Errorf("plot: Save: got the name %q, want one that ends in .png or .svg", name)
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("plot: Save: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("plot: Save: %w", e)
		}
	}()
	return Write(f, format, width, height, plots)
}

// dpi relates points, in which type sizes are given, to pixels.
const dpi = 110

// Write writes plots as [Save] does, in format png or svg.
func Write(w io.Writer, format string, width, height int, plots [][]*plot.Plot) error {
	need.One("plot: Write", "writer", w)
	if len(plots) == 0 || len(plots[0]) == 0 {
		panic("plot: Write: got no plots")
	}
	for i, row := range plots {
		if len(row) != len(plots[0]) {
			panic(fmt.Sprintf("plot: Write: got %d plots in row %d, want %d as in the first", len(row), i, len(plots[0])))
		}
	}
	if width <= 0 || height <= 0 {
		panic(fmt.Sprintf("plot: Write: got a size of %d×%d pixels, want positive ones", width, height))
	}
	const pixel = vg.Inch / dpi
	wide, high := vg.Length(width*len(plots[0]))*pixel, vg.Length(height*len(plots))*pixel
	var err error
	switch format {
	case "png":
		img := vgimg.NewWith(vgimg.UseWH(wide, high), vgimg.UseDPI(dpi))
		drawGrid(draw.New(img), plots)
		_, err = vgimg.PngCanvas{Canvas: img}.WriteTo(w)
	case "svg":
		c := vgsvg.New(wide, high)
		drawGrid(draw.New(c), plots)
		_, err = c.WriteTo(w)
	default:
		return fmt.Errorf("plot: Write: got format %q, want png or svg", format)
	}
	if err != nil {
		return fmt.Errorf("plot: Write: %w", err)
	}
	return nil
}

func drawGrid(c draw.Canvas, plots [][]*plot.Plot) {
	tiles := draw.Tiles{Rows: len(plots), Cols: len(plots[0]), PadX: vg.Points(6), PadY: vg.Points(6),
		PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(12)}
	canvases := plot.Align(plots, tiles, c)
	for i, row := range plots {
		for j, p := range row {
			if p != nil {
				p.Draw(canvases[i][j])
			}
		}
	}
}
