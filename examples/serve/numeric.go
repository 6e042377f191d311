package main

import (
	"context"
	"net/http"
	"strconv"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

// numeric is a model of rows of numbers: a flow, a detector of odd rows, or both.
type numeric struct {
	flow       *flow.Transformed
	detector   *anomaly.Detector
	dim, given int
}

func (m *numeric) decode(b *batch) error {
	var in struct {
		Rows  *matrix `json:"rows"`
		Given *matrix `json:"given"`
		N     int     `json:"n"`
		Seed  *uint64 `json:"seed"`
	}
	in.Rows, in.Given = &b.rows, &b.given
	err := strict(b.body.Bytes(), &in)
	b.n, b.seed = in.N, in.Seed
	return err
}

// check compares the shapes of a batch with those of the model.
func (m *numeric) check(b *batch, n int) error {
	if b.rows.rows > 0 && b.rows.cols != m.dim {
		return bad("rows: got %d columns, want %d", b.rows.cols, m.dim)
	}
	switch g := &b.given; {
	case m.given == 0 && g.rows > 0:
		return bad("given: got %d rows, but the model takes no context", g.rows)
	case m.given > 0 && (g.cols != m.given || g.rows != 1 && g.rows != n):
		return bad("given: got %d rows of %d, want 1 or %d rows of %d", g.rows, g.cols, n, m.given)
	}
	return nil
}

// at returns the flow given the contexts of rows i to j.
func (m *numeric) at(b *batch, i, j int) *flow.Transformed {
	switch {
	case m.given == 0:
		return m.flow
	case b.given.rows == 1:
		return m.flow.Given(b.given.slice(0, 1))
	}
	return m.flow.Given(b.given.slice(i, j))
}

func (m *numeric) logProb(ctx context.Context, b *batch) error {
	if m.flow == nil {
		return refuse(http.StatusNotFound, "a detector has p-values, and no density")
	}
	if err := m.check(b, b.rows.rows); err != nil {
		return err
	}
	out := b.out.resize(b.rows.rows, 1)
	return pieces(ctx, b.rows.rows, func(i, j int) { m.at(b, i, j).LogProbs(out[i:j], b.rows.slice(i, j)) })
}

func (m *numeric) pValue(ctx context.Context, b *batch) error {
	if m.detector == nil {
		return refuse(http.StatusNotFound, "the file has no detector, which gives p-values: see anomaly.Detector.Attach")
	}
	if b.given.rows > 0 {
		return bad("given: a detector takes no context")
	}
	if b.rows.rows > 0 && b.rows.cols != m.dim {
		return bad("rows: got %d columns, want %d", b.rows.cols, m.dim)
	}
	out := b.out.resize(b.rows.rows, 1)
	return pieces(ctx, b.rows.rows, func(i, j int) {
		for k, r := range m.detector.Results(b.rows.slice(i, j)) {
			out[i+k] = r.P
			status := string(r.Status)
			if r.Column >= 0 {
				status += ": column " + strconv.Itoa(r.Column)
			}
			b.status = append(b.status, status)
		}
	})
}

func (m *numeric) sample(ctx context.Context, b *batch) error {
	if m.flow == nil {
		return refuse(http.StatusNotFound, "a detector has p-values, and no samples")
	}
	if err := m.check(b, b.n); err != nil {
		return err
	}
	src := b.source()
	out := b.out.resize(b.n, m.dim)
	return pieces(ctx, b.n, func(i, j int) {
		m.at(b, i, j).Draw(mat.NewDense(j-i, m.dim, out[i*m.dim:j*m.dim]), src)
	})
}

// pieces calls f for a few rows at a time, until ctx is done.
func pieces(ctx context.Context, n int, f func(i, j int)) error {
	for i := 0; i < n; i += piece {
		if err := ctx.Err(); err != nil {
			return err
		}
		f(i, min(i+piece, n))
	}
	return nil
}
