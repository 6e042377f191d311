package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

// makeTable writes a table of flats: numbers, a category, a count, a date, an amount that often is 0, and blanks.
func makeTable(_ context.Context, o *options, w *bufio.Writer) error {
	r := rand.New(rand.NewPCG(o.seed, 0))
	fmt.Fprintln(w, "district,area,rooms,built,listed,repairs,rent") // Flush tells of an error
	for range o.n {
		k := r.IntN(4)
		area := math.Exp(4.1 + 0.35*r.NormFloat64())
		rooms := 1 + int(area/25+0.5*r.Float64())
		built := 1900 + 30*k + r.IntN(30)
		repairs := 0.0
		if r.Float64() < 0.3 {
			repairs = math.Exp(6 + r.NormFloat64())
		}
		rent := area * (9 + 2*float64(k)) * math.Exp(0.1*r.NormFloat64())
		cells := []string{[]string{"Altona", "Bergedorf", "Eimsbüttel", "Wandsbek"}[k], fmt.Sprintf("%.1f", area), fmt.Sprint(rooms), fmt.Sprint(built),
			fmt.Sprintf("2024-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28)), fmt.Sprintf("%.0f", repairs), fmt.Sprintf("%.2f", rent)}
		for j, c := range cells {
			if r.Float64() < 0.05 {
				c = ""
			}
			if j > 0 {
				w.WriteByte(',')
			}
			w.WriteString(c)
		}
		w.WriteByte('\n')
	}
	return nil
}
