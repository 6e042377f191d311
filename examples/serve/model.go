package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"github.com/normflow/normflow/flow/table"
)

// A model answers requests. Its methods set what a batch has for an answer, and return a refusal, or ctx's error.
type model interface {
	decode(b *batch) error // the body of a JSON request
	logProb(ctx context.Context, b *batch) error
	pValue(ctx context.Context, b *batch) error
	sample(ctx context.Context, b *batch) error
}

// piece is how many rows are computed between two looks at the clock.
const piece = 256

// load makes a model of a file of any kind.
func load(file []byte) (model, info, error) {
	about, err := flow.Info(bytes.NewReader(file))
	if err != nil {
		return nil, info{}, err
	}
	for _, s := range about.Sections {
		if s.Name == "table.rows" {
			return loadTable(file)
		}
	}
	m, err := flow.Load(bytes.NewReader(file))
	if err != nil {
		return nil, info{}, err
	}
	n := &numeric{flow: m.Prepared(), dim: m.Dim(), given: m.CondDim()}
	i := info{Kind: "flow", Operations: []string{"logprob", "sample"}, Given: n.given, Columns: make([]column, n.dim)}
	for j := range i.Columns {
		i.Columns[j].Kind = "real"
	}
	if d, ok := anomaly.Of(m); ok {
		n.detector = d
		i.Operations = append(i.Operations, "pvalue")
		if anomaly.Alone(m) {
			n.flow, i.Kind, i.Operations = nil, "detector", []string{"pvalue"}
		}
	}
	return n, i, nil
}

func loadTable(file []byte) (model, info, error) {
	m, err := table.Load(bytes.NewReader(file))
	if err != nil {
		return nil, info{}, err
	}
	i := info{Kind: "table", Operations: []string{"logprob", "sample", "pvalue"}}
	for _, c := range m.Schema().Columns {
		col := column{Name: c.Name, Kind: string(c.Kind), Levels: c.Levels}
		if c.Kind == table.Bounded || c.Kind == table.Periodic {
			low, high := number(c.Low), number(c.High)
			col.Low, col.High = &low, &high
		}
		i.Columns = append(i.Columns, col)
	}
	return &tabular{m}, i, nil
}

// A refusal is an answer other than what was asked for.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return r.text }

func refuse(code int, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

func bad(format string, args ...any) error { return refuse(http.StatusBadRequest, format, args...) }
