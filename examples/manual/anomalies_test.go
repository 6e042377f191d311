package manual_test

import (
	"context"
	"fmt"
	"log"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

func Example_anomalies() {
	detector, err := anomaly.Learn(context.Background(), flow.Rows(banana(1000, 1)), &anomaly.Settings{Budget: 5e9})
	if err != nil {
		log.Fatal(err)
	}
	rows := mat.NewDense(3, 2, []float64{
		0.5, 0.3, // ordinary
		0.5, 4, //   each column within its range, but not both together
		-9, 1, //    outside
	})
	results := detector.Results(rows)
	p := make([]float64, len(results))
	for i, r := range results {
		p[i] = r.P
	}
	fmt.Println(anomaly.Discoveries(p, 0.05)) // one in twenty alarms is false

	why, err := detector.Explain(rows.RawRowView(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the second column is to blame:", why.Columns[1] > why.Columns[0])
	// Output:
	// [false true true]
	// the second column is to blame: true
}
