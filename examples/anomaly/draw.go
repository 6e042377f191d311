package main

import (
	"slices"

	"github.com/normflow/normflow/flow/plot"
	gonum "gonum.org/v1/plot"
)

// draw shows the ROC curves of all scores, and those of the detector as histograms with the threshold.
func draw(name string, j *judged) error {
	roc := plot.ROC(j.scores...)
	roc.Title.Text = j.name
	keep := func(s []float64) []float64 {
		return slices.DeleteFunc(slices.Clone(s), func(v float64) bool { return !finite(v) })
	}
	scores := plot.Scores(keep(j.scores[0].Normal), keep(j.scores[0].Odd), j.threshold)
	scores.Title.Text = "scores of flow/anomaly"
	return plot.Save(name, 560, 420, [][]*gonum.Plot{{roc, scores}})
}
