// Package progress shows a progress bar in a terminal while a flow is trained:
//
//	bar := progress.New(os.Stderr)
//	defer bar.Close()
//	_, err := flow.Fit(ctx, model, data, &flow.Settings{Report: bar.Report})
package progress

import (
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/normflow/normflow/flow"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A Bar is a line that shows the steps done, the time left and the NLL. It is
// not safe for concurrent use.
type Bar struct {
	container *mpb.Progress
	bar       *mpb.Bar
	last      atomic.Pointer[flow.Record]
}

// New returns a bar that writes to w, usually os.Stderr. If w is not a
// terminal nothing is written.
func New(w io.Writer) *Bar {
	return &Bar{container: mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))}
}

// Report shows a record: it is made for flow.Settings.Report.
func (b *Bar) Report(r flow.Record) {
	b.last.Store(&r)
	if b.bar == nil {
		b.bar = b.container.AddBar(int64(r.Steps),
			mpb.PrependDecorators(decor.CountersNoUnit("%d/%d steps ")),
			mpb.AppendDecorators(
				decor.Any(func(decor.Statistics) string { return " " + summary(b.last.Load()) }),
				decor.AverageETA(decor.ET_STYLE_GO, decor.WCSyncSpace)))
	}
	b.bar.SetCurrent(int64(r.Step))
}

// summary returns the figures of a record in a few characters.
func summary(r *flow.Record) string {
	s := fmt.Sprintf("loss %.4f", r.Loss)
	if !math.IsNaN(r.Validation) {
		s += fmt.Sprintf(", held out %.4f", r.Validation)
	}
	if r.Skipped > 0 {
		s += fmt.Sprintf(", %d skipped", r.Skipped)
	}
	return s
}

// Close leaves the bar as it is and waits until it is drawn.
func (b *Bar) Close() {
	if b.bar != nil && !b.bar.Completed() {
		b.bar.Abort(false)
	}
	b.container.Wait()
}
