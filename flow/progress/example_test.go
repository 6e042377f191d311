package progress_test

import (
	"context"
	"fmt"
	"os"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/progress"
	"gonum.org/v1/gonum/mat"
)

func ExampleBar() {
	bar := progress.New(os.Stderr)
	defer bar.Close()
	model := flow.RealNVP(flow.Arch{Dim: 1, Layers: 1, Hidden: []int{4}}, nil)
	data := flow.Rows(mat.NewDense(4, 1, []float64{1, 2, 3, 4}))
	result, err := flow.Fit(context.Background(), model, data, &flow.Settings{Steps: 3, Batch: 4, Report: bar.Report})
	fmt.Println(result.Steps, err)
	// Output: 3 <nil>
}
