package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"gonum.org/v1/gonum/mat"
)

// A result is how one import went.
type result struct {
	status, note string
	worst        float64 // the largest error of a log-density
}

// check imports the model with the settings that a user gives, and without.
func (m *model) check() row {
	bare := m.try(nil)
	s, complete := m.settings()
	told := m.try(s)
	r := row{m: m, told: told.status, bare: bare.status, note: told.note}
	if !complete && told.status == "wrong" {
		r.told = "wrong, nothing to say"
	}
	if told.status == "ok" {
		r.note = fmt.Sprintf("%.1g%s", told.worst, told.note)
	}
	if told.status == "ok" && bare.status != "ok" || told.status != "ok" && told.note != bare.note {
		r.note += "; without: " + bare.note
	}
	r.note = strings.NewReplacer("pytorch: Import: ", "", "\n\t", " ", "\n", "; ").Replace(r.note)
	return r
}

// try imports the model and compares it with Python's.
func (m *model) try(s *pytorch.Settings) (r result) {
	defer func() {
		if e := recover(); e != nil {
			r = result{status: "panic", note: fmt.Sprint(e)}
		}
	}()
	f, err := os.Open(filepath.Join(m.dir, m.name+".safetensors"))
	if err != nil {
		return result{status: "panic", note: err.Error()}
	}
	defer f.Close()
	whole, err := pytorch.Import(f, s)
	if err != nil {
		return result{status: judge(err.Error()), note: err.Error()}
	}
	x, c := dense(m.X), m.context()
	if note := widths(whole, x, c); note != "" {
		return result{status: "wrong", note: note, worst: math.Inf(1)}
	}
	given := bind(whole, c)
	got := given.LogProbs(nil, x)
	r = result{status: "ok", worst: m.worst(got)}
	most := 1e-8
	if m.Kind == "cnf" { // Python solves equations to some digits
		most = 1e-3
	}
	if !(r.worst <= most) {
		return result{status: "wrong", note: fmt.Sprintf("max error %.2g", r.worst), worst: r.worst}
	}
	r.note = wayBack(given, x) + savedAndLoaded(whole, c, x, got)
	return r
}

// judge says whether an error helps: it has to say what is not supported, or which part
// of the model has no place.
func judge(err string) string {
	for _, s := range []string{"not supported", "has no place", "none of the transforms", "none of the flows", "want those of a flow", "is not known", "leave open", "are not supported"} {
		if strings.Contains(err, s) {
			return "refused"
		}
	}
	return "unclear"
}

// widths says what is wrong with the widths of an imported model, or nothing.
func widths(m *flow.Transformed, x, c *mat.Dense) string {
	if _, d := x.Dims(); m.Dim() != d {
		return fmt.Sprintf("imports with %d columns, want %d", m.Dim(), d)
	}
	want := 0
	if c != nil {
		_, want = c.Dims()
	}
	if got := m.CondDim(); got != want {
		return fmt.Sprintf("imports with a context of %d, want %d", got, want)
	}
	return ""
}

func bind(m *flow.Transformed, c *mat.Dense) *flow.Transformed {
	if c == nil {
		return m
	}
	return m.Given(c)
}

// worst returns the largest error of log-densities, relative to 1 + |log p|; NaN if
// one is NaN, or infinite where the other is not.
func (m *model) worst(got []float64) (worst float64) {
	for i, v := range m.LogProb {
		want := math.NaN()
		switch v := v.(type) {
		case float64:
			want = v
		case string:
			if x, err := strconv.ParseFloat(v, 64); err == nil {
				want = x
			}
		}
		if got[i] != want {
			worst = math.Max(worst, math.Abs(got[i]-want)/(1+math.Abs(want)))
		}
	}
	return worst
}

// wayBack checks that rows come back from the base.
func wayBack(m *flow.Transformed, x *mat.Dense) string {
	back, worst := m.Decode(nil, m.Encode(nil, x)), 0.0
	n, d := x.Dims()
	for i := range n {
		for j := range d {
			worst = math.Max(worst, math.Abs(back.At(i, j)-x.At(i, j))/(1+math.Abs(x.At(i, j))))
		}
	}
	if worst <= 1e-6 {
		return ""
	}
	return fmt.Sprintf("; decoding what was encoded is off by %.1g", worst)
}

// savedAndLoaded checks that a file of the model gives the same log-densities.
func savedAndLoaded(m *flow.Transformed, c, x *mat.Dense, want []float64) string {
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		return "; saving: " + err.Error()
	}
	again, err := flow.Load(&file)
	if err != nil {
		return "; loading what was saved: " + err.Error()
	}
	for i, v := range bind(again, c).LogProbs(nil, x) {
		if v != want[i] {
			return "; what was saved and loaded differs"
		}
	}
	return ""
}
