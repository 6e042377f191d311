package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/normflow/normflow/flow/table"
)

// tabular is a model of a table: rows are objects, by the names of the columns.
type tabular struct{ *table.Model }

func (m *tabular) decode(b *batch) error {
	var in struct {
		Rows  []map[string]json.RawMessage `json:"rows"`
		Given map[string]json.RawMessage   `json:"given"`
		N     int                          `json:"n"`
		Seed  *uint64                      `json:"seed"`
	}
	if err := strict(b.body.Bytes(), &in); err != nil {
		return err
	}
	b.n, b.seed, b.table.Names = in.N, in.Seed, m.Schema().Names()
	for i, row := range in.Rows {
		texts, err := m.texts(row)
		if err != nil {
			return bad("row %d: %v", i, err)
		}
		b.table.Rows = append(b.table.Rows, texts)
	}
	given, err := m.texts(in.Given)
	if err != nil {
		return bad("given: %v", err)
	}
	b.values = map[string]string{}
	for j, text := range given {
		if text != "" {
			b.values[b.table.Names[j]] = text
		}
	}
	return nil
}

// texts returns the values of a row as the table has them; null, and a column that is not there, is a blank.
func (m *tabular) texts(row map[string]json.RawMessage) ([]string, error) {
	columns := m.Schema().Columns
	texts := make([]string, len(columns))
	for name, raw := range row {
		j := m.Schema().Find(name)
		if j < 0 {
			return nil, fmt.Errorf("the model has no column %.70q", name)
		}
		var v any
		switch text := string(raw); {
		case raw[0] == '"':
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, err
			}
			texts[j] = v.(string)
		case raw[0] == '{' || raw[0] == '[':
			return nil, fmt.Errorf("column %q: got %.40s, want a text, a number or null", name, text)
		case text == "null":
		case columns[j].Comma:
			texts[j] = strings.Replace(text, ".", ",", 1)
		default:
			texts[j] = text
		}
	}
	return texts, nil
}

func (m *tabular) score(ctx context.Context, b *batch, value func(table.Score) float64) error {
	if len(b.values) > 0 {
		return bad("given: a table's rows are scored by all values that they have")
	}
	out := b.out.resize(len(b.table.Rows), 1)
	return pieces(ctx, len(out), func(i, j int) {
		scores, err := m.Score(&table.Table{Names: b.table.Names, Rows: b.table.Rows[i:j]})
		if err != nil {
			panic(err) // the table was made for the model
		}
		for k, s := range scores {
			out[i+k] = value(s)
			b.status = append(b.status, s.Status)
		}
	})
}

func (m *tabular) logProb(ctx context.Context, b *batch) error {
	return m.score(ctx, b, func(s table.Score) float64 { return s.LogProb })
}

func (m *tabular) pValue(ctx context.Context, b *batch) error {
	return m.score(ctx, b, func(s table.Score) float64 { return s.P })
}

func (m *tabular) sample(ctx context.Context, b *batch) error {
	src := b.source()
	b.drawn = []map[string]any{}
	var failed error
	err := pieces(ctx, b.n, func(i, j int) {
		if failed != nil {
			return
		}
		t := &table.Table{}
		if len(b.values) == 0 {
			t = m.Sample(j-i, false, src)
		} else if t, failed = m.SampleGiven(j-i, b.values, src); failed != nil {
			failed = bad("%v", failed)
			return
		}
		for _, r := range t.Rows {
			b.drawn = append(b.drawn, m.object(r))
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// object returns a row by names, numbers as numbers.
func (m *tabular) object(texts []string) map[string]any {
	row := map[string]any{}
	for j, c := range m.Schema().Columns {
		s := texts[j]
		v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
		switch {
		case s == "":
			row[c.Name] = nil
		case err == nil && !slices.Contains([]table.Kind{table.Category, table.Binary, table.Date}, c.Kind):
			row[c.Name] = number(v)
		default:
			row[c.Name] = s
		}
	}
	return row
}
