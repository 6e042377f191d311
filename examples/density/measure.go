package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A line is the result of a method on a set.
type line struct {
	Set      string   `json:"set"`
	Method   string   `json:"method"`
	NLL      float64  `json:"nll"` // in nats a row
	SE       float64  `json:"se"`  // its standard error over test rows
	CPU      float64  `json:"cpu_s"`
	Rows     int      `json:"rows"`
	Columns  int      `json:"columns"`
	Chosen   []string `json:"chosen"`
	Warnings []string `json:"warnings"`
	Error    string   `json:"error,omitempty"`
}

// drawn is what a picture shows.
type drawn struct {
	set, method string
	model       *flow.Transformed
	test        *mat.Dense
}

// measure learns and judges; of several folds, the NLLs of all test rows are taken together.
func measure(ctx context.Context, o options, s source, method string) (l line, d drawn) {
	l = line{Set: s.name, Method: method, Chosen: []string{}, Warnings: []string{}}
	splits, err := s.splits()
	var losses []float64
	for k := 0; err == nil && k < len(splits); k++ {
		s := &splits[k]
		l.Rows, l.Columns = s.train.Dims()
		var f fit
		start := cpuSeconds()
		f, err = methods[method](ctx, o, s)
		l.CPU += cpuSeconds() - start
		if err != nil {
			break
		}
		if o.verbose && f.report != "" {
			fmt.Fprintf(os.Stderr, "%s: %s: %s", l.Set, method, f.report)
		}
		losses = append(losses, judge(f.model, s)...)
		l.Chosen, l.Warnings = append(l.Chosen, f.chosen...), append(l.Warnings, f.warnings...)
		if s.testContext == nil && k == 0 {
			d = drawn{l.Set, method, f.model, s.test}
		}
	}
	if err == nil {
		l.NLL, l.SE = summary(losses)
		if math.IsNaN(l.NLL-l.NLL) || math.IsNaN(l.SE-l.SE) {
			err = fmt.Errorf("the NLL of the test rows is %v ± %v", l.NLL, l.SE)
			l.NLL, l.SE = 0, 0
		}
	}
	if err != nil {
		l.Error = err.Error()
	}
	return l, d
}

// judge returns −log p of the test rows.
func judge(m *flow.Transformed, s *split) []float64 {
	if s.testContext != nil {
		m = m.Given(s.testContext)
	}
	losses := m.LogProbs(nil, s.test)
	for i, lp := range losses {
		losses[i] = -lp
	}
	return losses
}

// summary returns the mean and its standard error, 0 for a single number.
func summary(x []float64) (mean, se float64) {
	mean, sd := stat.MeanStdDev(x, nil)
	if len(x) < 2 {
		return mean, 0
	}
	return mean, stat.StdErr(sd, float64(len(x)))
}

// A printer prints lines.
type printer struct {
	json   bool
	headed bool
}

func (p *printer) print(l line) {
	if p.json {
		text, err := json.Marshal(l)
		if err != nil {
			panic(err) // all its numbers are finite
		}
		fmt.Println(string(text))
		return
	}
	if !p.headed {
		fmt.Printf("%-20s %-9s %22s %9s\n", "set", "method", "NLL", "CPU s")
		p.headed = true
	}
	if l.Error != "" {
		fmt.Printf("%-20s %-9s %s\n", l.Set, l.Method, l.Error)
		return
	}
	fmt.Printf("%-20s %-9s %12.4f ± %7.4f %9.2f  %s\n", l.Set, l.Method, l.NLL, l.SE, l.CPU, strings.Join(l.Chosen, ", "))
	for _, w := range l.Warnings {
		fmt.Fprintf(os.Stderr, "%s: %s: %s\n", l.Set, l.Method, w)
	}
}
