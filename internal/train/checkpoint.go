package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/safetensors"
)

// checkpointVersion is the version of the files that save writes.
const checkpointVersion = "normflow checkpoint 4"

// progress is the part of a checkpoint that is not tensors.
type progress struct {
	Result   Result // without the history
	Position Position
	Count    int
	Skipped  int
	Since    int
	Steps    int // of the optimizer
	Cooling  cooling
	Last     int // step of the training at most
}

// due reports whether it is time to write a checkpoint.
func (t *Training) due(recorded bool) bool {
	switch {
	case t.Checkpoint == "" || t.ReadOnly:
		return false
	case t.Result.Steps == t.Steps || t.Result.Stopped:
		return true
	case t.CheckpointSteps == 0 && t.CheckpointTime == 0:
		return recorded
	}
	return t.CheckpointSteps > 0 && t.Result.Steps%t.CheckpointSteps == 0 ||
		t.CheckpointTime > 0 && time.Since(t.saved) >= t.CheckpointTime
}

// save writes the state of the training.
func (t *Training) save() error {
	state := t.Optimizer.State()
	r := t.Result
	r.History = nil
	r.Resumed = 0
	r.Loss = 0 // it is in the history, and may not be finite
	text, err := json.Marshal(progress{Result: r, Position: t.Objective.Position(), Count: t.count,
		Skipped: t.skipped, Since: t.since, Steps: state.Steps, Cooling: t.cooling, Last: t.Steps})
	if err != nil {
		return err
	}
	tensors := []safetensors.Tensor{
		safetensors.Floats("learned", t.params(), len(t.params())),
		safetensors.Floats("loss", []float64{t.loss}, 1),
	}
	add := func(kind string, x [][]float64) {
		for i, v := range x {
			tensors = append(tensors, safetensors.Floats(fmt.Sprintf("%s.%d", kind, i), v, len(v)))
		}
	}
	add("state", t.values()[1:])
	add("moment", state.Moments)
	add("best", t.best)
	if t.average != nil {
		add("average", [][]float64{t.average})
	}
	add("history", rows(t.Result.History))
	t.saved = time.Now()
	if !unchanged(t.Checkpoint, t.file) {
		return errShared
	}
	if err := WriteFile(t.Checkpoint, func(w io.Writer) error {
		return safetensors.Write(w, map[string]string{"format": checkpointVersion, "model": t.Identity.Model,
			"training": t.Identity.Training, "plan": t.Identity.Plan, "progress": string(text)}, tensors)
	}); err != nil {
		return err
	}
	t.file, err = os.Stat(t.Checkpoint)
	return err
}

// rows returns records as rows of values.
func rows(records []Record) (x [][]float64) {
	for _, r := range records {
		x = append(x, []float64{float64(r.Step), float64(r.Steps), r.Loss, r.Validation, r.GradNorm, r.Rate, float64(r.Skipped)})
	}
	return x
}

// records undoes rows, of a training of at most so many steps.
func records(x [][]float64, last int) (h []Record, err error) {
	for i, v := range x {
		for _, k := range []int{0, 1, 6} {
			if !(v[k] >= 0 && v[k] <= float64(last)) {
				return nil, fmt.Errorf("history %d: got %v, want a count of at most %d steps", i, v[k], last)
			}
		}
		h = append(h, Record{Step: int(v[0]), Steps: int(v[1]), Loss: v[2], Validation: v[3], GradNorm: v[4], Rate: v[5], Skipped: int(v[6])})
	}
	return h, nil
}

// resume goes on from the checkpoint, if it exists.
func (t *Training) resume() error {
	raw, info, err := readFile(t.Checkpoint, t.mostBytes())
	if err != nil || info == nil {
		return err
	}
	t.file = info
	return t.resumeFrom(raw)
}

// resumeFrom goes on from the content of a checkpoint.
func (t *Training) resumeFrom(raw []byte) error {
	file, err := safetensors.Read(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if file.Metadata["normflow"] != "" {
		return errors.New("got the file of a model, want that of a checkpoint, or none yet")
	}
	if got := file.Metadata["format"]; got != checkpointVersion {
		return fmt.Errorf("got format %q, want %q", got, checkpointVersion)
	}
	var p progress
	if err := json.Unmarshal([]byte(file.Metadata["progress"]), &p); err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	if err := p.check(); err != nil {
		return err
	}
	from := Identity{file.Metadata["model"], file.Metadata["training"], file.Metadata["plan"]}
	if finished := p.Result.Steps == p.Last || p.Result.Stopped; finished && t.Steps > p.Last {
		from.Plan = t.Identity.Plan // more steps may be added, by another schedule
	}
	if diff := t.Identity.Difference(from); diff != "" {
		return fmt.Errorf("it is of another training: %s", diff)
	}
	return t.restore(file, &p)
}

// mostBytes bounds the size of a checkpoint: a few copies of all values, the history, and texts.
func (t *Training) mostBytes() int64 {
	values := len(t.params())
	for _, p := range t.State {
		values += p.Len()
	}
	return 8*int64(8*values) + 1000*int64(t.Steps/t.Every+1000) + int64(2*len(t.Identity.Model)+2*len(t.Identity.Training)) + 1<<20
}

// check returns an error if a value cannot be that of a training.
func (p *progress) check() error {
	r, c := p.Result, p.Cooling
	for _, f := range []struct {
		name        string
		got, lo, hi int
	}{
		{"Last", p.Last, 1, math.MaxInt}, {"Result.Steps", r.Steps, 0, p.Last}, {"Result.Best", r.Best, 0, r.Steps}, {"Result.Skipped", r.Skipped, 0, r.Steps},
		{"Count", p.Count, 0, r.Steps}, {"Skipped", p.Skipped, 0, r.Steps}, {"Since", p.Since, 0, r.Steps + 1}, {"Steps", p.Steps, 0, r.Steps},
		{"Cooling.Start", c.Start, 0, r.Steps}, {"Cooling.End", c.End, 0, p.Last},
	} {
		if f.got < f.lo || f.got > f.hi {
			return fmt.Errorf("progress: %s: got %d, want %d to %d", f.name, f.got, f.lo, f.hi)
		}
	}
	if !(c.Rate >= 0) || c.End > 0 && c.End <= c.Start {
		return fmt.Errorf("progress: Cooling: got %+v, want it from a step to a later one", c)
	}
	return nil
}

// restore takes everything from a file before it changes anything.
func (t *Training) restore(file *safetensors.File, p *progress) error {
	r := tensors{file: file}
	n := len(t.params())
	now := [][]float64{r.get("learned", n)}
	for i, q := range t.State {
		now = append(now, r.get(fmt.Sprintf("state.%d", i), q.Len()))
	}
	loss := r.any("loss", 1)
	moments, history := r.all("moment", n, r.get), r.all("history", 7, r.any)
	var best [][]float64
	if file.Tensor("best.0") != nil {
		for i, v := range now {
			best = append(best, r.get(fmt.Sprintf("best.%d", i), len(v)))
		}
	}
	average := t.average
	if average != nil {
		average = r.get("average.0", n)
	}
	if r.err != nil {
		return r.err
	}
	past, err := records(history, p.Last)
	if err != nil {
		return err
	}
	if err := t.Optimizer.SetState(optim.State{Steps: p.Steps, Moments: moments}); err != nil {
		return err
	}
	if err := t.Objective.Resume(p.Position); err != nil {
		return err
	}
	t.set(now)
	t.best, t.average, t.loss = best, average, loss[0]
	t.count, t.skipped, t.since, t.Result, t.cooling = p.Count, p.Skipped, p.Since, p.Result, p.Cooling
	if t.Steps > p.Last {
		t.Result.Stopped, t.cooling, t.since = false, cooling{}, 0 // a training that is extended
	}
	t.Result.History, t.Result.Resumed = past, p.Result.Steps
	if t.best != nil {
		t.Result.Loss = t.leastLoss()
	} else if len(past) > 0 {
		t.Result.Loss = past[len(past)-1].Loss
	}
	return nil
}
