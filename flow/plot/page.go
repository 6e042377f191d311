package plot

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"gonum.org/v1/plot"
)

// A Page is a report that a person can send to another: headings, text and
// figures in one HTML file without scripts.
type Page struct {
	Title    string
	Sections []Section
}

// A Section has a heading and, where they are not empty, text, whose line breaks
// are kept, and a figure.
type Section struct {
	Heading, Text string
	Figure        [][]*plot.Plot
	Width, Height int // of each plot in pixels; 0 is 480 × 360
}

var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}
pre{white-space:pre-wrap;background:#f5f5f5;padding:.75rem 1rem;border-radius:.4rem}img{max-width:100%;height:auto}h1,h2{line-height:1.2}</style></head>
<body><h1>{{.Title}}</h1>
{{range .Sections}}<section><h2>{{.Heading}}</h2>
{{with .Text}}<pre>{{.}}</pre>
{{end}}{{with .Image}}<img alt="{{$.Title}}" src="{{.}}">
{{end}}</section>
{{end}}</body></html>
`))

// WriteHTML writes the page, its figures as PNG inside of it. It panics as [Write]
// does and returns the writer's error.
func (p *Page) WriteHTML(w io.Writer) error {
	type section struct {
		Heading, Text string
		Image         template.URL
	}
	data := struct {
		Title    string
		Sections []section
	}{Title: p.Title}
	for _, s := range p.Sections {
		out := section{Heading: s.Heading, Text: s.Text}
		if s.Figure != nil {
			width, height := s.Width, s.Height
			if width == 0 || height == 0 {
				width, height = 480, 360
			}
			var png bytes.Buffer
			if err := Write(&png, "png", width, height, s.Figure); err != nil {
				return err
			}
			out.Image = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png.Bytes()))
		}
		data.Sections = append(data.Sections, out)
	}
	if err := page.Execute(w, data); err != nil {
		return fmt.Errorf("plot: WriteHTML: %w", err)
	}
	return nil
}
