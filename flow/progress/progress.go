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
	"os"
	"strings"

	"github.com/normflow/normflow/flow"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A Bar is a line that shows the steps done, the time left and the loss. It is
// not safe for concurrent use.
type Bar struct {
	w      io.Writer
	bar    *progressbar.ProgressBar // nil until the first record
	tenths int                      // of the steps that a log file has a line of
}

// New returns a bar that writes to w, usually os.Stderr. If w is not a terminal, such as a log file, it
// gets a plain line after each tenth of the steps. It panics if w is nil.
func New(w io.Writer) *Bar {
	if w == nil {
		panic("progress: New: got no writer, want one such as os.Stderr")
	}
	return &Bar{w: w}
}

// Report shows a record: it is made for flow.Settings.Report.
func (b *Bar) Report(r flow.Record) {
	if !terminal(b.w) {
		if tenths := 10 * r.Step / max(r.Steps, 1); tenths > b.tenths {
			b.tenths = tenths
			fmt.Fprintf(b.w, "step %d of %d: %s\n", r.Step, r.Steps, summary(r))
		}
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(r.Steps,
			progressbar.OptionSetWriter(b.w),
			progressbar.OptionSetWidth(30),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("steps"))
	}
	b.bar.Describe(summary(r))
	b.bar.Set(r.Step) // fails only where writing does
}

// terminal reports whether w is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// summary returns the figures of a record that are known, in a few characters.
func summary(r flow.Record) string {
	var s []string
	if !math.IsNaN(r.Loss) {
		s = append(s, fmt.Sprintf("loss %.4f", r.Loss))
	}
	if !math.IsNaN(r.Validation) {
		s = append(s, fmt.Sprintf("held out %.4f", r.Validation))
	}
	if r.Skipped > 0 {
		s = append(s, fmt.Sprintf("%d skipped", r.Skipped))
	}
	return strings.Join(s, ", ")
}

// Close leaves the bar as it is and goes to the next line.
func (b *Bar) Close() {
	if b.bar != nil {
		b.bar.Exit()
		fmt.Fprintln(b.w)
	}
}
