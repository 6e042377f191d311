package manual_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"strings"

	"github.com/normflow/normflow/flow/table"
)

// flats is a file of flats: rent follows area, and old houses are cheaper.
func flats() string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("house,area,rent\n")
	for i := range 400 {
		area := 30 + 70*r.Float64()
		house, price := "new", 15.0
		if i%3 == 0 {
			house, price = "old", 9
		}
		rent := fmt.Sprintf("%.0f", area*price+30*r.NormFloat64())
		if i%50 == 7 {
			rent = "" // not known
		}
		fmt.Fprintf(&b, "%s,%.0f,%s\n", house, area, rent)
	}
	return b.String()
}

func Example_table() {
	t, err := table.ReadCSV(strings.NewReader(flats())) // or a file
	if err != nil {
		log.Fatal(err)
	}
	model, report, err := table.Learn(context.Background(), t, &table.Settings{Steps: 400})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report.Schema)

	odd := &table.Table{Names: []string{"house", "area", "rent"}, Rows: [][]string{{"new", "50", "760"}, {"old", "50", "760"}}}
	scores, err := model.Score(odd)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("an old flat at the rent of a new one is less likely:", scores[1].LogProb < scores[0].LogProb-3)

	rent, err := model.Conditional("rent", map[string]string{"house": "old", "area": "50"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("its likely rent is between 400 and 500:", rent.Mode() > 400 && rent.Mode() < 500)
	// Output:
	// house  binary    two texts: "new", "old"
	// area   count     whole numbers from 30 to 100
	// rent   count     whole numbers from 257 to 1540; 8 blanks
	// an old flat at the rent of a new one is less likely: true
	// its likely rent is between 400 and 500: true
}
