package progress_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/progress"
)

// A bar follows a training, finished or broken off, and writes a line after each tenth of the
// steps where there is no terminal.
func TestBar(t *testing.T) {
	for _, stop := range []int{20, 7} {
		var out bytes.Buffer
		bar := progress.New(&out)
		ctx, cancel := context.WithCancel(context.Background())
		m := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{4}}, rand.NewPCG(1, 2))
		flow.Fit(ctx, m, flow.Fresh(2, dist.NewStdNormal(2).Draw), &flow.Settings{Steps: 20, Batch: 8, Every: 1,
			Report: func(r flow.Record) {
				bar.Report(r)
				if r.Step == stop {
					cancel()
				}
			}})
		bar.Close()
		cancel()
		if got := strings.Count(out.String(), "\n"); got != stop/2 || !strings.HasPrefix(out.String(), "step 2 of 20: loss ") {
			t.Errorf("got %q, want %d lines", out.String(), stop/2)
		}
	}
}

// A record before the first step has no loss yet.
func TestFirstRecord(t *testing.T) {
	var out bytes.Buffer
	progress.New(&out).Report(flow.Record{Step: 10, Steps: 100, Loss: math.NaN(), Validation: 2})
	if want := "step 10 of 100: held out 2.0000\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
