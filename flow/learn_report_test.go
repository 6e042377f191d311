package flow

import (
	"math"
	"strings"
	"testing"
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
