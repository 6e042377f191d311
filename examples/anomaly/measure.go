package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"github.com/normflow/normflow/flow/plot"
)

// A line is how well odd rows of a set are found.
type line struct {
	Set      string  `json:"set"`
	Protocol string  `json:"protocol"`
	Seed     int     `json:"seed"`
	AUROC    float64 `json:"auroc"`
	AP       float64 `json:"ap"`
	FPR      float64 `json:"fpr_at_1pct"`
	CPU      float64 `json:"cpu_s"`
	Error    string  `json:"error,omitempty"`
}

// A judged is the scores of a set by the detector and the yardsticks, and what else a person may want to know.
type judged struct {
	name      string
	threshold float64 // of the first scores
	scores    []plot.Detection
	notes     []string
}

// measure finds odd rows and judges the scores.
func measure(ctx context.Context, o options, s set, seed int) (l line, j *judged) {
	l = line{Set: s.name, Protocol: o.protocol, Seed: seed}
	t, err := s.read()
	if err == nil && (!slices.Contains(t.odd, true) || !slices.Contains(t.odd, false)) {
		err = errors.New("got no odd rows, or no others: nothing to judge by")
	}
	if err == nil {
		j, err = judge(ctx, o, t, seed, &l)
	}
	if err != nil {
		l.Error = err.Error()
		return l, nil
	}
	j.name = s.name
	l.AUROC = area(j.scores[0])
	l.AP = precision(j.scores[0])
	return l, j
}

// judge scores the table's rows, or half of them.
func judge(ctx context.Context, o options, t table, seed int, l *line) (*judged, error) {
	train, test := t, t
	if o.protocol == "oneclass" {
		train, test = t.halves(seed)
	}
	j := new(judged)
	start := cpuSeconds()
	var scores []float64
	var detector *anomaly.Detector
	var err error
	if o.protocol == "oneclass" {
		if detector, err = anomaly.Learn(ctx, flow.Rows(train.x), o.settings(seed)); err != nil {
			return nil, err
		}
		scores, j.threshold = detector.Scores(nil, test.x), detector.Threshold(0.01)
	} else {
		if scores, err = anomaly.Outliers(ctx, test.x, o.settings(seed)); err != nil {
			return nil, err
		}
		sorted := slices.Clone(scores)
		slices.Sort(sorted)
		j.threshold = sorted[len(sorted)-1-len(sorted)/100]
	}
	l.CPU = cpuSeconds() - start
	j.add("flow/anomaly", scores, test.odd)
	alarms := 0.0
	for _, v := range j.scores[0].Normal {
		if v > j.threshold {
			alarms++
		}
	}
	l.FPR = alarms / float64(len(j.scores[0].Normal))
	if o.json {
		return j, nil
	}
	if err := j.yardsticks(train, test); err != nil {
		return nil, err
	}
	if detector != nil {
		j.decide(detector, test)
	}
	return j, nil
}

func (j *judged) add(name string, scores []float64, odd []bool) {
	d := plot.Detection{Name: name}
	for i, s := range scores {
		if odd[i] {
			d.Odd = append(d.Odd, s)
		} else {
			d.Normal = append(d.Normal, s)
		}
	}
	j.scores = append(j.scores, d)
}

// decide notes what the detector would say of the rows as one batch, and why the oddest is odd.
func (j *judged) decide(d *anomaly.Detector, test table) {
	results := d.Results(test.x)
	var p []float64
	oddest := 0
	for i, r := range results {
		p = append(p, r.P)
		if r.Score > results[oddest].Score {
			oddest = i
		}
	}
	found, right := 0, 0
	for i, yes := range anomaly.Discoveries(p, 0.1) {
		if yes {
			found++
			if test.odd[i] {
				right++
			}
		}
	}
	j.notes = append(j.notes, fmt.Sprintf("at a false-discovery rate of 0.1: %d rows, %d of them odd", found, right))
	e, err := d.Explain(slices.Clone(test.x.RawRowView(oddest)))
	if err != nil {
		return
	}
	order := make([]int, len(e.Columns))
	for k := range order {
		order[k] = k
	}
	sort.SliceStable(order, func(a, b int) bool { return e.Columns[order[a]] > e.Columns[order[b]] })
	note := fmt.Sprintf("row %d is the oddest, p = %.2g, for", oddest, e.P)
	for _, c := range order[:min(3, len(order))] {
		note += fmt.Sprintf(" column %d: %.4g, likely %.4g;", c, test.x.At(oddest, c), e.Nearest[c])
	}
	j.notes = append(j.notes, note[:len(note)-1])
}

// area returns the probability that an odd row has a higher score than a normal one, ties by half.
func area(d plot.Detection) float64 {
	normal := slices.Clone(d.Normal)
	slices.Sort(normal)
	sum := 0.0
	for _, s := range d.Odd {
		below := sort.SearchFloat64s(normal, s)
		above := sort.Search(len(normal), func(i int) bool { return normal[i] > s })
		sum += float64(below) + float64(above-below)/2
	}
	return sum / float64(len(normal)) / float64(len(d.Odd))
}

// precision returns the mean, over odd rows, of the share of odd ones among the rows with at least their score.
func precision(d plot.Detection) float64 {
	odd, normal := slices.Clone(d.Odd), slices.Clone(d.Normal)
	slices.Sort(odd)
	slices.Sort(normal)
	sum := 0.0
	for _, s := range odd {
		a := len(odd) - sort.SearchFloat64s(odd, s)
		b := len(normal) - sort.SearchFloat64s(normal, s)
		sum += float64(a) / float64(a+b)
	}
	return sum / float64(len(odd))
}

// A printer prints lines.
type printer struct {
	json   bool
	headed bool
}

func (p *printer) print(l line, j *judged) {
	if p.json {
		text, err := json.Marshal(l)
		if err != nil {
			panic(err) // all its numbers are finite
		}
		fmt.Println(string(text))
		return
	}
	if !p.headed {
		fmt.Printf("%-18s %4s %-14s %7s %7s %11s %7s\n", "set", "seed", "", "AUROC", "AP", "FPR at 1 %", "CPU s")
		p.headed = true
	}
	if l.Error != "" {
		fmt.Printf("%-18s %4d %s\n", l.Set, l.Seed, l.Error)
		return
	}
	for i, d := range j.scores {
		fmt.Printf("%-18s %4d %-14s %7.3f %7.3f", l.Set, l.Seed, d.Name, area(d), precision(d))
		if i == 0 {
			fmt.Printf(" %11.4f %7.1f", l.FPR, l.CPU)
		}
		fmt.Println()
	}
	for _, n := range j.notes {
		fmt.Println("  " + n)
	}
}

// finite reports whether a score can be drawn.
func finite(v float64) bool { return !math.IsNaN(v - v) }
