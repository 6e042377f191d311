package table_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/normflow/normflow/flow/table"
)

const trees = `kind,height,girth
oak,21.4,3.1
oak,18.9,2.8
birch,14.2,1.1
birch,,1.2
oak,20.3,
birch,13.5,1.0
oak,19.8,2.9
birch,14.9,1.3
oak,22.1,3.3
birch,12.8,0.9
oak,17.7,2.5
birch,15.1,1.3
`

func ExampleInfer() {
	t, err := table.ReadCSV(strings.NewReader(trees))
	if err != nil {
		log.Fatal(err)
	}
	s, err := table.Infer(t)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(s)
	x, _ := s.Encode(t)
	fmt.Println(x.RawRowView(3))
	// Output:
	// kind    binary    two texts: "birch", "oak"
	// height  positive  numbers from 12.8 to 22.1 in steps of 0.1; 1 blank
	// girth   positive  numbers from 0.9 to 3.3 in steps of 0.1; 1 blank
	// [0 NaN 1.2]
}

func ExampleReader() {
	r, err := table.NewReader(strings.NewReader("a;b\n1,5;x\n2;y;z\n"))
	if err != nil {
		log.Fatal(err)
	}
	for {
		row, err := r.Next()
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(row)
	}
	// Output:
	// [1,5 x]
	// table: line 3: got 3 fields, want 2: column 3 is "z" and has no name
}

// A schema of one's own.
func ExampleSchema() {
	s := &table.Schema{Columns: []table.Column{
		{Name: "hour", Kind: table.Periodic, Low: 0, High: 24},
		{Name: "visits", Kind: table.Count, Low: -0.5, High: math.Inf(1), Step: 1},
	}}
	x, err := s.Encode(&table.Table{Names: []string{"visits", "hour"}, Rows: [][]string{{"3", "17.5"}}})
	fmt.Println(x.RawRowView(0), err)
	// Output: [17.5 3] <nil>
}

func ExampleLearn() {
	t, err := table.ReadCSV(strings.NewReader("x,y\n" + strings.Repeat("0,no\n1,yes\n1,yes\n", 40)))
	if err != nil {
		log.Fatal(err)
	}
	model, report, err := table.Learn(context.Background(), t, &table.Settings{Steps: 200})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Rows, report.Networks, report.NLL < 0.75) // log 3 − ⅔ log 2 = 0.6365

	var file bytes.Buffer
	if err := model.Save(&file); err != nil {
		log.Fatal(err)
	}
	if model, err = table.Load(&file); err != nil {
		log.Fatal(err)
	}
	var d *table.Conditional
	if d, err = model.Conditional("y", map[string]string{"x": "1"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Column.Levels[int(d.Mode())], d.Probabilities[1] > 0.9)
	// Output:
	// 120 5 true
	// yes true
}

func ExampleModel() {
	t, err := table.ReadCSV(strings.NewReader("x,y\n" + strings.Repeat("0,no\n1,yes\n1,yes\n", 40)))
	if err != nil {
		log.Fatal(err)
	}
	var model *table.Model
	if model, _, err = table.Learn(context.Background(), t, &table.Settings{Steps: 200}); err != nil {
		log.Fatal(err)
	}
	rows := &table.Table{Names: []string{"y", "x"}, Rows: [][]string{{"yes", ""}, {"no", "1"}, {"maybe", "0"}}}
	var scores []table.Score
	if scores, err = model.Score(rows); err != nil {
		log.Fatal(err)
	}
	for _, s := range scores {
		fmt.Println(s.Status)
	}
	filled, err := model.Impute(rows)
	if err != nil {
		log.Fatal(err)
	}
	filled.WriteCSV(os.Stdout)
	var draws *table.Draws
	if draws, err = model.ImputeDraws(rows, 5, rand.NewPCG(1, 2)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(draws.Len(), draws.Table(0).Rows[1])
	var why []table.Explanation
	if why, err = model.Explain(rows); err != nil {
		log.Fatal(err)
	}
	fmt.Println(why[1].Contributions[0] > 0, why[1].Expected)
	// Output:
	// missing: x
	// ok
	// unseen category: y
	// y,x
	// yes,1
	// no,1
	// maybe,0
	// 5 [no 1]
	// true [0 yes]
}

func ExampleReport() {
	r := table.Report{Schema: &table.Schema{Columns: []table.Column{{Name: "x", Kind: table.Real, Why: "said so"}}}, Rows: 10, Networks: 1, Order: []string{"x"}}
	fmt.Print(&r)
	// Output:
	// x  real      said so
	// learned from 10 rows, networks: 1
	// −log-density of 0 held-out rows: 0.0000 ± 0.0000 nats in the mean, lower is better; 0.0000 if columns were independent, 0.0000 by a mixture of 0 components
	// columns in the order ["x"]; other orders differ by 0.000 nats a row
}

func ExampleFromStructs() {
	type tree struct {
		Kind   string
		Height *float64 `table:"height"`
	}
	h := 21.4
	t, err := table.FromStructs([]tree{{"oak", &h}, {"birch", nil}})
	if err != nil {
		log.Fatal(err)
	}
	t.WriteCSV(os.Stdout)
	// Output:
	// Kind,height
	// oak,21.4
	// birch,
}

func ExampleFidelity() {
	f := table.Fidelity{Columns: []table.ColumnFidelity{{Name: "rent", Distance: 0.031}}, Correlation: 0.04, Pair: [2]string{"rent", "area"},
		AUROC: 0.52, SE: 0.02, Target: "area", OnReal: 0.71, OnSynthetic: 0.7, Closest: 0.21, ClosestHeld: 0.2}
	fmt.Print(&f)
	// Output:
	// rent: distance of the distributions 0.031, blanks 0.000 and 0.000
	// rank correlations differ by at most 0.040 (rent, area)
	// a network tells synthetic rows from real ones with AUROC 0.520 (0.5 ± 0.020 if it cannot)
	// area is predicted with 0.710 by real rows, 0.700 by synthetic ones
	// distance to the closest row learned from: 0.2100, of real rows 0.2000; copies of rows: 0.0000, of real rows 0.0000
}
