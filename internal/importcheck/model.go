package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow/pytorch"
	"gonum.org/v1/gonum/mat"
)

// A model is a Python model, with what Python says of it.
type model struct {
	Library, Kind, Words, Constructor string
	Classes                           int
	Facts                             facts
	X, Context                        [][]float64
	Labels                            []int
	LogProb                           []any `json:"log_prob"` // numbers, or texts such as "-inf"

	name, dir string
	told      map[string]pytorch.Module // by the constructor
}

// facts are what a user knows of a model.
type facts struct {
	Activation, Map, Scale, Tails, Output, Minimum string
	LUEps                                          string `json:"lu_eps"`
	Bound, Slope, Leaky                            float64
	Mixed                                          bool // univariate maps of several kinds
}

// readModels reads the models of a folder, in the order of their names.
func readModels(dir string) ([]*model, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: got no *.json", dir)
	}
	var models []*model
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		m := &model{name: strings.TrimSuffix(filepath.Base(file), ".json"), dir: dir}
		if err := json.Unmarshal(text, m); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(m.X) == 0 || len(m.LogProb) != len(m.X) {
			return nil, fmt.Errorf("%s: got %d rows and %d log-densities, want as many and at least 1", file, len(m.X), len(m.LogProb))
		}
		if m.told, err = m.modules(); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		models = append(models, m)
	}
	return models, nil
}

// settings returns what a user who has read the documentation gives, and whether all that
// is known has a place there.
func (m *model) settings() (s *pytorch.Settings, complete bool) {
	f := m.Facts
	s, complete = &pytorch.Settings{Defaults: true, Modules: m.told}, true
	switch f.Activation {
	case "", "tanh", "elu", "silu", "gelu", "leakyrelu":
		s.Activation = nn.Activation(f.Activation)
	default:
		complete = false
	}
	if f.Leaky != 0 && f.Leaky != 0.01 || f.Output != "" || f.Minimum != "" || f.LUEps != "" || f.Mixed {
		complete = false
	}
	if f.Slope != 0 {
		s.Modules = maps.Clone(s.Modules)
		if s.Modules == nil {
			s.Modules = map[string]pytorch.Module{}
		}
		root := s.Modules[""]
		attributes := maps.Clone(root.Attributes)
		if attributes == nil {
			attributes = map[string]any{}
		}
		attributes["slope"] = f.Slope
		s.Modules[""] = pytorch.Module{Class: root.Class, Attributes: attributes}
	}
	var known bool
	s.Map, known = m.univariate()
	return s, complete && known
}

// univariate returns the univariate map of the settings, nil for the default.
func (m *model) univariate() (u bijector.Univariate, known bool) {
	f := m.Facts
	zuko := m.Library == "zuko" || strings.Contains(m.Kind, "zuko")
	switch {
	case f.Map == "":
		return nil, true
	case f.Map == "rqs" && zuko && (f.Tails == "" || f.Tails == "circular"):
		return bijector.SoftSpline{Bound: f.Bound}, true
	case f.Map == "rqs" && f.Tails == "circular":
		return bijector.Spline{Bound: f.Bound, Tails: bijector.CircularTails}, true
	case f.Map == "rqs" && f.Tails == "":
		return bijector.Spline{Bound: f.Bound}, true
	case f.Map == "linear spline":
		return bijector.LinearSpline{Bound: f.Bound}, true
	case f.Map == "quadratic spline":
		return bijector.QuadraticSpline{Bound: f.Bound}, true
	case f.Map == "cubic spline":
		return bijector.CubicSpline{Bound: f.Bound}, true
	case f.Map == "affine" && f.Scale == "exp":
		return bijector.Affine{Scale: bijector.Exponential}, true
	case f.Map == "affine" && f.Scale == "glow":
		return bijector.Affine{Scale: bijector.GlowScale}, true
	}
	return nil, false
}

// context returns the context of the rows, nil for none; a class is a one-hot row.
func (m *model) context() *mat.Dense {
	if m.Labels == nil {
		return dense(m.Context)
	}
	c := mat.NewDense(len(m.Labels), m.Classes, nil)
	for i, label := range m.Labels {
		c.Set(i, label, 1)
	}
	return c
}

// dense returns rows as a matrix, nil if there are none.
func dense(rows [][]float64) *mat.Dense {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil
	}
	x := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		x.SetRow(i, row)
	}
	return x
}
