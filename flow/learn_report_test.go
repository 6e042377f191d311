package flow

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A candidate that was given up has a reason in the text, and no numbers that are none.
func TestReportGivenUp(t *testing.T) {
	text := (&Report{Parts: []PartReport{{Name: "MAF", NLL: 1.5, Weight: 1}, {Name: "NSF", NLL: math.NaN(), Note: "slow"}}}).String()
	for _, want := range []string{"MAF  NLL     1.5000  weight 1.000\n", "NSF  given up: slow\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
	if strings.Contains(text, "NaN") {
		t.Errorf("got %q, want no NaN", text)
	}
}

// Samples with infinite values, as models of spikes can have, are counted.
func TestInfiniteSamplesAreNamed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(200, 3, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = float64(r.IntN(2))
	}
	tried := Candidates()[:4] // none is trained
	_, report, err := Learn(context.Background(), Rows(x), &LearnSettings{Candidates: tried})
	if err != nil {
		t.Fatal(err)
	}
	if text := report.String(); !strings.Contains(text, "samples of the model have infinite values") {
		t.Errorf("got %q, want the samples in it", text)
	}
}
