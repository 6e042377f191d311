package flow_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// A method of no model, and a batch that the context does not fit, are named by the call.
func TestNoModel(t *testing.T) {
	var none *flow.Transformed
	rows := mat.NewDense(2, 1, nil)
	given := flow.NSF(flow.Arch{Dim: 1, Cond: 1}, rand.NewPCG(1, 2)).Given(mat.NewDense(3, 1, nil))
	for what, call := range map[string]func(){
		"LogProb":        func() { none.LogProb([]float64{1}) },
		"LogProbs":       func() { none.LogProbs(nil, rows) },
		"Encode":         func() { none.Encode(nil, rows) },
		"Decode":         func() { none.Decode(nil, rows) },
		"Sample":         func() { none.Sample(rows) },
		"Draw":           func() { none.Draw(rows, nil) },
		"DrawGiven":      func() { none.DrawGiven(rows, nil, nil) },
		"Rand":           func() { none.Rand(nil) },
		"SampleLogProbs": func() { none.SampleLogProbs(rows, nil) },
		"Given":          func() { none.Given(rows) },
		"GivenEach":      func() { none.GivenEach(rows, 2) },
		"Then":           func() { none.Then() },
		"Dim":            func() { none.Dim() },
		"CondDim":        func() { none.CondDim() },
		"Params":         func() { none.Params() },
		"Tempered":       func() { none.Tempered(1) },
		"WithSource":     func() { none.WithSource(nil) },
		"Save":           func() { none.Save(new(bytes.Buffer)) },
		"LogDensity":     func() { none.LogDensity(autodiff.NewTape().Zeros(1, 1)) },
		"LogProbs: got 2 rows with 3 rows of context": func() { given.LogProbs(nil, rows) },
		"Sample: got 2 rows with 3 rows of context":   func() { given.Sample(rows) },
		"LogProb: got 1 rows with 3 rows of context":  func() { given.LogProb([]float64{1}) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "flow: "+what) {
					t.Errorf("%s: got %v", what, got)
				}
			}()
			call()
		}()
	}
}
