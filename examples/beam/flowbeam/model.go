package flowbeam

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

// A model is what was read from a file.
type model struct {
	flow     *flow.Transformed // nil in the file of a detector alone
	detector *anomaly.Detector // nil if there is none
}

// loaded has the models of this process by their files, which are read once: a new model needs a new name.
var loaded = struct {
	sync.Mutex
	of map[string]*model
}{of: map[string]*model{}}

func load(ctx context.Context, path string) (*model, error) {
	loaded.Lock()
	defer loaded.Unlock()
	if m := loaded.of[path]; m != nil {
		return m, nil
	}
	b, err := readFile(ctx, path)
	if err != nil {
		return nil, err
	}
	m, err := readModel(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	loaded.of[path] = m
	return m, nil
}

func readFile(ctx context.Context, path string) ([]byte, error) {
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	return filesystem.Read(ctx, fs, path)
}

func readModel(file []byte) (*model, error) {
	about, err := flow.Info(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	for _, s := range about.Sections {
		if s.Name == "table.rows" {
			return nil, errors.New("got the model of a table, whose rows are not numbers")
		}
	}
	m, err := flow.Load(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	d, _ := anomaly.Of(m)
	if anomaly.Alone(m) {
		m = nil
	}
	return &model{m, d}, nil
}

// density returns the model's flow, or says why it has none that rows can be scored by.
func (m *model) density() (*flow.Transformed, error) {
	switch {
	case m.flow == nil:
		return nil, errors.New("got a detector without a density: it gives p-values alone")
	case m.flow.CondDim() > 0:
		return nil, errors.New("got a model with a context, which rows have not")
	}
	return m.flow, nil
}

// A scorer scores a batch.
type scorer struct {
	dim    int
	scores func(dst []float64, x *mat.Dense)
}

func (m *model) logProbs() (scorer, error) {
	f, err := m.density()
	if err != nil {
		return scorer{}, err
	}
	return scorer{f.Dim(), func(dst []float64, x *mat.Dense) { f.LogProbs(dst, x) }}, nil
}

func (m *model) pValues() (scorer, error) {
	if m.detector == nil {
		return scorer{}, errors.New("got a model without a detector, which gives p-values: see anomaly.Detector.Attach")
	}
	return scorer{m.detector.Dim(), func(dst []float64, x *mat.Dense) {
		for i, r := range m.detector.Results(x) {
			dst[i] = r.P
		}
	}}, nil
}
